import { type HydrationStrategy, hydrateOnIdle } from 'vue';

/**
 * Brings a part of the page to life after the rest, when the browser is idle; or as soon as somebody reaches for it, before the event
 * comes to what it was meant for, so that no early click is lost.
 */
export const whenIdleOrUsed: HydrationStrategy = (hydrate, forEachElement) => {
  const cancelIdle = hydrateOnIdle(LATEST)(live, forEachElement);
  forEachElement((element) => {
    for (const type of USES) element.addEventListener(type, live, { capture: true, passive: true });
  });

  function live(): void {
    stop();
    hydrate();
  }

  function stop(): void {
    cancelIdle?.();
    forEachElement((element) => {
      for (const type of USES) element.removeEventListener(type, live, { capture: true });
    });
  }

  return stop;
};

/** Milliseconds after which it is done even if the browser is busy. */
const LATEST = 2_000;
/** What comes before or with every use; help for access and browsers that fill in forms send no more than the last three. */
const USES = ['pointerdown', 'pointerover', 'touchstart', 'keydown', 'focusin', 'click', 'input', 'change'] as const;
