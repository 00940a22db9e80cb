import { onBeforeUnmount, type WatchSource, watch } from 'vue';

/** Looks again soon after one of the `sources` has changed. */
export function useLookingAgain(sources: readonly WatchSource<unknown>[], look: () => Promise<void>): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  watch(sources as WatchSource<unknown>[], () => {
    clearTimeout(timer);
    timer = setTimeout(() => void look(), SOON);
  });
  onBeforeUnmount(() => clearTimeout(timer));
}

const SOON = 120;
