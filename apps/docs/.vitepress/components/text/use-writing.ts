import { onBeforeUnmount, reactive } from 'vue';
import type { Piece } from '../../../lab/text/piece.js';
import type { Written } from '../../../lab/text/write-text.js';

/** A text that the model has written, as the page shows it. */
export interface WritingHandle {
  readonly pieces: readonly Piece[];
  /** How many of them are seen so far. */
  readonly shown: number;
  readonly stopped: Written['stopped'] | undefined;
  /** The piece that somebody looks at; while there is one, nothing is written over. */
  selected: number | undefined;
  readonly show: (written: Written) => void;
  readonly clear: () => void;
}

/** Milliseconds in which a text is written out. */
const WRITTEN_IN = 850;

/** Writes each text out, piece by piece, as fast as the next may come; at once for whoever wants no motion. */
export function useWriting(): WritingHandle {
  let frame: number | undefined;
  onBeforeUnmount(() => stop());

  const writing = reactive({
    pieces: [] as readonly Piece[],
    shown: 0,
    stopped: undefined as Written['stopped'] | undefined,
    selected: undefined as number | undefined,
    show,
    clear: () => {
      stop();
      Object.assign(writing, { pieces: [], shown: 0, stopped: undefined, selected: undefined });
    },
  });

  function show({ pieces, stopped }: Written): void {
    if (writing.selected !== undefined) return;
    stop();
    Object.assign(writing, { pieces, stopped, shown: 0 });
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
    const since = performance.now();
    const writeOn = (): void => {
      const share = still ? 1 : Math.min(1, (performance.now() - since) / WRITTEN_IN);
      writing.shown = Math.ceil(share * pieces.length);
      frame = share < 1 ? requestAnimationFrame(writeOn) : undefined;
    };
    writeOn();
  }

  function stop(): void {
    if (frame !== undefined) cancelAnimationFrame(frame);
    frame = undefined;
    writing.shown = writing.pieces.length;
  }

  return writing as unknown as WritingHandle;
}
