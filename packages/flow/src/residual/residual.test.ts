import { disposeTree, fold, key, mapTrees, type Tree } from '@genai/core';
import { standardNormal } from '@genai/distributions';
import { normalNoise, owned, scope, valueAndGrad } from '@genai/tensor';
import { bijectorLaws } from '@genai/testing/bijector-laws';
import { checkGradients } from '@genai/testing/check-gradients';
import { expectClose } from '@genai/testing/expect-close';
import {
  add,
  eye,
  matMul,
  memory,
  mul,
  norm,
  ones,
  reshape,
  sub,
  sum,
  type Tensor,
  tanh,
  tensor2d,
  zeros,
} from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { hutchinson } from '../continuous/trace.js';
import { flow } from '../flow.js';
import { nll } from '../nll.js';
import { contraction } from './contraction.js';
import { invertibleResidual } from './invertible-residual.js';
import { largestSingularValueBound } from './largest-singular-value-bound.js';
import { lipSwish } from './lip-swish.js';
import { roulette, seriesError, truncatedSeries } from './series.js';

bijectorLaws('invertibleResidual', () => ({
  map: invertibleResidual({ features: 3, net: contraction([3, 6, 3], { bound: 0.5 }) }),
  x: () => normalNoise(key(1), [4, 3]),
  settings: 1000,
}));
bijectorLaws('invertibleResidual in a context, near the limit', () => ({
  map: invertibleResidual({
    features: 2,
    context: 2,
    net: contraction([4, 6, 6, 2], { bound: 0.9, activation: tanh }),
  }),
  x: () => normalNoise(key(1), [4, 2]),
  context: () => normalNoise(key(2), [4, 2]),
  settings: 40,
}));

describe('known answers: singular values', () => {
  test('the bound is never below the largest, and near it', () => {
    scope(() => {
      for (const [rows, columns] of [
        [5, 3],
        [3, 5],
        [40, 64],
        [1, 7],
      ] as const) {
        const weight = mul(normalNoise(fold(key(1), rows), [rows, columns]), 3);
        const exact = power(weight);
        const bound = largestSingularValueBound(weight, 6).dataSync()[0]!;
        expect(bound).toBeGreaterThan(exact * (1 - 1e-5));
        expect(bound).toBeLessThan(exact * Math.min(rows, columns) ** (2 ** -8) * (1 + 1e-5));
      }
    });
  });

  test('of sizes from 1e-8 to 1e8; of zeros it is about 0', () => {
    scope(() => {
      for (const size of [1e-8, 1, 1e8]) {
        expectClose(
          largestSingularValueBound(
            mul(
              tensor2d([
                [3, 0],
                [0, 1],
              ]),
              size,
            ),
            6,
          ),
          3 * size,
        );
      }
      expect(largestSingularValueBound(zeros([3, 3]), 6).dataSync()[0]).toBeLessThan(1e-9);
    });
  });

  test('its gradient is that of finite differences', async () => {
    using w = owned([normalNoise(key(3), [4, 3])]);
    await checkGradients((x) => largestSingularValueBound(x, 4), [...w], { order: 2, valueAndGrad });
  });

  test('lipSwish is nowhere steeper than 1', () => {
    scope(() => {
      const x = tensor2d(
        Float32Array.from({ length: 2001 }, (_, i) => i / 100 - 10),
        [2001, 1],
      );
      const { grad } = valueAndGrad((p: { x: Tensor }) => ({ loss: sum(lipSwish(p.x)) }), { x });
      const slopes = grad.x.dataSync();
      expect(Math.max(...slopes)).toBeLessThan(1);
      expect(Math.max(...slopes)).toBeGreaterThan(0.99);
    });
  });

  test('a contraction brings any two points nearer by its bound, at weights of any size', () => {
    scope(() => {
      for (const [n, scale] of [1, 100, 1e6].entries()) {
        const net = contraction([3, 16, 16, 3], { bound: 0.9 });
        const params = net
          .init(fold(key(5), n))
          .map(({ weight, bias }) => ({ weight: mul(weight, scale), bias: bias! }));
        const [a, b] = [1, 2].map((i) => normalNoise(fold(key(6), i), [300, 3])) as [Tensor, Tensor];
        const { apply } = net.at(params);
        const far = norm(sub(a, b), 2, 1).dataSync();
        const near = norm(sub(apply(a), apply(b)), 2, 1).dataSync();
        const ratios = [...near].map((d, i) => d / far[i]!);
        expect(Math.max(...ratios)).toBeLessThan(0.9);
      }
    });
  });
});

describe('known answers: one layer', () => {
  const applied = (net: ReturnType<typeof contraction>, weight: Tensor): Tensor => net.at([{ weight }]).apply(eye(3));

  test('a large weight has the bound as its largest singular value, to 1 part in 100', () => {
    scope(() => {
      const found = power(applied(contraction([3, 3], { bound: 0.8 }), mul(normalNoise(key(2), [3, 3]), 10)));
      expect(found).toBeLessThan(0.8 + 1e-6);
      expect(found).toBeGreaterThan(0.79);
    });
  });

  test('a small weight stays as it is', () => {
    scope(() => {
      const weight = mul(normalNoise(key(2), [3, 3]), 0.1);
      expectClose(applied(contraction([3, 3], { bound: 0.8 }), weight), weight);
    });
  });
});

describe('known answers: the series', () => {
  // g(x) = x A: log det (I + A), found by hand.
  const A = [
    [0.5, 0.2],
    [-0.3, -0.4],
  ];
  const logDet = Math.log(1.5 * 0.6 + 0.06);
  const linear = (options: object) =>
    invertibleResidual({
      features: 2,
      net: {
        bound: 0.7,
        init: () => ({ weight: tensor2d(A) }),
        at: ({ weight }: { weight: Tensor }) => ({
          apply: (x) => matMul(x, weight),
          linearized: (x) => {
            const pull = (w: Tensor) => matMul(w, weight, false, true);
            return {
              y: matMul(x, weight),
              pull: (w) => reshape(pull(reshape(w, [-1, 2])), w.shape),
              pullOfConstants: (w) => reshape(pull(reshape(w, [-1, 2])), w.shape),
            };
          },
        }),
      },
      ...options,
    });
  const at = (layer: ReturnType<typeof linear>, k?: ReturnType<typeof key>, rows = 1): Float32Array =>
    scope(
      () => layer.forward({ weight: tensor2d(A) }, ones([rows, 2]), undefined, k).logDet.dataSync() as Float32Array,
    );

  test('cut, it is off by less than it promises', () => {
    let last = Infinity;
    for (const terms of [1, 2, 4, 8, 16]) {
      const off = Math.abs(at(linear({ series: truncatedSeries({ terms }) }))[0]! - logDet);
      expect(off).toBeLessThan(2 * seriesError(0.7, terms) + 1e-6);
      expect(off).toBeLessThan(last);
      last = off;
    }
    expect(at(linear({}))[0]).toBeCloseTo(logDet, 5);
    expect(at(linear({ series: roulette() }))[0]).toBeCloseTo(logDet, 5);
  });

  test.each([
    ['with the exact trace', {}],
    ['with Hutchinson’s', { trace: hutchinson() }],
  ])('the roulette is unbiased %s', (_name, options) => {
    const layer = linear({ series: roulette({ sure: 1, more: 0.6 }), ...options });
    const draws = Array.from({ length: 600 }, (_, i) => mean(at(layer, fold(key(8), i), 4)));
    const deviation = Math.sqrt(mean(draws.map((x) => (x - mean(draws)) ** 2)));
    expect(deviation).toBeGreaterThan(0.01);
    expect(Math.abs(mean(draws) - logDet)).toBeLessThan((3 * deviation) / Math.sqrt(600));
  });

  test('how many terms: as often as promised, weighed by how seldom', () => {
    const series = roulette({ sure: 2, more: 0.5 });
    const drawn = Array.from({ length: 2000 }, (_, i) => series(0.9, fold(key(9), i)));
    for (const [k, share] of [
      [2, 1],
      [3, 0.5],
      [4, 0.25],
      [6, 1 / 16],
    ] as const) {
      const reached = drawn.filter((weights) => weights.length >= k);
      expect(reached.length / 2000).toBeCloseTo(share, 1);
      expect(reached[0]![k - 1]).toBeCloseTo(1 / share, 9);
    }
    expect(seriesError(0.9, truncatedSeries()(0.9, undefined).length)).toBeLessThan(1e-4);
  });
});

test('laws: the gradient of the log-determinant is that of finite differences, by parameters and by place', async () => {
  const net = contraction([2, 5, 2], { bound: 0.6, activation: tanh });
  const layer = invertibleResidual({ features: 2, net, series: truncatedSeries({ terms: 25 }) });
  using given = owned(scope(() => ({ params: net.init(key(4)), x: normalNoise(key(1), [3, 2]) })));
  const [first, second] = given.params as unknown as [
    { weight: Tensor; bias: Tensor },
    { weight: Tensor; bias: Tensor },
  ];
  await checkGradients(
    (x, w1, b1, w2) =>
      layer.forward(
        [
          { weight: w1, bias: b1 },
          { weight: w2, bias: second.bias },
        ],
        x,
      ).logDet,
    [given.x, first.weight, first.bias, second.weight],
    { epsilon: 1e-2 },
  );
});

test('laws: random traces cancel both ways for a key; places move alone', () => {
  scope(() => {
    const layer = invertibleResidual({
      features: 3,
      net: contraction([3, 8, 3], { bound: 0.5 }),
      trace: hutchinson(),
      series: roulette(),
    });
    const params = layer.init(key(0));
    const x = normalNoise(key(1), [2, 4, 3]);
    const there = layer.forward(params, x, undefined, key(3));
    expectClose(layer.inverse(params, there.y, undefined, key(3)).logDet, mul(there.logDet, -1), { absolute: 1e-5 });
    expect(layer.forward(params, x, undefined, key(4)).logDet.dataSync()).not.toEqual(there.logDet.dataSync());
    const rows = layer.forward(params, reshape(x, [8, 3]));
    expectClose(layer.forward(params, x).logDet, sum(reshape(rows.logDet, [2, 4]), 1));
  });
});

describe.each([
  ['cut', truncatedSeries({ terms: 6 })],
  ['drawn', roulette({ sure: 2, more: 0.5 })],
])('known answers: training with a series %s', (_name, series) => {
  test('the negative log-likelihood of a skewed mixture falls', { timeout: 30_000 }, () => {
    const layer = () =>
      invertibleResidual({
        features: 2,
        net: contraction([2, 16, 2], { activation: tanh }),
        series,
        trace: hutchinson(),
      });
    const objective = nll(flow({ transforms: [layer(), layer(), layer()], base: standardNormal(2) }));
    const before = memory().numTensors;
    let params = objective.init(key(0));
    const losses: number[] = [];
    for (let step = 0; step < 60; step++) {
      const next = scope(() => {
        const noise = normalNoise(fold(key(1), step), [64, 2]);
        const x = mul(add(noise, mul(tanh(mul(noise, 9)), 2)), tensor2d([[0.2, 0.4]])); // four narrow clouds
        const { values, grad } = valueAndGrad(
          (p: typeof params) => objective.loss(p, x, fold(key(2), step), ones([])),
          params,
        );
        losses.push(values.loss.dataSync()[0]!);
        return mapTrees<Tensor, Tree<Tensor>>((p, g) => sub(p!, mul(g!, 0.5)), params, grad);
      });
      disposeTree(params as never);
      params = next as typeof params;
    }
    disposeTree(params as never);
    expect(mean(losses.slice(-8))).toBeLessThan(mean(losses.slice(0, 8)) - 0.2);
    expect(memory().numTensors).toBe(before);
  });
});

test('errors: sizes, bounds, series, inputs and contexts', () => {
  scope(() => {
    expect(() => contraction([3])).toThrow('contraction([3]): sizes must be');
    expect(() => contraction([2, 2], { bound: 1 })).toThrow('bound must be above 0 and below 1, got 1');
    expect(() => truncatedSeries({ terms: 0 })).toThrow('truncatedSeries: terms must be');
    expect(() => roulette({ sure: 0 })).toThrow('roulette: sure must be');
    expect(() => roulette({ more: 1 })).toThrow('roulette: more must be');
    expect(() => invertibleResidual({ features: 2, iterations: 0 })).toThrow('invertibleResidual(2): iterations');
    const layer = invertibleResidual({ features: 2, context: 1 });
    const params = layer.init(key(0));
    expect(() => layer.forward(params, ones([3, 4]), ones([3, 1]))).toThrow('invertibleResidual(2): got shape [3, 4]');
    expect(() => layer.forward(params, ones([2]), ones([1, 1]))).toThrow('expected [batch, 2]');
    expect(() => layer.inverse(params, ones([3, 2]))).toThrow('it needs a context');
    expect(() => layer.forward(params.slice(1), ones([3, 2]), ones([3, 1]))).toThrow('got parameters of 2 layers');
    const wrong = invertibleResidual({ features: 2, net: contraction([2, 3]) });
    expect(() => wrong.forward(wrong.init(key(0)), ones([3, 2]))).toThrow('the net: got shape [3, 3]');
  });
});

function mean(xs: ArrayLike<number>): number {
  return Array.from(xs).reduce((a, b) => a + b, 0) / xs.length;
}

/** The largest singular value by 500 steps of the power iteration, in float64. */
function power(weight: Tensor): number {
  const [rows, columns] = weight.shape as [number, number];
  const w = weight.dataSync();
  let v = Array.from({ length: columns }, (_, i) => Math.sin(i + 1));
  let size = 0;
  for (let n = 0; n < 500; n++) {
    const u = Array.from({ length: rows }, (_, i) => v.reduce((total, x, j) => total + w[i * columns + j]! * x, 0));
    const next = v.map((_, j) => u.reduce((total, x, i) => total + w[i * columns + j]! * x, 0));
    size = Math.hypot(...next);
    v = next.map((x) => x / size);
  }
  return Math.sqrt(size);
}
