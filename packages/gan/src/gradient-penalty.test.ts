import { GenaiError, key, type Layer, leaves, type Tree } from '@genai/core';
import { activation, conv2d, dense, flatten, mlp, sequential } from '@genai/nn';
import { leakyRelu, owned, scope, softplus, valueAndGrad } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { matMul, memory, reshape, scalar, sum, type Tensor, tensor, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import golden from '../golden/gradient-penalty.json' with { type: 'json' };
import { waves } from '../test/turns.js';
import { dragan, gradientPenalty, r1, r2 } from './gradient-penalty.js';
import type { Regularizer } from './regularizer.js';

type Net = Layer<Tensor, Tree<Tensor>>;

/** What `penalty` costs a critic of these parameters, in the world of golden/gradient-penalty.py. */
function costOf(penalty: Regularizer, judge: (x: Tensor) => Tensor, shape: number[]): Tensor {
  const size = shape.reduce((a, b) => a * b);
  const made = (f: (i: number) => number): Tensor =>
    tensor(
      Array.from({ length: size }, (_, i) => f(i)),
      shape,
    );
  const real = made((i) => Math.sin(0.3 + 1.7 * i));
  const fake = made((i) => 0.8 * Math.cos(0.5 + 0.9 * i));
  const memory = { real: scalar(0), fake: scalar(0), strength: scalar(0), path: scalar(0) };
  const turn = { step: scalar(0), memory };
  return penalty({ judge, real, fake, judged: { real: judge(real), fake: judge(fake) }, key: key(3), turn });
}

describe('goldens of PyTorch: the value, and the gradient at the parameters through that at the examples', () => {
  const critics: Record<keyof typeof golden, { net: Net; shape: number[] }> = {
    leakyRelu: { net: mlp([2, 4, 1], { activation: (x) => leakyRelu(x, 0.2) }) as unknown as Net, shape: [3, 2] },
    softplus: { net: mlp([2, 4, 1], { activation: softplus }) as unknown as Net, shape: [3, 2] },
    convolution: {
      net: sequential(
        conv2d(1, 3, { kernel: 3, strides: 2, padding: 1 }),
        activation((x) => leakyRelu(x, 0.2)),
        flatten(),
        dense(27, 1),
      ) as unknown as Net,
      shape: [2, 6, 6, 1],
    },
  };
  const penalties = { r1: r1(3), r2: r2(0.5), gradientPenalty: gradientPenalty(10), dragan: dragan(7, 0.5) };
  const cases = Object.entries(golden).flatMap(([critic, by]) =>
    Object.entries(by).map(([penalty, wanted]) => [critic, penalty, wanted] as const),
  );

  test.each(cases)('of a critic of %s: %s', (critic, penalty, wanted) => {
    scope(() => {
      const { net, shape } = critics[critic as keyof typeof golden];
      const params = waves(net.init(key(0)), (values, shape) => tensor(values, shape));
      const cost = penalties[penalty as keyof typeof penalties];
      const { values, grad } = valueAndGrad(
        (p: Tree<Tensor>) => ({ loss: costOf(cost, (x) => reshape(net.apply(p, x), [-1]), shape) }),
        params,
      );
      expectClose(values.loss, wanted.value, { relative: 1e-5 });
      const found = leaves<Tensor>(grad);
      expect(found).toHaveLength(wanted.grad.length);
      for (const [i, [, g]] of found.entries()) {
        const size = Math.max(...wanted.grad[i]!.map(Math.abs));
        expectClose(g, wanted.grad[i]!, { absolute: 1e-5 * size + 1e-7, relative: 1e-4 });
      }
    });
  });
});

describe('known answers', () => {
  const line = (x: Tensor): Tensor => reshape(matMul(x as Tensor<never>, tensor([[3], [4]])), [-1]); // slope 5 everywhere

  test('a linear critic of slope 5: half of 25, and 4² of what is to be 1', () => {
    scope(() => {
      expectClose(costOf(r1(), line, [3, 2]), [12.5]);
      expectClose(costOf(r2(2), line, [3, 2]), [25]);
      expectClose(costOf(gradientPenalty(), line, [3, 2]), [160]);
      expectClose(costOf(dragan(1, 2), line, [3, 2]), [16]);
    });
  });

  test('a critic that is flat has a penalty with a gradient that is finite', () => {
    scope(() => {
      for (const cost of [r1(), gradientPenalty(), dragan()]) {
        const { grad } = valueAndGrad(
          ({ w }: { w: Tensor }) => ({
            loss: costOf(cost, (x) => reshape(matMul(x as Tensor<never>, w as Tensor<never>), [-1]), [3, 2]),
          }),
          { w: zeros([2, 1]) },
        );
        expect(grad.w.dataSync().every(Number.isFinite)).toBe(true);
      }
    });
  });

  test('nothing is left over but the cost', () => {
    for (const cost of [r1(), r2(), gradientPenalty(), dragan()]) {
      using world = owned({ x: tensor([[1, 2]]), y: tensor([[0, 1]]), step: scalar(0) });
      const before = memory().numTensors;
      const zero = world.step;
      const turn = { step: zero, memory: { real: zero, fake: zero, strength: zero, path: zero } };
      const judge = (x: Tensor): Tensor => sum(x, 1);
      using made = owned({
        cost: cost({ judge, real: world.x, fake: world.y, judged: { real: zero, fake: zero }, key: key(0), turn }),
      });
      expect(memory().numTensors - before).toBe(1);
      expect(made.cost.shape).toEqual([]);
    }
  });
});

test('errors: weights that are none', () => {
  for (const make of [() => r1(-1), () => r2(Number.NaN), () => gradientPenalty(Number.POSITIVE_INFINITY)]) {
    expect(make).toThrow(GenaiError);
  }
  expect(() => dragan(1, -1)).toThrow('dragan: the spread: the weight must be a finite number of at least 0, got -1.');
});
