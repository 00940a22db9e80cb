import type { Operator } from '../pipe.js';
import type { Collective } from './collective.js';

/**
 * Ends the loop on all ranks after the same move, once `signal` of any rank has aborted: a signal reaches the ranks at
 * different moves, and one that stopped alone would leave the others waiting. The last progress is let through.
 *
 * @example
 * const stop = new AbortController();
 * process.once('SIGTERM', () => stop.abort());
 * for await (const { step } of pipe(run, stopTogether(stop.signal, ranks))) if (step % 100 === 0) report(step);
 * if (ranks.rank === 0) await saveRun(store, run.snapshot(), { config });
 */
export function stopTogether<P>(signal: AbortSignal, ranks: Collective): Operator<P> {
  return async function* (source) {
    for await (const progress of source) {
      const stops = Float32Array.of(Number(signal.aborted));
      ranks.allReduce(stops, 'max');
      yield progress;
      if (stops[0]) return;
    }
  };
}
