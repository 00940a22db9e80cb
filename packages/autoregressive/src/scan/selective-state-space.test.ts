import { GenaiError, key, leaves, sizeOf } from '@genai/core';
import { owned, scope, valueAndGrad } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { sequenceNetLaws } from '@genai/testing/sequence-net-laws';
import { softplus, square, sum, type Tensor, tensor, zeros } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import golden from '../../golden/selective-state-space.json' with { type: 'json' };
import { type SelectiveStateSpaceParams, selectiveStateSpace } from './selective-state-space.js';

const small = () => selectiveStateSpace(3, { expand: 2, state: 4, kernel: 3, rank: 2 });

sequenceNetLaws('selectiveStateSpace', () => ({ net: small() }));
sequenceNetLaws('selectiveStateSpace, shorter than its filter', () => ({
  net: selectiveStateSpace(2, { expand: 1, state: 1, kernel: 5 }),
  time: 3,
}));

test('goldens: values and every gradient of the recurrence, step by step, in PyTorch', () => {
  const net = small();
  using tree = owned(
    scope(() => {
      const { values, grad } = valueAndGrad(
        (given: { x: Tensor; params: SelectiveStateSpaceParams }) => {
          const { output } = net.run(given.params, given.x, net.start(given.params, 2));
          return { loss: sum(square(output)), output };
        },
        { x: tensor(golden.x), params: paramsOf(golden.params) },
      );
      return { output: values.output, ...grad };
    }),
  );
  expectClose(tree.output, golden.output, { absolute: 1e-5 });
  using want = owned({ x: tensor(golden.slopes.x), params: paramsOf(golden.slopes) });
  const [got, expected] = [
    { x: tree.x, params: tree.params },
    { x: want.x, params: want.params },
  ].map((slopes) => leaves<Tensor>(slopes)) as [ReturnType<typeof leaves<Tensor>>, ReturnType<typeof leaves<Tensor>>];
  for (const [i, [, slope]] of got.entries()) expectClose(slope, expected[i]![1], { absolute: 1e-4, relative: 1e-4 });
});

test('known answers: 24 blocks of width 768, their norms and an embedding of 50,280 tokens are the 129,135,360 of mamba-130m', () => {
  using params = owned(selectiveStateSpace(768).init(key(0)));
  const block = leaves<Tensor>(params).reduce((total, [, { shape }]) => total + sizeOf(shape), 0);
  expect(24 * (block + 768) + 768 + 50_280 * 768).toBe(129_135_360);
});

test('known answers: at first A is −1 … −state, D is 1, and Δ is log-uniform between 0.001 and 0.1', () => {
  using params = owned(selectiveStateSpace(250, { state: 3 }).init(key(1)));
  expectClose(params.logDecay.dataSync().subarray(0, 6), [1, 2, 3, 1, 2, 3].map(Math.log));
  expectClose(params.skip, new Array(500).fill(1));
  using first = owned({ delta: scope(() => softplus(params.step.bias)) });
  const logs = Array.from(first.delta.dataSync(), Math.log).sort((a, b) => a - b);
  const [low, high] = [Math.log(0.001), Math.log(0.1)];
  // The largest distance to the uniform distribution function that 500 draws exceed once in a thousand times.
  const distance = Math.max(...logs.map((x, i) => Math.abs((x - low) / (high - low) - (i + 0.5) / 500)));
  expect(distance).toBeLessThan(1.95 / Math.sqrt(500));
});

test('errors: sizes, inputs, states and no time', () => {
  expect(() => selectiveStateSpace(3, { kernel: 1 })).toThrow(
    'selectiveStateSpace(3): kernel must be an integer of at least 2, got 1.',
  );
  expect(() => selectiveStateSpace(3, { expand: 1.5 })).toThrow(GenaiError);
  const net = small();
  const params = net.init(key(0));
  using held = owned({
    params,
    start: net.start(params, 2),
    other: net.start(params, 1),
    x: zeros([2, 3]),
    none: zeros([2, 0, 3]),
  });
  expect(() => net.run(params, held.x, held.start)).toThrow('got shape [2, 3], expected [batch, time, 3].');
  expect(() => net.run(params, held.none, held.start)).toThrow('got no time step');
  expect(() => net.step(params, held.x, held.other)).toThrow(
    'the window carried: got shape [1, 2, 6], expected [2, 2, 6].',
  );
});

function paramsOf(p: typeof golden.params): SelectiveStateSpaceParams {
  return {
    input: { weight: tensor(p.input) },
    filter: { weight: tensor(p.filter), bias: tensor(p.filterBias) },
    select: { weight: tensor(p.select) },
    step: { weight: tensor(p.step), bias: tensor(p.stepBias) },
    logDecay: tensor(p.logDecay),
    skip: tensor(p.skip),
    output: { weight: tensor(p.output) },
  };
}
