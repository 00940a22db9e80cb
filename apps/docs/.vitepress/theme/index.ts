import DefaultTheme from 'vitepress/theme';
import { type Component, h, type VNode } from 'vue';
import { late } from './late.js';
import NotFound from './NotFound.vue';
import './contrast.css';

/** Every laboratory, loaded by the page that shows it. */
const laboratories = import.meta.glob<{ default: Component }>('../components/*Lab.vue');

export default {
  extends: DefaultTheme,
  Layout: (): VNode => h(DefaultTheme.Layout, null, { 'not-found': () => h(NotFound) }),
  enhanceApp({ app }: { app: { component(name: string, component: unknown): unknown } }) {
    for (const [path, load] of Object.entries(laboratories)) {
      const name = path.slice(path.lastIndexOf('/') + 1, -'.vue'.length);
      app.component(name, late(load));
    }
  },
};
