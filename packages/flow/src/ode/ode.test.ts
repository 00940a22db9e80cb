import { GenaiError, type Tree } from '@genai/core';
import { owned, scope, valueAndGrad } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import {
  cos,
  div,
  memory,
  mul,
  neg,
  ones,
  scalar,
  sin,
  square,
  sum,
  type Tensor,
  tensor1d,
} from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import type { Field } from './field.js';
import { fixedSteps, integrate } from './integrate.js';
import { adaptiveSteps, integrateAdaptively } from './integrate-adaptively.js';
import { dormandPrince, euler, heun, type Method, midpoint, rungeKutta4 } from './methods.js';

const methods = { euler, midpoint, heun, rungeKutta4, dormandPrince };

/** Not linear and not autonomous: y = 1 / (1 / y₀ + t²). */
const bell: Field<Tensor> = (t, y) => mul(square(y), -2 * t);
const bellAt = (y0: number, t: number): number => 1 / (1 / y0 + t * t);

/** A turn of the plane, a tree: x = cos t, y = sin t from (1, 0). */
type Plane = { readonly x: Tensor; readonly y: Tensor };
const turn: Field<Plane> = (_t, { x, y }) => ({ x: neg(y), y: x });

const number = (f: () => Tensor): number => {
  using x = owned(scope(f));
  return x.dataSync()[0]!;
};

describe('orders', () => {
  const orders = Object.entries(methods).map(([name, method]) => [name, method, method.order] as const);

  // Hairer, Nørsett and Wanner 1993, II.2, theorem 2.13: one condition for each rooted tree up to the order.
  test.each(orders)('%s meets the order conditions in float64', (_name, { weights, ...method }, order) => {
    for (const [value, expected] of conditions(weights, method, order)) expect(value).toBeCloseTo(expected, 12);
  });

  test('the method beside Dormand and Prince’s, of seven stages, has order 4 and not 5', () => {
    const { nodes, stages, weights, error } = dormandPrince;
    const seven = { nodes: [...nodes, 1], stages: [...stages, weights] };
    const beside = error.map((e, i) => (weights[i] ?? 0) - e);
    for (const [value, expected] of conditions(beside, seven, 4)) expect(value).toBeCloseTo(expected, 12);
    expect(conditions(beside, seven, 5).some(([value, expected]) => Math.abs(value - expected) > 1e-4)).toBe(true);
  });

  // Errors from 1e-2 to 1e-5 of a number near 1: float32 rounds at 1e-7.
  const steps = { euler: 64, midpoint: 16, heun: 16, rungeKutta4: 5, dormandPrince: 2 };
  test.each(orders)('the error of %s falls as declared when steps are halved', (name, method, order) => {
    const error = (count: number): number =>
      Math.abs(number(() => integrate(bell, scalar(2), { from: 0, to: 1, method, steps: count })) - bellAt(2, 1));
    const few = steps[name as keyof typeof steps];
    const slope = Math.log2(error(few) / error(2 * few));
    expect(slope).toBeGreaterThan(order - 0.35);
    expect(slope).toBeLessThan(order + 1);
  });
});

describe('known answers: integrate', () => {
  test('a tree of tensors, and each example for itself', () => {
    using end = owned(
      scope(() =>
        integrate(turn, { x: ones([3]), y: mul(ones([3]), 0) }, { from: 0, to: 2, method: rungeKutta4, steps: 20 }),
      ),
    );
    expectClose(end.x, [Math.cos(2), Math.cos(2), Math.cos(2)], { absolute: 1e-5 });
    expectClose(end.y, [Math.sin(2), Math.sin(2), Math.sin(2)], { absolute: 1e-5 });
  });

  test('backwards it undoes itself', () => {
    const options = { method: dormandPrince, steps: 12 };
    using start = owned(tensor1d([0.5, 1, 2]));
    using back = owned(
      scope(() => {
        const end = integrate(bell, start, { from: 0, to: 1, ...options });
        return integrate(bell, end, { from: 1, to: 0, ...options });
      }),
    );
    expectClose(back, start, { absolute: 1e-5 });
  });

  test('a field that gives back its state, and a span of no length', () => {
    using y = owned(tensor1d([1, 2]));
    using grown = owned(integrate((_t, y) => y, y, { from: 0, to: 1, method: rungeKutta4, steps: 10 }));
    expectClose(grown, [Math.E, 2 * Math.E], { relative: 1e-5 });
    using same = owned(integrate(bell, y, { from: 1, to: 1, method: euler, steps: 1 }));
    expectClose(same, y);
    expect(same).not.toBe(y);
  });

  test('the gradient is that of the steps: Euler’s of y′ = a y is (1 + a h)ⁿ', () => {
    using p = owned({ a: scalar(0.7), y: scalar(3) });
    const run = ({ a, y }: { a: Tensor; y: Tensor }): { loss: Tensor } => ({
      loss: integrate((_t, y) => mul(a, y), y, { from: 0, to: 2, method: euler, steps: 4 }),
    });
    using found = owned(valueAndGrad(run, { ...p }));
    expectClose(found.values.loss, 3 * 1.35 ** 4);
    expectClose(found.grad.y, 1.35 ** 4);
    expectClose(found.grad.a, 3 * 4 * 0.5 * 1.35 ** 3);
  });

  test('as a solver, the field is given its parameters', () => {
    using p = owned({ rate: scalar(-1), y: scalar(2) });
    const solver = fixedSteps({ method: rungeKutta4, steps: 10 });
    using y = owned(
      scope(() =>
        solver((_t, y: Tensor, q: { rate: Tensor }) => mul(q.rate, y), p.y, { from: 0, to: 1 }, { rate: p.rate }),
      ),
    );
    expectClose(y, 2 / Math.E, { relative: 1e-5 });
  });
});

describe('known answers: integrateAdaptively', () => {
  test.each([1e-3, 1e-4, 1e-5])('the error is of the size of the tolerance %f', (tolerance) => {
    using start = owned(tensor1d([0.5, 1, 5]));
    using end = owned(integrateAdaptively(bell, start, { from: 0, to: 3, absolute: tolerance, relative: tolerance }));
    expectClose(
      end,
      [0.5, 1, 5].map((y0) => bellAt(y0, 3)),
      { absolute: tolerance, relative: 0 },
    );
  });

  test('steps are as long as the field allows: fewer for a larger tolerance, more where it is quick', () => {
    const evaluations = (relative: number, speed: number): number => {
      let count = 0;
      const field: Field<Plane> = (_t, { x, y }) => {
        count++;
        return { x: mul(y, -speed), y: mul(x, speed) };
      };
      using start = owned({ x: scalar(1), y: scalar(0) });
      using end = owned(integrateAdaptively(field, { ...start }, { from: 0, to: 2, absolute: relative, relative }));
      expectClose(end.x, Math.cos(2 * speed), { absolute: 10 * speed * relative, relative: 0 });
      return count;
    };
    expect(evaluations(1e-2, 5)).toBeLessThan(0.6 * evaluations(1e-5, 5));
    expect(evaluations(1e-4, 1)).toBeLessThan(0.4 * evaluations(1e-4, 10));
  });

  test('backwards it undoes itself', () => {
    using start = owned({ x: tensor1d([1, -2]), y: tensor1d([0.5, 3]) });
    using back = owned(
      scope(() =>
        integrateAdaptively(turn, integrateAdaptively(turn, { ...start }, { from: 0, to: 4 }), { from: 4, to: 0 }),
      ),
    );
    expectClose(back.x, start.x, { absolute: 5e-5 });
    expectClose(back.y, start.y, { absolute: 5e-5 });
  });

  test('times of any scale, and a span of no length', () => {
    for (const scale of [1e-4, 1, 1e5]) {
      using y = owned(scope(() => integrateAdaptively((_t, y) => div(y, -scale), scalar(1), { from: 0, to: scale })));
      expectClose(y, 1 / Math.E, { relative: 5e-5 });
    }
    using same = owned(scope(() => integrateAdaptively(bell, scalar(3), { from: 1, to: 1 })));
    expectClose(same, 3);
  });

  test('a field that is 0 needs few steps', () => {
    let count = 0;
    const still: Field<Tensor> = (_t, y) => {
      count++;
      return mul(y, 0);
    };
    using y = owned(scope(() => integrateAdaptively(still, scalar(3), { from: 0, to: 1 })));
    expectClose(y, 3);
    expect(count).toBeLessThan(70);
  });

  test('the gradient through the steps is near that of the solution', () => {
    using y0 = owned({ y: tensor1d([0.5, 2]) });
    using found = owned(
      valueAndGrad(({ y }) => ({ loss: sum(adaptiveSteps()(bell, y, { from: 0, to: 1 }, {})) }), { ...y0 }),
    );
    expectClose(
      found.grad.y,
      [0.5, 2].map((y) => 1 / (1 + y) ** 2),
      { absolute: 1e-4 },
    ); // ∂/∂y₀ of 1 / (1 / y₀ + 1)
  });
});

describe('errors', () => {
  const refusals: [name: string, run: () => Tree<Tensor>, message: string][] = [
    [
      'steps',
      () => integrate(bell, scalar(1), { from: 0, to: 1, method: euler, steps: 0 }),
      'integrate: steps must be',
    ],
    [
      'solver',
      () => fixedSteps({ method: euler, steps: 1.5 })(bell, scalar(0), { from: 0, to: 1 }, {}),
      'fixedSteps: steps must be',
    ],
    [
      'times',
      () => integrate(bell, scalar(1), { from: 0, to: NaN, method: euler, steps: 1 }),
      'from and to must be finite',
    ],
    [
      'shape',
      () => integrate(() => ones([2]), scalar(1), { from: 0, to: 1, method: euler, steps: 1 }),
      'the field of an integration: got shape [2], expected []',
    ],
    [
      'form',
      () =>
        integrate(((_t: number, { x }: Plane) => ({ x })) as never, { x: scalar(1), y: scalar(1) } as never, {
          from: 0,
          to: 1,
          method: euler,
          steps: 1,
        }),
      'mapTrees',
    ],
    [
      'tolerances',
      () => integrateAdaptively(bell, scalar(1), { from: 0, to: 1, absolute: 0, relative: 0 }),
      'absolute and relative must be',
    ],
    [
      'too many steps',
      () =>
        integrateAdaptively((t, y) => mul(sin(mul(y, 300)), cos(scalar(300 * t))), scalar(1), {
          from: 0,
          to: 9,
          maxSteps: 20,
        }),
      '20 steps led from 0 to',
    ],
    [
      'NaN',
      () => integrateAdaptively((t, y) => mul(y, t > 0.5 ? NaN : 1), scalar(1), { from: 0, to: 1 }),
      'no step is short enough',
    ],
    [
      'NaN at once',
      () => integrateAdaptively((_t, y) => mul(y, NaN), scalar(1), { from: 0, to: 1 }),
      'near t = 0 no step is short',
    ],
    ['a pole', () => integrateAdaptively((_t, y) => square(y), scalar(1), { from: 0, to: 2 }), 'integrateAdaptively'],
  ];
  test.each(refusals)('%s', (_name, run, message) => {
    const before = memory().numTensors;
    expect(() => scope(run)).toThrow(GenaiError);
    expect(() => scope(run)).toThrow(message);
    expect(memory().numTensors).toBe(before);
  });
});

/** [Σ bᵢ Φᵢ(tree), 1 / γ(tree)] for every rooted tree of at most `order` nodes. */
function conditions(
  b: readonly number[],
  { nodes: c, stages }: Pick<Method, 'nodes' | 'stages'>,
  order: number,
): readonly [number, number][] {
  const A = (v: readonly number[]): number[] => stages.map((row) => row.reduce((sum, a, j) => sum + a * v[j]!, 0));
  const times = (...vs: readonly (readonly number[])[]): number[] => c.map((_, i) => vs.reduce((p, v) => p * v[i]!, 1));
  const weighed = (v: readonly number[]): number => b.reduce((sum, weight, i) => sum + weight * v[i]!, 0);
  const one = c.map(() => 1);
  const byOrder: (readonly [number[], number])[][] = [
    [[one, 1]],
    [[[...c], 1 / 2]],
    [
      [times(c, c), 1 / 3],
      [A(c), 1 / 6],
    ],
    [
      [times(c, c, c), 1 / 4],
      [times(c, A(c)), 1 / 8],
      [A(times(c, c)), 1 / 12],
      [A(A(c)), 1 / 24],
    ],
    [
      [times(c, c, c, c), 1 / 5],
      [times(c, c, A(c)), 1 / 10],
      [times(A(c), A(c)), 1 / 20],
      [times(c, A(times(c, c))), 1 / 15],
      [times(c, A(A(c))), 1 / 30],
      [A(times(c, c, c)), 1 / 20],
      [A(times(c, A(c))), 1 / 40],
      [A(A(times(c, c))), 1 / 60],
      [A(A(A(c))), 1 / 120],
    ],
  ];
  return byOrder
    .slice(0, order)
    .flat()
    .map(([phi, expected]) => [weighed(phi), expected]);
}
