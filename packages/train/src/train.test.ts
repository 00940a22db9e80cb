import { type Batches, fold, key, mapLeaves, type Snapshot, type Step, type Tree } from '@genai/core';
import { owned } from '@genai/tensor';
import { contents, distinct, free } from '@genai/testing/step-laws';
import { add, clone, memory, scalar, type Tensor, tensor } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { counting, shuffled, squaredError } from '../test/regression.js';
import { adam, minimize, type Run, train } from './index.js';

const fit = minimize(squaredError, adam(0.02));
const modes = [{ ahead: 0 }, { ahead: 1 }] as const;

describe('what a run makes', () => {
  test.each(modes)('the fold of the step over the data, with the keys promised ($ahead ahead)', async ({ ahead }) => {
    const want: number[] = [];
    let state = fit.init(fold(key(7), 0));
    let i = 0;
    for await (const batch of shuffled()) {
      const made = fit.run(state, batch, fold(key(7), ++i));
      want.push(made.metrics.loss.dataSync()[0]!);
      free(state, made.metrics);
      state = made.state;
      if (i === 10) break;
    }
    await using run = train(fit, { data: shuffled(), steps: 10, key: key(7), ahead });
    const got: number[] = [];
    for await (const { step, metrics, state: now, seconds } of run) {
      got.push(metrics.loss);
      expect(step).toBe(got.length);
      expect(now).toBe(run.state);
      expect(now.params.bias.dataSync()[0]).not.toBe(metrics.bias); // metrics are of the state before
      expect(seconds).toBeGreaterThan(0);
    }
    expect(got).toEqual(want);
    expect(run.step).toBe(10);
    expect(contents(run.state)).toEqual(contents(state));
    free(state);
  });

  test.each(modes)(
    'each state is told while it is alive, the one before is freed ($ahead ahead)',
    async ({ ahead }) => {
      await using run = train(fit, { data: shuffled(), steps: 6, key: key(7), ahead });
      let before = run.state;
      for await (const { state } of run) {
        expect(distinct(before).every((leaf) => leaf.isDisposed)).toBe(true);
        expect(distinct(state).some((leaf) => leaf.isDisposed)).toBe(false);
        before = state;
      }
    },
  );

  test.each(modes)('tensors that stand in the old and the new state stay ($ahead ahead)', async ({ ahead }) => {
    const step: Step<{ fixed: Tensor; moving: Tensor }, Tensor, { loss: Tensor }> = {
      init: () => ({ fixed: scalar(4), moving: scalar(0) }),
      run: ({ fixed, moving }) => ({ state: { fixed, moving: add(moving, fixed) }, metrics: { loss: add(moving, 0) } }),
    };
    await using run = train(step, { data: generated(5), steps: 3, key: key(0), ahead });
    for await (const { state, metrics } of run) expect(state.moving.dataSync()[0]).toBe(metrics.loss + 4);
    expect(run.state.fixed.dataSync()[0]).toBe(4);
  });

  test('looking ahead, the next move is made before this one is told, and one more state is alive', async () => {
    for (const { ahead } of modes) {
      let made = 0;
      const step: typeof counting = {
        ...counting,
        run: (...given) => {
          made++;
          return counting.run(...given);
        },
      };
      using data = owned(Array.from({ length: 5 }, (_, i) => scalar(i)));
      const before = memory().numTensors;
      await using run = train(step, { data, steps: 5, key: key(0), ahead });
      for await (const { step: told } of run) {
        const beyond = told < 5 ? ahead : 0;
        expect(made).toBe(told + beyond);
        expect(memory().numTensors - before).toBe(2 + beyond * (2 + 1)); // and the metrics not yet read
      }
    }
  });

  test('data that end early end the run, and steps may be Infinity', async () => {
    for (const { ahead } of modes) {
      await using run = train(counting, { data: generated(3), steps: Number.POSITIVE_INFINITY, key: key(0), ahead });
      expect(await losses(run)).toEqual([0, 10, 20]);
      expect(run.step).toBe(3);
      expect(await losses(run)).toEqual([]);
    }
  });

  test('a step without metrics, and steps: 0', async () => {
    const silent: Step<{ x: Tensor }, Tensor, Record<never, Tensor>> = {
      init: () => ({ x: scalar(1) }),
      run: ({ x }) => ({ state: { x: add(x, x) }, metrics: {} }),
    };
    await using run = train(silent, { data: generated(3), steps: 2, key: key(0) });
    for await (const { metrics } of run) expect(metrics).toEqual({});
    expect(run.state.x.dataSync()[0]).toBe(4);
    await using none = train(counting, { data: generated(3), steps: 0, key: key(0) });
    expect(await losses(none)).toEqual([]);
  });
});

describe('going on', () => {
  test.each(modes)('a snapshot goes on with losses equal bit for bit ($ahead ahead)', async ({ ahead }) => {
    await using whole = train(fit, { data: shuffled(), steps: 14, key: key(3), ahead });
    const want = await losses(whole);

    await using first = train(fit, { data: shuffled(), steps: 5, key: key(3), ahead });
    const got = await losses(first);
    const saved = copied(first.snapshot());
    expect(saved).toMatchObject({ step: 5, cursor: 5, key: key(3) });
    await first[Symbol.asyncDispose]();

    await using second = train(fit, { data: shuffled(), steps: 14, key: saved.key, from: saved, ahead });
    expect(second.state).toBe(saved.state);
    expect(second.step).toBe(5);
    got.push(...(await losses(second)));
    expect(got).toEqual(want);
    expect(contents(second.state)).toEqual(contents(whole.state));
  });

  test.each(modes)('a second loop goes on, over Batches, arrays and generators ($ahead ahead)', async ({ ahead }) => {
    await using whole = train(fit, { data: shuffled(), steps: 12, key: key(3), ahead });
    const want = await losses(whole);
    await using broken = train(fit, { data: shuffled(), steps: 12, key: key(3), ahead });
    expect([...(await losses(broken, 5)), ...(await losses(broken, 2)), ...(await losses(broken))]).toEqual(want);

    using held = owned(Array.from({ length: 8 }, (_, i) => scalar(i)));
    for (const data of [held, generated(8), asynchronous(8)]) {
      await using run = train(counting, { data, steps: 8, key: key(0), ahead });
      expect(await losses(run, 3)).toEqual([0, 10, 20]);
      expect(await losses(run, 1)).toEqual([30]);
      expect(await losses(run)).toEqual([40, 50, 60, 70]);
      expect(run.state.count.dataSync()[0]).toBe(8);
    }
  });

  test('a plain iterable given with a snapshot is read from its start', async () => {
    const from: Snapshot<{ count: Tensor; params: { last: Tensor } }> = {
      step: 2,
      cursor: 2,
      key: key(0),
      state: { count: scalar(2), params: { last: scalar(1) } },
    };
    using data = owned([scalar(5), scalar(6), scalar(7)]);
    await using run = train(counting, { data, steps: 5, key: key(0), from });
    expect(await losses(run, 2)).toEqual([50, 60]);
    expect(await losses(run)).toEqual([70]);
    expect(run.step).toBe(5);
  });
});

describe('leaving a loop leaves exactly the state', () => {
  test.each(modes)('break ($ahead ahead)', async ({ ahead }) => {
    const data = shuffled();
    const before = memory().numTensors;
    await using run = train(fit, { data, steps: 50, key: key(1), ahead });
    for await (const { step } of run) if (step === 4) break;
    expectOnly(run, before, 4);
    expect(data.alive()).toBe(0);
  });

  test.each(modes)('an error in the body ($ahead ahead)', async ({ ahead }) => {
    const before = memory().numTensors;
    await using run = train(fit, { data: shuffled(), steps: 50, key: key(1), ahead });
    await expect(async () => {
      for await (const { step } of run) if (step === 3) throw new Error('enough');
    }).rejects.toThrow('enough');
    expectOnly(run, before, 3);
  });

  test.each(modes)('an error in the step ($ahead ahead), after the moves before it were told', async ({ ahead }) => {
    let refuse = true;
    const step: typeof counting = {
      ...counting,
      run: (state, batch, k) => {
        const made = counting.run(state, batch, k);
        if (refuse && batch.dataSync()[0] === 2) throw new Error('batch 2');
        return made;
      },
    };
    using data = owned(Array.from({ length: 5 }, (_, i) => scalar(i)));
    const before = memory().numTensors;
    await using run = train(step, { data, steps: 5, key: key(1), ahead });
    const told: number[] = [];
    const loop = async (): Promise<void> => {
      for await (const { metrics } of run) told.push(metrics.loss);
    };
    await expect(loop()).rejects.toThrow('batch 2');
    expect(told).toEqual([0, 10]);
    expectOnly(run, before, 2);
    refuse = false;
    await loop();
    expect(told).toEqual([0, 10, 20, 30, 40]);
  });

  test.each(modes)('an error in the data ($ahead ahead), after the moves before it were told', async ({ ahead }) => {
    function* failing(): Generator<Tensor, void, void> {
      yield* generated(2);
      throw new Error('disk');
    }
    const before = memory().numTensors;
    await using run = train(counting, { data: failing(), steps: 5, key: key(1), ahead });
    const told: number[] = [];
    await expect(async () => {
      for await (const { metrics } of run) told.push(metrics.loss);
    }).rejects.toThrow('disk');
    expect(told).toEqual([0, 10]);
    expectOnly(run, before, 2);
  });

  test.each(modes)('a signal, with its reason ($ahead ahead)', async ({ ahead }) => {
    const before = memory().numTensors;
    const controller = new AbortController();
    const { signal } = controller;
    await using run = train(fit, { data: shuffled(), steps: 50, key: key(1), ahead, signal });
    const reason = new Error('the user left');
    const loop = async (): Promise<void> => {
      for await (const { step } of run) if (step === 4) controller.abort(reason);
    };
    await expect(loop()).rejects.toBe(reason);
    expectOnly(run, before, 4);
    await expect(loop()).rejects.toBe(reason); // and stays stopped
    expectOnly(run, before, 4);
    const snapshot = copied(run.snapshot());
    await using next = train(fit, { data: shuffled(), steps: 6, key: key(1), from: snapshot });
    await using whole = train(fit, { data: shuffled(), steps: 6, key: key(1) });
    expect(await losses(next)).toEqual((await losses(whole)).slice(4));
  });

  test('a signal while the data let wait, without waiting for them', async () => {
    const controller = new AbortController();
    const data: Batches<Tensor> = {
      from: () => ({ [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }) }),
      [Symbol.asyncIterator]: () => data.from(0)[Symbol.asyncIterator](),
    };
    await using run = train(counting, { data, steps: 5, key: key(0), signal: controller.signal });
    const waiting = losses(run);
    setTimeout(() => controller.abort(new Error('too slow')), 5);
    await expect(waiting).rejects.toThrow('too slow');
    expect(run.step).toBe(0);
  });

  test('a signal during steps that never wait: the event loop goes round', async () => {
    const controller = new AbortController();
    const { signal } = controller;
    await using run = train(counting, { data: generated(1e9), steps: 1e9, key: key(0), signal, yieldEvery: 1 });
    setTimeout(() => controller.abort(new Error('now')), 20);
    await expect(losses(run)).rejects.toThrow('now');
    expect(run.step).toBeGreaterThan(0);
  });
});

describe('disposing', () => {
  test('frees the state and closes the data; again does nothing; the state is gone', async () => {
    const before = memory().numTensors;
    const run = train(counting, { data: generated(9), steps: 9, key: key(0) });
    expect(await losses(run, 2)).toEqual([0, 10]);
    await run[Symbol.asyncDispose]();
    expect(memory().numTensors).toBe(before);
    await run[Symbol.asyncDispose]();
    expect(() => run.state).toThrow(/disposed/);
    expect(() => run.snapshot()).toThrow(/disposed/);
    await expect(losses(run)).rejects.toThrow(/disposed/);
  });

  test.each(modes)('inside the loop it ends the loop ($ahead ahead)', async ({ ahead }) => {
    const run = train(counting, { data: generated(9), steps: 9, key: key(0), ahead });
    let told = 0;
    for await (const _ of run) {
      told++;
      await run[Symbol.asyncDispose]();
    }
    expect(told).toBe(1);
  });

  test('a run that was never iterated frees its first state, or the snapshot it took over', async () => {
    await train(fit, { data: shuffled(), steps: 9, key: key(0) })[Symbol.asyncDispose]();
    const state = fit.init(key(1));
    const from = { step: 0, cursor: 0, key: key(0), state };
    await train(fit, { data: shuffled(), steps: 9, key: key(0), from })[Symbol.asyncDispose]();
    expect(distinct(state).every((leaf) => leaf.isDisposed)).toBe(true);
  });
});

describe('errors', () => {
  test('steps that are no count, and a key that is not the snapshot’s, before anything is made', () => {
    expect(() => train(fit, { data: shuffled(), steps: 1.5, key: key(0) })).toThrow(/steps must be .* got 1.5/);
    using state = owned(fit.init(key(0)));
    const from = { step: 1, cursor: 1, key: key(1), state };
    expect(() => train(fit, { data: shuffled(), steps: 2, key: key(0), from })).toThrow(/the key is not/);
  });

  test('two loops at once', async () => {
    await using run = train(counting, { data: generated(9), steps: 9, key: key(0) });
    for await (const { step } of run) {
      if (step === 1) await expect(losses(run)).rejects.toThrow(/being iterated already/);
    }
    expect(run.step).toBe(9);
  });

  test('a metric that is no scalar', async () => {
    const step: Step<Tensor, Tensor, { loss: Tensor }> = {
      init: () => scalar(0),
      run: (state) => ({ state: add(state, 1), metrics: { loss: tensor([1, 2]) } }),
    };
    await using run = train(step, { data: generated(9), steps: 9, key: key(0) });
    await expect(losses(run)).rejects.toThrow(/metric "loss" must be a scalar, got shape \[2\]/);
    expect(run.state.dataSync()[0]).toBe(0);
  });
});

/** The losses of the next moves, at most `count` of them. */
async function losses<S>(run: Run<S, 'loss'>, count = Number.POSITIVE_INFINITY): Promise<number[]> {
  const seen: number[] = [];
  for await (const { metrics } of run) if (seen.push(metrics.loss) === count) break;
  return seen;
}

/** Nothing is alive but what was before and the state, after `step` moves. */
function expectOnly(run: Run<Tree<Tensor>, 'loss'>, before: number, step: number): void {
  expect(memory().numTensors - before).toBe(distinct(run.state).length);
  expect(distinct(run.state).some((leaf) => leaf.isDisposed)).toBe(false);
  expect(run.step).toBe(step);
  expect(run.snapshot()).toMatchObject({ step, cursor: step });
}

function copied<S extends Tree<Tensor>>(snapshot: Snapshot<S>): Snapshot<S> {
  return { ...snapshot, state: mapLeaves<Tensor, S>(snapshot.state, (leaf) => clone(leaf)) };
}

/** Numbers from 0, each freed when the next is asked for: to be read once. */
function* generated(count: number): Generator<Tensor, void, void> {
  for (let i = 0; i < count; i++) {
    const batch = scalar(i);
    try {
      yield batch;
    } finally {
      batch.dispose();
    }
  }
}

async function* asynchronous(count: number): AsyncGenerator<Tensor, void, void> {
  for (const batch of generated(count)) {
    await new Promise((resolve) => setTimeout(resolve));
    yield batch;
  }
}
