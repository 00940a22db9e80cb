import { GenaiError, type Key, key } from '@genai/core';
import { mlp } from '@genai/nn';
import { normalNoise, owned, scope, softplus, valueAndGrad } from '@genai/tensor';
import { checkGradients } from '@genai/testing/check-gradients';
import { expectClose } from '@genai/testing/expect-close';
import {
  add,
  matMul,
  memory,
  mul,
  reshape,
  scalar,
  sum,
  type Tensor,
  tensor,
  tensor1d,
  tensor2d,
} from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { waves } from '../test/turns.js';
import { consistency } from './consistency.js';
import type { GeneratorView } from './generator-regularizer.js';
import { leCam } from './le-cam.js';
import { pathLength } from './path-length.js';
import type { CriticView } from './regularizer.js';

const turn = (parts: { real?: number; fake?: number; path?: number } = {}): CriticView['turn'] => ({
  step: scalar(0),
  memory: {
    real: scalar(parts.real ?? 0),
    fake: scalar(parts.fake ?? 0),
    strength: scalar(0),
    path: scalar(parts.path ?? 0),
  },
});
const tripled = (x: Tensor): Tensor => reshape(mul(x, 3), [-1]);

describe('known answers: consistency', () => {
  test('a critic 3 x and a change that adds 0.5: each is judged 1.5 apart', () => {
    scope(() => {
      const view = (judge: (x: Tensor) => Tensor): CriticView => {
        const [real, fake] = [tensor2d([[1], [4]]), tensor2d([[-2], [0]])];
        return { judge, real, fake, judged: { real: judge(real), fake: judge(fake) }, key: key(1), turn: turn() };
      };
      const seen: [string, number][] = [];
      const change = (x: Tensor, k: Key, strength: Tensor): Tensor => {
        seen.push([String(k), strength.dataSync()[0]!]);
        return add(x, 0.5);
      };
      expectClose(consistency(change, 2)(view(tripled)), [2 * 1.5 ** 2]);
      expectClose(consistency(change, 2, 10)(view(tripled)), [12 * 1.5 ** 2]);
      expect(seen).toEqual([
        [String(key(1)), 1],
        [String(key(1)), 1],
        [String(key(1)), 1],
      ]);
      // At w the cost is λ (0.5 w)²: the gradient goes through both sides.
      const { grad } = valueAndGrad(
        ({ w }: { w: Tensor }) => ({ loss: consistency(change, 2)(view((x) => reshape(mul(x, w), [-1]))) }),
        { w: scalar(3) },
      );
      expectClose(grad.w, [2 * 2 * 0.25 * 3]);
    });
  });

  test('a change that the critic cannot see costs nothing', () => {
    scope(() => {
      const even = (x: Tensor): Tensor => reshape(mul(x, x), [-1]);
      const real = tensor2d([[1], [4]]);
      const view = {
        judge: even,
        real,
        fake: real,
        judged: { real: even(real), fake: even(real) },
        key: key(1),
        turn: turn(),
      };
      expectClose(consistency((x) => mul(x, -1))(view), [0]);
    });
  });
});

describe('known answers: leCam', () => {
  test('distances to the running mean of the other kind', () => {
    scope(() => {
      const judged = { real: tensor1d([1, 3]), fake: tensor1d([-1, 0]) };
      const view = { judge: tripled, real: judged.real, fake: judged.fake, judged, key: key(0) };
      // ((1 + 2)² + (3 + 2)²) / 2 + ((−1 − 0.5)² + 0.5²) / 2
      expectClose(leCam(0.5)({ ...view, turn: turn({ real: 0.5, fake: -2 }) }), [0.5 * (17 + 1.25)]);
      expectClose(leCam(1)({ ...view, turn: turn() }), [5 + 0.5]);
    });
  });
});

describe('known answers: pathLength', () => {
  const A = [
    [1, -2],
    [0.5, 0],
    [3, 1],
  ]; // x = A z
  const linear = (z: Tensor): Tensor => matMul(z as Tensor<never>, tensor2d(A) as Tensor<never>, false, true);
  const view = (generate: (z: Tensor) => Tensor, z: Tensor, path = 0, k = key(3)): GeneratorView => ({
    generate,
    generator: {},
    z,
    fake: z,
    key: k,
    turn: turn({ path }),
  });

  test('of a linear generator the length is ‖Aᵀ y‖ wherever the code is', () => {
    scope(() => {
      const z = normalNoise(key(9), [4, 2]);
      const y = normalNoise(key(3), [4, 3]).dataSync();
      const lengths = [0, 1, 2, 3].map((i) =>
        Math.hypot(...[0, 1].map((j) => [0, 1, 2].reduce((total, r) => total + A[r]![j]! * y[3 * i + r]!, 0))),
      );
      const { cost, path } = pathLength({ weight: 0.5 })(view(linear, z, 1.25));
      expectClose(path!, [lengths.reduce((a, b) => a + b) / 4]);
      expectClose(cost, [0.5 * (lengths.reduce((total, l) => total + (l - 1.25) ** 2, 0) / 4)]);
    });
  });

  test('with a = 0 the cost is ‖A‖² in the mean, and an isometry has the lengths of noise', () => {
    scope(() => {
      const z = normalNoise(key(9), [4000, 2]);
      const square = A.flat().reduce((total, a) => total + a * a, 0);
      const { cost } = pathLength({ weight: 1 })(view(linear, z));
      expect(cost.dataSync()[0]! / square).toBeCloseTo(1, 1);
      const { path } = pathLength()(view((w) => mul(w, 1), z));
      expect(path!.dataSync()[0]!).toBeCloseTo(Math.sqrt(Math.PI / 2), 1); // E of a Rayleigh variable
    });
  });

  test('lengths of images do not grow with their resolution', () => {
    scope(() => {
      const z = normalNoise(key(9), [2000, 1]);
      const wide = (side: number) => (w: Tensor) =>
        mul(reshape(w, [-1, 1, 1, 1]), tensor(new Float32Array(side * side).fill(1), [1, side, side, 1]));
      const squared = (side: number): number => pathLength({ weight: 1 })(view(wide(side), z)).cost.dataSync()[0]!;
      // ‖Jᵀ y‖² = (Σ y / side)², which is 1 in the mean
      expect(Math.abs(squared(1) - 1)).toBeLessThan(0.15);
      expect(Math.abs(squared(8) - 1)).toBeLessThan(0.15);
    });
  });

  test('from the styles: lengths of the second part at what the first made', () => {
    scope(() => {
      const z = normalNoise(key(9), [4, 2]);
      const parts = {
        mapping: (g: Tensor, z: Tensor) => mul(z, g),
        synthesis: (g: Tensor, w: Tensor) => mul(mul(w, w), g),
      };
      const { path } = pathLength<Tensor>({ from: parts })({ ...view(linear, z), generator: scalar(3) });
      const [zs, y] = [z.dataSync(), normalNoise(key(3), [4, 2]).dataSync()];
      // J = diag(2 · 3 · w), w = 3 z
      const wanted = [0, 1, 2, 3].map((i) =>
        Math.hypot(18 * zs[2 * i]! * y[2 * i]!, 18 * zs[2 * i + 1]! * y[2 * i + 1]!),
      );
      expectClose(path!, [wanted.reduce((a, b) => a + b) / 4]);
    });
  });
});

// torch 1.13 in float64, parameters as in golden/gradient-penalty.py: z = sin(0.3 + 1.7 i) as (3, 2), y = normalNoise(key(3), [3, 4]),
// x = softplus(z @ p0 + p1) @ p2 + p3, g = autograd.grad((x * y).sum(), z, create_graph=True), l = ‖g‖, cost = 1.5 · mean((l − 0.7)²).
test('goldens: pathLength and its gradient by double backward of PyTorch', () => {
  const net = mlp([2, 4, 4], { activation: softplus });
  const wanted = [
    [-0.6155887, 0.5818772, -0.6428316, 0.8384122, 0.063502, -0.03704356, 0.02631455, -0.01942545],
    [-0.3193873, 0.391527, -0.2849844, 0.01475107],
    [
      ...[-0.1059288, -0.2715702, -0.1076565, -0.3585067, -0.1586459, -0.2461705, -0.1354049, -0.3405785],
      ...[-0.1388725, -0.1826137, -0.1261837, -0.2636833, -0.05694965, -0.02180968, -0.01613567, -0.0311804],
    ],
    [0, 0, 0, 0],
  ];
  scope(() => {
    const params = waves(net.init(key(0)), (values, shape) => tensor(values, shape));
    const z = tensor(
      Array.from({ length: 6 }, (_, i) => Math.sin(0.3 + 1.7 * i)),
      [3, 2],
    );
    const { values, grad } = valueAndGrad((p: typeof params) => {
      const view = {
        ...{ generate: (z: Tensor) => net.apply(p, z), generator: p, z, fake: z },
        ...{ key: key(3), turn: turn({ path: 0.7 }) },
      };
      const { cost, path } = pathLength({ weight: 1.5 })(view);
      return { loss: cost, path: path! };
    }, params);
    expectClose(values.loss, [0.32050669], { relative: 1e-5 });
    expectClose(values.path, [0.23803333], { relative: 1e-5 });
    for (const [i, { weight, bias }] of grad.entries()) {
      expectClose(weight, wanted[2 * i]!, { absolute: 1e-5, relative: 1e-4 });
      expectClose(bias!, wanted[2 * i + 1]!, { absolute: 1e-5, relative: 1e-4 });
    }
  });
});

test('gradients: that of the path cost at the parameters is right, through the slope at the codes', async () => {
  const net = mlp([2, 3, 2], { activation: softplus });
  using params = owned(scope(() => waves(net.init(key(0)), (values, shape) => tensor(values, shape))));
  using z = owned({ z: normalNoise(key(9), [3, 2]) });
  const cost = (w0: Tensor, b0: Tensor, w1: Tensor, b1: Tensor): Tensor =>
    scope(() => {
      const p = [
        { weight: w0, bias: b0 },
        { weight: w1, bias: b1 },
      ];
      const generate = (z: Tensor): Tensor => net.apply(p, z);
      const view = { generate, generator: p, z: z.z, fake: z.z, key: key(3), turn: turn({ path: 0.7 }) };
      return pathLength({ weight: 1 })(view).cost;
    });
  await checkGradients(
    cost,
    params.flatMap(({ weight, bias }) => [weight, bias!]),
    { order: 1, valueAndGrad },
  );
});

test('laws: nothing is left over but the costs, and the told path has no gradient', () => {
  using world = owned({ x: tensor2d([[1], [4]]), y: tensor1d([3, 12]), w: scalar(2), turn: turn() });
  const { step, memory: remembered } = world.turn;
  const rest = { key: key(0), turn: { step, memory: remembered } };
  const view = { judge: tripled, real: world.x, fake: world.x, judged: { real: world.y, fake: world.y }, ...rest };
  for (const [count, make] of [
    [1, () => ({ cost: consistency((x) => mul(x, 2), 1, 1)(view) })],
    [1, () => ({ cost: leCam()(view) })],
    [2, () => pathLength()({ generate: (z) => mul(z, world.w), generator: {}, z: world.x, fake: world.x, ...rest })],
  ] as const) {
    const before = memory().numTensors;
    using _ = owned({ ...make() });
    expect(memory().numTensors - before).toBe(count);
  }
  scope(() => {
    const { grad } = valueAndGrad(
      ({ w }: { w: Tensor }) => {
        const { path } = pathLength()({
          generate: (z) => mul(z, w),
          generator: {},
          z: world.x,
          fake: world.x,
          ...rest,
        });
        return { loss: sum(path!) };
      },
      { w: scalar(2) },
    );
    expect(grad.w.dataSync()[0]).toBe(0);
  });
});

test('errors: weights that are none', () => {
  expect(() => consistency((x) => x, -1)).toThrow(GenaiError);
  expect(() => consistency((x) => x, 1, Number.NaN)).toThrow('consistency: a weight must be a finite number');
  expect(() => leCam(-1)).toThrow('leCam: the weight must be a finite number of at least 0, got -1.');
  expect(() => pathLength({ weight: Number.POSITIVE_INFINITY })).toThrow('pathLength: the weight must be a finite');
});
