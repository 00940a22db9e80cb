import { GenaiError, key, type Step, type Tree } from '@genai/core';
import { owned } from '@genai/tensor';
import { contents, distinct } from '@genai/testing/step-laws';
import { add, div, log, mean, memory, mul, scalar, square, sub, type Tensor, tensor } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { shuffled, squaredError } from '../test/regression.js';
import { adam, chain, clipByGlobalNorm, lion, minimize, NotFiniteError, type Run, sgd, train } from './index.js';

const modes = [{ ahead: 0 }, { ahead: 1 }] as const;

/** p ← p / (3 − batch), with a loss that may be finite all the while. */
const dividing = (loss: (p: Tensor) => Tensor): Step<Tree2, Tensor, { loss: Tensor; other: Tensor }> => ({
  init: () => ({ params: { good: scalar(1), layer: [scalar(6)] }, slots: scalar(0) }),
  run: ({ params, slots }, batch) => ({
    state: {
      params: { good: add(params.good, 1), layer: [div(params.layer[0]!, sub(3, batch))] },
      slots: mul(slots, 1),
    },
    metrics: { loss: loss(params.layer[0]!), other: div(1, scalar(0)) },
  }),
});
type Tree2 = { params: { good: Tensor; layer: Tensor[] }; slots: Tensor };

describe('the guard', () => {
  test.each(modes)('refuses an update that is not finite, though the loss is ($ahead ahead)', async ({ ahead }) => {
    using data = owned(Array.from({ length: 6 }, (_, i) => scalar(i)));
    const before = memory().numTensors;
    await using run = train(dividing(square), { data, steps: 6, key: key(0), ahead });
    const error = await failure(run);
    expect(error).toBeInstanceOf(NotFiniteError);
    expect(GenaiError.is(error)).toBe(true);
    expect(error).toMatchObject({ name: 'NotFiniteError', step: 4, paths: ['params.layer.0'], batchPaths: [] });
    expect(error.metrics.loss).toBe(1);
    expect(error.message).toMatch(/step 4 .*loss = 1.* in params\.layer\.0\. The run keeps the state after step 3/);
    expect(memory().numTensors - before).toBe(distinct(run.state).length);
    expect(contents(run.state).map(({ values }) => values[0])).toEqual([4, 1, 0]); // 6 / 3 / 2 / 1
    expect(run.snapshot()).toMatchObject({ step: 3, cursor: 3 });
  });

  test.each(modes)('refuses a move whose loss is not finite ($ahead ahead)', async ({ ahead }) => {
    using data = owned(Array.from({ length: 6 }, () => scalar(4))); // p changes its sign
    await using run = train(dividing(log), { data, steps: 6, key: key(0), ahead });
    const error = await failure(run);
    expect(error).toMatchObject({ step: 2, paths: [] });
    expect(error.metrics.loss).toBeNaN();
    expect(error.message).toMatch(/loss = NaN.*The updated state is finite/);
    expect(run.state.params.layer[0]!.dataSync()[0]).toBe(-6);
  });

  test('looks at every metric where none is called loss, and only at the loss where one is', async () => {
    const step: Step<Tensor, Tensor, { generator: Tensor; critic: Tensor }> = {
      init: () => scalar(0),
      run: (state, batch) => ({ state: add(state, 1), metrics: { generator: scalar(1), critic: div(1, batch) } }),
    };
    using data = owned([scalar(2), scalar(0)]);
    await using run = train(step, { data, steps: 2, key: key(0) });
    expect(await failure(run)).toMatchObject({ step: 2, metrics: { generator: 1, critic: Number.POSITIVE_INFINITY } });
    using ones = owned([scalar(1), scalar(1)]);
    await using other = train(dividing(square), { data: ones, steps: 2, key: key(0) });
    for await (const { metrics } of other) expect(metrics.other).toBe(Number.POSITIVE_INFINITY);
    expect(other.step).toBe(2);
  });

  test('does not take a sum that overflows for an infinite number', async () => {
    const step: Step<Tensor, Tensor, { loss: Tensor }> = {
      init: () => tensor([3e38, 3e38]),
      run: (state, batch) => ({ state: mul(state, batch), metrics: { loss: mean(batch) } }),
    };
    using data = owned([scalar(1), scalar(-1)]);
    await using run = train(step, { data, steps: 2, key: key(0) });
    for await (const _ of run);
    expect(run.step).toBe(2);
  });

  test('says when it was the batch', async () => {
    using bad = owned({ x: tensor([1, Number.NaN, 3], [1, 3]), y: tensor([1], [1, 1]) });
    await using run = train(minimize(squaredError, adam(0.1)), { data: [bad], steps: 1, key: key(0) });
    const error = await failure(run);
    expect(error).toMatchObject({ step: 1, batchPaths: ['x'] });
    expect(error.paths).toContain('params.weight');
    expect(error.message).toMatch(/The batch itself holds NaN or Infinity in x\. .* Mend the data/);
  });

  test('lets everything pass when it is off', async () => {
    using data = owned(Array.from({ length: 4 }, (_, i) => scalar(i)));
    await using run = train(dividing(square), { data, steps: 4, key: key(0), guard: false });
    for await (const _ of run);
    expect(run.state.params.layer[0]!.dataSync()[0]).toBe(Number.POSITIVE_INFINITY);
  });

  test.each([
    ['sgd', sgd(1e30)],
    ['adam', chain(clipByGlobalNorm(1), adam(1e38))],
    ['lion', chain(clipByGlobalNorm(1), lion(1e38))],
  ])('a learning rate far too high for %s ends with finite parameters', async (_, optimizer) => {
    await using run = train(minimize(squaredError, optimizer as ReturnType<typeof sgd>), {
      data: shuffled(),
      steps: 50,
      key: key(0),
    });
    const error = await failure(run);
    expect(error).toBeInstanceOf(NotFiniteError);
    expect(error.message).toMatch(/clipByGlobalNorm/);
    for (const { path, values } of contents(run.state.params)) expect(values.every(Number.isFinite), path).toBe(true);
  });
});

async function failure<S extends Tree<Tensor>, M extends string>(run: Run<S, M>): Promise<NotFiniteError> {
  try {
    for await (const _ of run);
  } catch (error) {
    return error as NotFiniteError;
  }
  throw new Error('the run came to its end');
}
