import { parentPort, workerData } from 'node:worker_threads';
import '@tensorflow/tfjs-backend-cpu';
import { env, memory, setBackend } from '@tensorflow/tfjs-core';
// @boundaries-ignore a step is captured here, on an engine that this package must not import
import { registerSimd } from '../../../simd/src/register-simd.js';
import { joinThreads } from '../../src/cluster/join-threads.js';
import { stopTogether } from '../../src/cluster/stop-together.js';
import type { ThreadSeat } from '../../src/cluster/thread-team.js';
import { pipe } from '../../src/pipe.js';
import { littleRun, type PlainState, plainOf, restored } from './little-run.js';

/** What a rank is to do. */
export interface Orders {
  readonly seat: ThreadSeat;
  readonly engine: 'cpu' | 'simd';
  readonly steps: number;
  readonly isAveraged?: boolean;
  /** The move after which rank 1 asks all to stop. */
  readonly stopAfter?: number;
  readonly from?: PlainState;
}

/** What it tells. */
export interface Told {
  readonly losses: readonly number[];
  readonly captured: unknown;
  readonly state: PlainState;
  readonly leftOver: number;
}

const { seat, engine, stopAfter, from, ...options } = workerData as Orders;
// The loader of the tests bundles this list, which Node itself cannot import.
await import('@tensorflow/tfjs-core/dist/register_all_gradients.js');
env().set('PROD', true); // no banner
if (engine === 'simd') await registerSimd({ threads: 1, native: false });
await setBackend(engine);
try {
  await using ranks = joinThreads(seat);
  const losses: number[] = [];
  let captured: unknown;
  let state: PlainState;
  const before = memory().numTensors;
  {
    await using run = littleRun(ranks, { ...options, ...(from && { from: restored(from) }) });
    const stop = new AbortController();
    for await (const { step, metrics } of pipe(run, stopTogether(stop.signal, ranks))) {
      losses.push(metrics.loss);
      captured = run.captured;
      if (ranks.rank === 1 && step === stopAfter) stop.abort();
    }
    state = plainOf(run.snapshot());
  }
  parentPort!.postMessage({ losses, captured, state, leftOver: memory().numTensors - before } satisfies Told);
} catch (error) {
  parentPort!.postMessage((error as Error).message);
}
