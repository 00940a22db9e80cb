import { breathe } from '@genai/core';

/** Milliseconds that work may hold the event loop. */
const BREATH = 16;

/** For loops on the host: tells when they must give way, and waits. */
export interface Breathing {
  /** Whether the loop has run long enough. */
  readonly due: () => boolean;
  /** Lets the event loop go round, so that a page stays alive and signals arrive; rejects with the reason of a signal. */
  readonly take: () => Promise<void>;
}

/** Begins to count. @throws the signal's reason if it has aborted. */
export function breathing(signal?: AbortSignal): Breathing {
  signal?.throwIfAborted();
  let since = performance.now();
  return {
    due: () => performance.now() - since > BREATH,
    take: async () => {
      await breathe();
      signal?.throwIfAborted();
      since = performance.now();
    },
  };
}
