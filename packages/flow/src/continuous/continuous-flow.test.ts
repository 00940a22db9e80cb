import { disposeTree, fold, type Key, key, mapTrees, type Tree } from '@genai/core';
import { standardNormal } from '@genai/distributions';
import { type DenseParams, mlp } from '@genai/nn';
import { elu, normalNoise, owned, scope, silu, valueAndGrad } from '@genai/tensor';
import { bijectorLaws } from '@genai/testing/bijector-laws';
import { expectClose } from '@genai/testing/expect-close';
import {
  add,
  concat,
  cos,
  div,
  fill,
  matMul,
  mean,
  memory,
  mul,
  neg,
  ones,
  reshape,
  sin,
  slice,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  tanh,
  tensor,
  tensor2d,
} from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import golden from '../../golden/continuous-flow.json' with { type: 'json' };
import { conditionalFlow } from '../conditional-flow.js';
import { flow } from '../flow.js';
import { nll } from '../nll.js';
import type { Solver } from '../ode/field.js';
import { fixedSteps } from '../ode/integrate.js';
import { adaptiveSteps } from '../ode/integrate-adaptively.js';
import { dormandPrince, rungeKutta4 } from '../ode/methods.js';
import { type ContinuousFlowOptions, continuousFlow } from './continuous-flow.js';
import { rademacherNoise } from './rademacher-noise.js';
import { timeFrequencies } from './time-frequencies.js';
import { exactTrace, hutchinson } from './trace.js';

const small = (options: Partial<ContinuousFlowOptions<readonly DenseParams[]>> = {}) =>
  continuousFlow({
    features: 2,
    net: (inputs, outputs) => mlp([inputs, 8, outputs], { activation: tanh }),
    ...options,
  });

// Both ways are as exact as the solver; this makes fields that it follows to float32's digits.
bijectorLaws('continuousFlow', () => ({
  map: {
    ...small({ context: 2, time: (t) => [t], solver: fixedSteps({ method: dormandPrince, steps: 5 }) }),
    tolerance: 1e-5,
  },
  x: () => normalNoise(key(1), [4, 2]),
  context: () => normalNoise(key(2), [4, 2]),
  spread: 0.2,
  settings: 20,
}));

test('laws: places move alone, by one net and the context of their example', () => {
  scope(() => {
    const layer = small({ context: 1, solver: fixedSteps({ method: rungeKutta4, steps: 3 }) });
    const params = layer.init(key(0));
    const x = normalNoise(key(1), [2, 3, 2]);
    const context = tensor2d([[1], [-2]]);
    const whole = layer.forward(params, x, context);
    const rows = layer.forward(params, reshape(x, [6, 2]), tensor2d([[1], [1], [1], [-2], [-2], [-2]]));
    expectClose(whole.y, reshape(rows.y, [2, 3, 2]));
    expectClose(whole.logDet, sum(reshape(rows.logDet, [2, 3]), 1));
  });
});

describe('parity with zuko', () => {
  type Golden = (typeof golden)[number];
  const layerOf = (c: Golden, solver: Solver) =>
    continuousFlow({
      features: c.features,
      context: c.context,
      net: (inputs, outputs) => mlp([inputs, 8, 8, outputs], { activation: c.context > 0 ? tanh : elu }),
      time: timeFrequencies(c.frequencies),
      solver,
    });
  const layersOf = (c: Golden): DenseParams[] =>
    c.layers.map(({ weight, bias }) => ({ weight: tensor(weight), bias: tensor(bias) }));
  const contextOf = (c: Golden): Tensor | undefined => (c.context > 0 ? tensor(c.c) : undefined);
  const solvers = {
    'adaptive steps': adaptiveSteps({ absolute: 1e-6, relative: 1e-6 }),
    'fixed steps': fixedSteps({ method: dormandPrince, steps: 24 }),
  };

  for (const [steps, solver] of Object.entries(solvers)) {
    test.each(golden)(`$name: log-densities and draws by ${steps}`, (c) => {
      scope(() => {
        const layer = layerOf(c, solver);
        const base = standardNormal(c.features).given({});
        const { y, logDet } = layer.forward(layersOf(c), tensor2d(c.x), contextOf(c));
        expectClose(add(base.logProb(y), logDet), c.logProb, { absolute: 1e-4 });
        expectClose(layer.inverse(layersOf(c), tensor2d(c.z), contextOf(c)).x, c.drawn, { absolute: 1e-4 });
      });
    });
  }

  // Where the activation is smooth: behind ELU's bends the gradient of the divergence jumps, and steps lose their order.
  test('cnf in a context: the gradient of the mean log-density', () => {
    const c = golden[1]!;
    scope(() => {
      const layer = layerOf(c, fixedSteps({ method: dormandPrince, steps: 16 }));
      const base = standardNormal(c.features).given({});
      const { grad } = valueAndGrad(
        (p: { layers: DenseParams[]; x: Tensor }) => {
          const { y, logDet } = layer.forward(p.layers, p.x, contextOf(c));
          return { loss: neg(mean(add(base.logProb(y), logDet))) };
        },
        { layers: layersOf(c), x: tensor2d(c.x) },
      );
      expectClose(grad.x, c.gradX, { absolute: 1e-4 });
      for (const [i, { weight, bias }] of c.grad.entries()) {
        expectClose(grad.layers[i]!.weight, weight, { absolute: 3e-4 });
        expectClose(grad.layers[i]!.bias!, bias, { absolute: 3e-4 });
      }
    });
  });
});

describe('known answers', () => {
  // v = A x: f(x) = exp(A) x, and log |det| = tr A whatever the solver.
  const linear = (options: object = {}) =>
    continuousFlow({
      features: 3,
      time: () => [],
      net: () => ({
        init: () => ({
          weight: tensor2d([
            [0.5, 1, 0],
            [-1, 0.25, 0],
            [0.5, 0, -2],
          ]),
        }),
        apply: ({ weight }: { weight: Tensor }, x: Tensor) => matMul(x, weight),
      }),
      ...options,
    });

  test('of a linear field the log-determinant is its trace, the map its exponential', () => {
    scope(() => {
      const layer = linear();
      const params = layer.init(key(0));
      const { y, logDet } = layer.forward(
        params,
        tensor2d([
          [0, 0, 3],
          [1, 2, 0],
        ]),
      );
      expectClose(logDet, [-1.25, -1.25], { absolute: 1e-5 });
      // The last feature falls alone: x₃ e⁻².
      expectClose(slice(y, [0, 2], [1, 1]), 3 * Math.exp(-2), { absolute: 1e-5 });
      // numpy.array([1, 2]) @ scipy.linalg.expm([[0.5, 1], [-1, 0.25]])
      expectClose(slice(y, [1, 0], [1, 2]), [-1.50633487, 2.51224682], { absolute: 2e-5 });
    });
  });

  test('Rademacher noise has no variance where the Jacobian is diagonal, Gaussian noise has', () => {
    scope(() => {
      const diagonal = (noise?: (key: Key, shape: readonly number[]) => Tensor) =>
        continuousFlow({
          features: 2,
          time: () => [],
          trace: hutchinson(noise ? { noise } : {}),
          net: () => ({
            init: () => ({ rate: tensor([0.3, -0.8]) }),
            apply: ({ rate }: { rate: Tensor }, x: Tensor) => mul(x, rate),
          }),
        });
      const x = ones([400, 2]);
      const signs = diagonal()
        .forward({ rate: tensor([0.3, -0.8]) }, x, undefined, key(1))
        .logDet.dataSync();
      for (const value of signs) expect(value).toBeCloseTo(-0.5, 5);
      const normals = [
        ...diagonal(normalNoise)
          .forward({ rate: tensor([0.3, -0.8]) }, x, undefined, key(1))
          .logDet.dataSync(),
      ];
      const mean = normals.reduce((a, b) => a + b) / 400;
      const variance = normals.reduce((a, b) => a + (b - mean) ** 2, 0) / 399;
      expect(variance).toBeCloseTo(2 * (0.09 + 0.64), 0); // Var Σ aᵢ vᵢ² = 2 Σ aᵢ²
      expect(Math.abs(mean + 0.5)).toBeLessThan(4 * Math.sqrt(variance / 400));
    });
  });

  test('Hutchinson’s estimate is unbiased, the same for a key, cancels both ways, and is exact without one', () => {
    scope(() => {
      const solver = fixedSteps({ method: rungeKutta4, steps: 6 });
      const net = (inputs: number, outputs: number) => mlp([inputs, 8, outputs], { activation: silu });
      const sure = continuousFlow({ features: 4, net, solver });
      const estimated = continuousFlow({ features: 4, net, solver, trace: hutchinson() });
      const params = sure.init(key(3));
      const row = normalNoise(key(4), [1, 4]);
      const x = add(row, fill([600, 4], 0)); // one example 600 times, each with its own noise
      const exactly = sure.forward(params, row).logDet.dataSync()[0]!;
      const there = estimated.forward(params, x, undefined, key(5));
      const draws = [...there.logDet.dataSync()];
      const mean = draws.reduce((a, b) => a + b) / 600;
      const deviation = Math.sqrt(draws.reduce((a, b) => a + (b - mean) ** 2, 0) / 599);
      expect(deviation).toBeGreaterThan(0.01);
      expect(Math.abs(mean - exactly)).toBeLessThan(3.5 * (deviation / Math.sqrt(600)));
      expectClose(estimated.forward(params, x, undefined, key(5)).logDet, draws);
      const back = estimated.inverse(params, there.y, undefined, key(5));
      expectClose(add(back.logDet, there.logDet), fill([600], 0), { absolute: 1e-3 });
      expectClose(estimated.forward(params, row).logDet, [exactly]);
    });
  });

  test('a density integrates to one', () => {
    const density = flow({
      transforms: [small({ solver: fixedSteps({ method: rungeKutta4, steps: 8 }) })],
      base: standardNormal(2),
    });
    using params = owned(density.init(key(2)));
    const side = 45;
    const h = 0.3;
    const points = Float32Array.from({ length: 2 * side * side }, (_, i) => {
      const cell = i >> 1;
      return h * ((i & 1 ? Math.floor(cell / side) : cell % side) - (side - 1) / 2);
    });
    using logs = owned([scope(() => density.given(params).logProb(tensor2d(points, [side * side, 2])))]);
    const total = Array.from(logs[0]!.dataSync()).reduce((total, log) => total + Math.exp(log) * h * h, 0);
    expect(total).toBeCloseTo(1, 3);
  });

  test('the probes: E v vᵀ = I', () => {
    scope(() => {
      expectClose(exactTrace()(undefined, [2, 3]), [1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1]);
      const v = rademacherNoise(key(1), [4000, 2]); // (draws, 2)
      expectClose(square(v), ones([4000, 2]));
      expectClose(mul(matMul(v as never, v as never, true), 1 / 4000), [1, 0, 0, 1], { absolute: 0.06 });
    });
  });

  test('frequencies of time', () => {
    expectClose(timeFrequencies(2)(0.5), [0, -1, 1, 0]);
    expectClose(timeFrequencies(2)(1), [-1, 1, 0, 0]);
    expect(timeFrequencies(0)(1)).toEqual([]);
  });
});

describe.each([
  ['the exact trace', exactTrace()],
  ['Hutchinson’s', hutchinson()],
])('known answers: training with %s', (_name, trace) => {
  test('the negative log-likelihood of two arcs falls', { timeout: 30_000 }, () => {
    const model = flow({
      transforms: [small({ trace, solver: fixedSteps({ method: rungeKutta4, steps: 3 }) })],
      base: standardNormal(2),
    });
    const before = memory().numTensors;
    const { first, last } = descend(nll(model), (k) => arcs(k, 64), { steps: 50, rate: 0.02 });
    expect(last).toBeLessThan(first - 0.3);
    expect(memory().numTensors).toBe(before);
  });
});

test('laws: in a conditional flow every example has its context; draws repeat for a key', () => {
  scope(() => {
    const model = conditionalFlow({ transforms: [small({ context: 2 })], base: standardNormal(2) });
    const params = model.init(key(0));
    const context = tensor2d([
      [3, -3],
      [0, 1],
    ]);
    const both = model.given(params, context);
    const x = normalNoise(key(1), [2, 2]);
    const apart = [0, 1].map((i) => model.given(params, slice(context, i, 1)).logProb(slice(x, i, 1)));
    expectClose(both.logProb(x), concat(apart), { absolute: 1e-5 });
    expectClose(both.sample(key(4), [3]), both.sample(key(4), [3]));
  });
});

test('errors: sizes, inputs, contexts and nets', () => {
  scope(() => {
    const layer = small({ context: 2 });
    const params = layer.init(key(0));
    expect(() => continuousFlow({ features: 0 })).toThrow('continuousFlow(0): features must be');
    expect(() => continuousFlow({ features: 2, context: -1 })).toThrow('continuousFlow(2): context must be');
    expect(() => timeFrequencies(1.5)).toThrow('timeFrequencies: count');
    expect(() => layer.forward(params, ones([3, 3]), ones([3, 2]))).toThrow('continuousFlow(2): got shape [3, 3]');
    expect(() => layer.forward(params, ones([2]), ones([1, 2]))).toThrow('expected [batch, 2]');
    expect(() => layer.forward(params, ones([3, 2]))).toThrow('it needs a context');
    expect(() => layer.forward(params, ones([3, 2]), ones([2, 2]))).toThrow('the context');
    const wrong = continuousFlow({ features: 2, net: (inputs) => mlp([inputs, 3]) });
    expect(() => wrong.forward(wrong.init(key(0)), ones([3, 2]))).toThrow('the net: got shape [6, 3]');
    disposeTree(params);
  });
});

/** Two arcs of a circle with noise, (count, 2). */
function arcs(k: Key, count: number): Tensor {
  return scope(() => {
    const [angle, side, noise] = [0, 1, 2].map((i) => normalNoise(fold(k, i), [count, i + 1])) as [
      Tensor,
      Tensor,
      Tensor,
    ];
    const turn = add(mul(angle, 0.5), mul(slice(tanh(mul(side, 1e3)), [0, 0], [count, 1]), Math.PI / 2)); // (count, 1)
    return add(mul(concat([cos(turn), sin(turn)], 1), 2), mul(slice(noise, [0, 0], [count, 2]), 0.1));
  });
}

/** Adam by hand; the losses at first and at the end, each the mean of five. */
function descend<P extends Tree<Tensor>>(
  objective: { init: (key: Key) => P; loss: (params: P, x: Tensor, key: Key, step: Tensor) => { loss: Tensor } },
  data: (k: Key) => Tensor,
  { steps, rate }: { steps: number; rate: number },
): { first: number; last: number } {
  let params = objective.init(key(0));
  let moments = scope(() => mapTrees<Tensor, P>((p) => mul(p!, 0), params));
  let squares = scope(() => mapTrees<Tensor, P>((p) => mul(p!, 0), params));
  const losses: number[] = [];
  for (let step = 1; step <= steps; step++) {
    const next = scope(() => {
      const x = data(fold(key(1), step));
      const { values, grad } = valueAndGrad((p: P) => objective.loss(p, x, fold(key(2), step), ones([])), params);
      const m = mapTrees<Tensor, P>((a, g) => add(mul(a!, 0.9), mul(g!, 0.1)), moments, grad);
      const v = mapTrees<Tensor, P>((a, g) => add(mul(a!, 0.99), mul(square(g!), 0.01)), squares, grad);
      const size = (rate * Math.sqrt(1 - 0.99 ** step)) / (1 - 0.9 ** step);
      const moved = mapTrees<Tensor, P>((p, a, b) => sub(p!, mul(div(a!, add(sqrt(b!), 1e-8)), size)), params, m, v);
      losses.push(values.loss.dataSync()[0]!);
      return { moved, m, v };
    });
    disposeTree([params, moments, squares] as Tree<Tensor>);
    [params, moments, squares] = [next.moved, next.m, next.v];
  }
  disposeTree([params, moments, squares] as Tree<Tensor>);
  const mean = (xs: number[]): number => xs.reduce((a, b) => a + b) / xs.length;
  return { first: mean(losses.slice(0, 5)), last: mean(losses.slice(-5)) };
}
