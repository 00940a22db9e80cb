import { setTimeout } from 'node:timers/promises';
import { MessageChannel } from 'node:worker_threads';
import { disposeTree, GenaiError, key } from '@genai/core';
import { owned } from '@genai/tensor';
import { scalar, type Tensor, tensor } from '@tensorflow/tfjs-core';
import { describe, expect, expectTypeOf, test } from 'vitest';
// @boundaries-ignore snapshots are to be kept by that package
import { loadRun, memory, saveRun } from '../../../checkpoint/src/index.js';
import { counting, shuffled, squaredError } from '../../test/regression.js';
import { adam } from '../adam.js';
import { every } from '../every.js';
import { minimize } from '../minimize.js';
import { NotFiniteError } from '../not-finite-error.js';
import { pipe } from '../pipe.js';
import { stopWhen } from '../stop-when.js';
import { train } from '../train.js';
import type { Handlers, Job, JobContext, Watchable } from './job.js';
import type { FromWorker } from './messages.js';
import { fromPlain, toPlain } from './plain.js';
import { serveTraining } from './serve-training.js';
import { type TrainInOptions, trainIn } from './train-in.js';
import { transfer } from './transfer.js';
import type { WorkerLike } from './worker-like.js';
import type { WorkerProgress, WorkerRun } from './worker-run.js';

// Both sides in this thread, joined by a channel: what they say to each other is what they would say across threads.

const fit = minimize(squaredError, adam(0.02));
const line = ({ steps = 30 }: { readonly steps?: number }, { from, signal }: JobContext) =>
  train(fit, { data: shuffled(), steps, key: key(7), from: from(), signal });

describe('a run in a worker', () => {
  test('types: metrics, input, handlers and state are those of the job', async () => {
    const serve = () =>
      serveTraining(line, { scaled: async (run, by: number) => (await run.state.params.bias.data())[0]! * by });
    type Served = ReturnType<typeof serve>;
    expectTypeOf<WorkerRun<Served>>().toExtend<
      AsyncIterable<WorkerProgress<{ readonly loss: number; readonly bias: number }>>
    >();
    const misuse = async (run: WorkerRun<Served>): Promise<void> => {
      expectTypeOf(await run.call('scaled', 2)).toBeNumber();
      // @ts-expect-error there is no such handler
      await run.call('sample');
      // @ts-expect-error it takes a number
      await run.call('scaled', 'twice');
      // @ts-expect-error the input has no such member
      trainIn<Served>(() => new MessageChannel().port1, { input: { step: 5 } });
      expectTypeOf((await run.snapshot()).state.params.weight.data).toExtend<ArrayLike<number>>();
    };
    expect(misuse).toBeTypeOf('function');
  });

  test('laws: goes through pipe; a loop that is left goes on where it stopped', async () => {
    await using run = inChannel(line, {}, { input: { steps: 20 } });
    const seen: number[] = [];
    for await (const { step } of pipe(
      run,
      every(4),
      stopWhen(({ step }) => step >= 8),
    ))
      seen.push(step);
    expect(run.step).toBe(8);
    for await (const { step } of run) seen.push(step);
    expect(seen).toEqual([4, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20]);
    for await (const { step } of run) seen.push(step); // it has ended
    expect(seen).toHaveLength(14);
  });

  test.each([1, 2, 5, 16])('laws: the worker is never more than a window of %i moves ahead', async (window) => {
    let made = 0;
    const step: typeof counting = {
      ...counting,
      run: (...given) => {
        made++;
        return counting.run(...given);
      },
    };
    const job = (_: unknown, { signal }: JobContext) =>
      train(step, { data: numbers(60), steps: 60, key: key(0), signal });
    await using run = inChannel(job, {}, { window });
    await run.snapshot();
    expect(made).toBe(0); // nothing is made before somebody looks
    let most = 0;
    for await (const { step } of run) {
      if (step % 20 === 0) await setTimeout(20); // the worker runs on as far as it may
      most = Math.max(most, made - step);
      expect(made - step).toBeLessThan(window);
    }
    expect(most).toBe(window - 1);
    expect(made).toBe(60);
  });

  test('laws: coalesced progress is told whole, in fewer messages', async () => {
    const heard: FromWorker[] = [];
    await using run = inChannel(line, {}, { input: { steps: 40 }, coalesce: 1000, window: 10 }, heard);
    const seen: number[] = [];
    for await (const { step } of run) seen.push(step);
    expect(seen).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
    expect(heard.filter(({ type }) => type === 'progress').length).toBeLessThan(10);
  });

  test('laws: paused it stands still and answers; resumed it goes on', async () => {
    await using run = inChannel(line, { at: (run) => run.step }, { window: 30 });
    const seen: number[] = [];
    const loop = (async () => {
      for await (const { step } of run) {
        seen.push(step);
        if (step === 3) await run.pause();
      }
    })();
    await until(() => seen.length >= 3);
    const at = await run.call('at');
    await setTimeout(20);
    expect(await run.call('at')).toBe(at);
    expect(at).toBeLessThan(30);
    await run.resume();
    await loop;
    expect(seen).toHaveLength(30);
  });

  test('laws: with a window of 1 a snapshot in the loop is of its step, and the rest from there is equal bit for bit', async () => {
    await using whole = inChannel(line);
    const want = await lossesOf(whole);
    await using first = inChannel(line, {}, { window: 1 });
    for await (const { step } of first) if (step === 11) break;
    const from = await first.snapshot();
    expect(from).toMatchObject({ step: 11, cursor: 11, key: key(7) });
    await using second = inChannel(line, {}, { from });
    expect(second.step).toBe(11);
    expect(await lossesOf(second)).toEqual(want.slice(11));
    expect(from.state.params.weight.data.byteLength).toBe(12); // still the caller's
  });

  test('laws: a snapshot goes through a store of @genai/checkpoint and back', async () => {
    await using first = inChannel(line, {}, { window: 1 });
    for await (const { step } of first) if (step === 5) break;
    const want = await first.snapshot();
    const store = memory();
    using state = owned(fromPlain(want).state);
    await saveRun(store, { ...want, state });
    const { metrics: _, ...loaded } = await loadRun(store, state);
    expect(await toPlain(loaded)).toEqual(want);
    disposeTree(loaded.state);
  });

  test('laws: questions are answered between two moves, by a state that is alive', async () => {
    const slow = async (run: {
      readonly step: number;
      readonly state: { readonly params: { readonly bias: Tensor } };
    }) => {
      const before = run.step;
      await setTimeout(5);
      return [before, run.step, run.state.params.bias.isDisposed];
    };
    await using run = inChannel(line, { slow });
    const answers: Promise<unknown>[] = [];
    for await (const _ of run) answers.push(run.call('slow'));
    for (const [before, after, disposed] of (await Promise.all(answers)) as [number, number, boolean][]) {
      expect(after).toBe(before);
      expect(disposed).toBe(false);
    }
  });

  test('laws: an answer may be transferred', async () => {
    const mine = new Float32Array(100).fill(2);
    await using run = inChannel(line, { mine: () => transfer(mine, [mine.buffer]) });
    expect(await run.call('mine')).toEqual(new Float32Array(100).fill(2));
    expect(mine.byteLength).toBe(0);
  });

  test('laws: a generator will do, without snapshots', async () => {
    async function* told(): AsyncGenerator<WorkerProgress, void, void> {
      for (let step = 1; step <= 3; step++) yield { step, metrics: { loss: -step }, seconds: step };
    }
    await using run = inChannel(told);
    expect(await lossesOf(run)).toEqual([-1, -2, -3]);
    await expect(run.snapshot()).rejects.toThrow(/has no `snapshot`/);
    await using kept = inChannel(told, {}, { checkpointEvery: { steps: 1 } });
    await expect(lossesOf(kept)).rejects.toThrow(/has no `snapshot`/);
  });
});

describe('what goes wrong in the worker is thrown here', () => {
  test('errors: NotFiniteError after the steps before it, and the last good state can be had', async () => {
    const broken: typeof fit = {
      ...fit,
      run: (...given) => {
        const { state, metrics } = fit.run(...given);
        state.params.bias.dispose();
        return { state: { ...state, params: { ...state.params, bias: tensor([Number.NaN]) } }, metrics };
      },
    };
    await using run = inChannel((_: unknown, { signal }) =>
      train(broken, { data: shuffled(), steps: 3, key: key(7), signal }),
    );
    const error = await lossesOf(run).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(NotFiniteError);
    expect(error).toMatchObject({ step: 1, paths: ['params.bias'] });
    expect(await run.snapshot()).toMatchObject({ step: 0 });
    await expect(lossesOf(run)).rejects.toBe(error);
  });

  test('errors: of setup, and of every question then', async () => {
    await using run = inChannel(async (): Promise<Watchable> => {
      throw new GenaiError('no such data');
    });
    await expect(lossesOf(run)).rejects.toSatisfy((error) => GenaiError.is(error) && error.message === 'no such data');
    await expect(run.snapshot()).rejects.toThrow('no such data');
  });

  test('errors: of a handler, one that is not there, and an answer or an argument that cannot be sent; training goes on', async () => {
    const handlers = {
      fails: () => {
        throw new RangeError('too many');
      },
      sends: () => () => 1,
    };
    await using run = inChannel(line, handlers);
    await expect(run.call('fails')).rejects.toBeInstanceOf(RangeError);
    await expect(run.call('sends')).rejects.toMatchObject({ name: 'DataCloneError' });
    // @ts-expect-error it takes nothing
    await expect(run.call('sends', () => 1)).rejects.toMatchObject({ name: 'DataCloneError' });
    // @ts-expect-error there is no such handler
    await expect(run.call('sample')).rejects.toThrow(/no handler "sample", its handlers are: fails, sends/);
    expect(await lossesOf(run)).toHaveLength(30);
  });

  test('errors: a job that does not take up the snapshot', async () => {
    await using first = inChannel(line, {}, { window: 1 });
    for await (const { step } of first) if (step === 2) break;
    const from = await first.snapshot();
    const forgetful = (_: unknown, { signal }: JobContext) =>
      train(fit, { data: shuffled(), steps: 9, key: key(7), signal });
    await using run = inChannel(forgetful, {}, { from });
    await expect(lossesOf(run)).rejects.toThrow(/stands at step 0, the snapshot to go on from at step 2.*from\(\)/);
  });

  test('errors: options out of range, a second loop, use after disposal, serving outside a worker', async () => {
    const options: TrainInOptions[] = [
      { window: 0 },
      { respawns: -1 },
      { checkpointEvery: { steps: 0.5 } },
      { checkpointEvery: {} },
      { checkpointEvery: { seconds: 0 } },
      { coalesce: -1 },
      { timeout: 0 },
    ];
    for (const wrong of options) expect(() => trainIn(() => new MessageChannel().port1, wrong)).toThrow(GenaiError);
    expect(() => trainIn(() => ({ postMessage: () => {} }))).toThrow(/expected a Worker/);
    const run = inChannel(line);
    for await (const { step } of run) {
      if (step === 1) await expect(lossesOf(run)).rejects.toThrow(/being iterated already/);
      if (step === 2) await run[Symbol.asyncDispose]();
    }
    expect(run.step).toBe(2);
    await expect(lossesOf(run)).rejects.toThrow(/was disposed/);
    await expect(run.snapshot()).rejects.toThrow(/was disposed/);
    expect(() => serveTraining(line, {}, undefined)).toThrow(/this is no worker/);
  });
});

describe('a signal', () => {
  test('laws: ends the loop with its reason; the worker stops and answers', async () => {
    const controller = new AbortController();
    const reason = new Error('the user left');
    await using run = inChannel(line, {}, { signal: controller.signal, window: 1 });
    await expect(async () => {
      for await (const { step } of run) if (step === 4) controller.abort(reason);
    }).rejects.toBe(reason);
    await expect(lossesOf(run)).rejects.toBe(reason);
    expect(await run.snapshot()).toMatchObject({ step: 4 });
  });

  test('laws: ends a loop that waits, also for a worker that stands still, and before the start', async () => {
    const controller = new AbortController();
    await using run = inChannel(line, {}, { signal: controller.signal });
    await run.pause();
    const waiting = lossesOf(run);
    controller.abort(new Error('too slow'));
    await expect(waiting).rejects.toThrow('too slow');
    await using late = inChannel(line, {}, { signal: AbortSignal.abort(new Error('before')) });
    await expect(lossesOf(late)).rejects.toThrow('before');
  });
});

/** A run whose worker is this thread. */
function inChannel<I, R extends Watchable, H extends Handlers<R> = Record<never, never>>(
  setup: (input: I, context: JobContext) => R | Promise<R>,
  handlers: H & Handlers<R> = {} as H & Handlers<R>,
  options: TrainInOptions<Job<I, R, H>> = {},
  heard: FromWorker[] = [],
): WorkerRun<Job<I, R, H>> {
  const spawn = (): WorkerLike => {
    const { port1, port2 } = new MessageChannel();
    serveTraining(setup, handlers, port2);
    port1.on('message', (message: FromWorker) => heard.push(message));
    return port1;
  };
  return trainIn<Job<I, R, H>>(spawn, { input: {} as never, ...options });
}

async function lossesOf(
  run: AsyncIterable<{ readonly metrics: { readonly [name: string]: number } }>,
): Promise<number[]> {
  const got: number[] = [];
  for await (const { metrics } of run) got.push(metrics.loss!);
  return got;
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await setTimeout(1);
}

function* numbers(count: number): Generator<Tensor, void, void> {
  for (let i = 0; i < count; i++) {
    const batch = scalar(i);
    try {
      yield batch;
    } finally {
      batch.dispose();
    }
  }
}
