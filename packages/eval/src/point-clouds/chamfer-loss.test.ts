import { GenaiError } from '@genai/core';
import { owned, scope, valueAndGrad } from '@genai/tensor';
import { checkGradients } from '@genai/testing/check-gradients';
import { expectClose } from '@genai/testing/expect-close';
import { memory, mul, square, sum, type Tensor, tensor, zeros } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import golden from '../../golden/chamfer-loss.json' with { type: 'json' };
import { hashedCloud } from '../../golden/hashed-cloud.js';
import { chamferDistance } from './chamfer-distance.js';
import { chamferLoss } from './chamfer-loss.js';

/** (seeds, points, 3) */
const clouds = (seeds: readonly number[], points: number): Tensor =>
  tensor(
    seeds.flatMap((seed) => [...hashedCloud(seed, points)]),
    [seeds.length, points, 3],
  );

test('parity: values and gradients are those of PyTorch', () => {
  using params = owned({ a: clouds([1, 2], 6), b: clouds([3, 4], 9) });
  using found = owned(
    valueAndGrad(({ a, b }) => ({ loss: sum(mul(chamferLoss(a, b), [1, 2])) }), { a: params.a, b: params.b }),
  );
  using loss = owned({ each: chamferLoss(params.a, params.b) });
  expectClose(loss.each, golden.loss);
  expectClose(found.values.loss, golden.loss[0]! + 2 * golden.loss[1]!);
  expectClose(found.grad.a, golden.a);
  expectClose(found.grad.b, golden.b);
});

test('laws: first and second derivatives are those of differences', async () => {
  // Nearest points stay so when all move a little; 4 and 9 share theirs.
  const near = (seed: number, xs: readonly number[]): number[] =>
    [...hashedCloud(seed, xs.length)].map((noise, i) => 0.2 * noise + (i % 3 === 0 ? xs[i / 3]! : 0));
  using inputs = owned({
    a: tensor([...near(1, [0, 1, 4, 9]), ...near(2, [9, 0, 4, 1])], [2, 4, 3]),
    b: tensor([...near(3, [0.2, 1.1, 5]), ...near(4, [5, 0.2, 1.1])], [2, 3, 3]),
  });
  const bent = (a: Tensor, b: Tensor): Tensor => scope(() => square(chamferLoss(a, b)));
  await checkGradients(bent, [inputs.a, inputs.b], { order: 2, valueAndGrad });
});

test('laws: it is chamferDistance of each pair, far from 0 too and where blocks end', async () => {
  // Of 700 · 600 distances two matrices fit a block, three do not: the last block is smaller.
  using made = owned(
    scope(() => {
      const [a, b] = [clouds([1, 2, 3], 700), clouds([4, 5, 6], 600)];
      return { a, b, near: chamferLoss(a, b) };
    }),
  );
  const [a, b, near] = [await made.a.data(), await made.b.data(), await made.near.data()];
  for (let i = 0; i < 3; i++) {
    const pair = [a.slice(i * 2100, (i + 1) * 2100), b.slice(i * 1800, (i + 1) * 1800)] as Float32Array[];
    expect(Math.abs(near[i]! / chamferDistance(pair[0]!, pair[1]!) - 1)).toBeLessThan(1e-5);
  }
  const moved = [hashedCloud(7, 50), hashedCloud(8, 50)].map((cloud) => cloud.map((x) => x + 1000));
  using far = owned(scope(() => ({ loss: chamferLoss(tensor(moved[0]!, [1, 50, 3]), tensor(moved[1]!, [1, 50, 3])) })));
  expectClose(far.loss, [chamferDistance(moved[0]!, moved[1]!)]);
});

test('laws: nothing but the result is left over', () => {
  using inputs = owned({ a: clouds([1], 5), b: clouds([2], 5) });
  const before = memory().numTensors;
  using _result = owned({ loss: chamferLoss(inputs.a, inputs.b) });
  expect(memory().numTensors).toBe(before + 1);
});

test('errors: other shapes', () => {
  using made = owned({ a: zeros([2, 5, 3]), flat: zeros([2, 5, 2]), one: zeros([1, 5, 3]) });
  expect(() => chamferLoss(made.a, made.flat)).toThrow(GenaiError);
  expect(() => chamferLoss(made.flat, made.a)).toThrow(
    'chamferLoss, a: got shape [2, 5, 2], expected [batch, points, 3].',
  );
  expect(() => chamferLoss(made.a, made.one)).toThrow('chamferLoss, b: got shape [1, 5, 3], expected [2, others, 3].');
});
