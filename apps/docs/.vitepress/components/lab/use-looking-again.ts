import { onBeforeUnmount, type WatchSource, watch } from 'vue';

/** Looks again soon after one of the `sources` has changed, and once more if it changed during the look. */
export function useLookingAgain(sources: readonly WatchSource<unknown>[], look: () => Promise<void>): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let looking = false;
  let changes = 0;
  watch(sources as WatchSource<unknown>[], () => {
    changes++;
    clearTimeout(timer);
    timer = setTimeout(again, SOON);
  });
  onBeforeUnmount(() => clearTimeout(timer));

  async function again(): Promise<void> {
    if (looking) return;
    looking = true;
    let seen: number;
    do {
      await look(); // one that is under way may be of the values before
      seen = changes;
      await look();
    } while (seen !== changes);
    looking = false;
  }
}

const SOON = 120;
