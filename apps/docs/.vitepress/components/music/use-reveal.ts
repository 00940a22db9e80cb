import { onBeforeUnmount, reactive } from 'vue';

/** Notes that appear one after another. */
export interface RevealHandle {
  /** Notes that begin before this step are seen. */
  readonly shown: number;
  /** Shows steps `from` to `to` one by one; all at once to whoever wants no motion. */
  readonly from: (from: number, to: number) => void;
  readonly all: () => void;
}

const LASTS = 800;

export function useReveal(): RevealHandle {
  let frame: number | undefined;
  const reveal = reactive({ shown: Number.POSITIVE_INFINITY, from, all });
  onBeforeUnmount(stop);

  function from(start: number, to: number): void {
    stop();
    const since = performance.now();
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
    const goOn = (): void => {
      const share = still ? 1 : Math.min(1, (performance.now() - since) / LASTS);
      const shown = Math.ceil(start + share * (to - start));
      if (shown !== reveal.shown) reveal.shown = shown;
      frame = share < 1 ? requestAnimationFrame(goOn) : undefined;
    };
    goOn();
  }

  function all(): void {
    stop();
    reveal.shown = Number.POSITIVE_INFINITY;
  }

  function stop(): void {
    if (frame !== undefined) cancelAnimationFrame(frame);
    frame = undefined;
  }

  return reveal;
}
