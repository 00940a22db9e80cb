import { type AsyncComponentLoader, type Component, defineAsyncComponent } from 'vue';
import { whenIdleOrUsed } from './when-idle-or-used.js';

/** A part of the page that is in what the server sends, and comes to life after the rest. */
export function late(loader: AsyncComponentLoader<Component>): Component {
  return defineAsyncComponent({ loader, hydrate: whenIdleOrUsed });
}
