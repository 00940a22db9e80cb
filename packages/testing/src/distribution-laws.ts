import { type Distribution, disposeTree, key, leaves, type Mean, mapLeaves, sizeOf, type Tree } from '@genai/core';
import { memory, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { checkGradients, type ValueAndGrad } from './check-gradients.js';
import { gradientSizes } from './gradient-sizes.js';
import { dot, type Support, tabulate, total } from './tabulate.js';

/** What the laws need to know of a distribution. */
export interface DistributionCase<P extends Tree<Tensor>> {
  /** Makes the parameters, always the same. Scales should be no smaller than 0.2. */
  readonly params: () => P;
  /** The distribution at these parameters. */
  readonly given: (params: P) => Distribution<Tensor> & Partial<Mean<Tensor>> & { readonly entropy?: () => Tensor };
  /** The values that one number of an event can have, or the interval that holds all but a millionth of them. */
  readonly support: Support;
  /** The paths of the parameters that gradients reach through samples; none may reach the others. */
  readonly reparameterised: readonly string[];
  /** That of @genai/tensor. */
  readonly valueAndGrad: ValueAndGrad;
}

/**
 * The laws of a distribution, as vitest tests: shapes, keys, that its probability sums to 1, that its samples, mean and
 * entropy are those of its `logProb`, and that the derivatives of `logProb` are right, the second too.
 *
 * Sums run over every event of a grid, so an event should be small: one number, or two or three.
 *
 * @example
 * distributionLaws('normal', () => ({
 *   params: () => ({ loc: tensor1d([0, 1]), scale: tensor1d([1, 0.5]) }),
 *   given: ({ loc, scale }) => normal(loc, scale),
 *   support: { from: -8, to: 8 },
 *   reparameterised: ['loc', 'scale'],
 *   valueAndGrad,
 * }));
 */
export function distributionLaws<P extends Tree<Tensor>>(name: string, make: () => DistributionCase<P>): void {
  describe(`laws of a distribution: ${name}`, () => {
    const holding = async (f: (c: DistributionCase<P>, params: P) => void | Promise<void>): Promise<void> => {
      const c = make();
      const params = c.params();
      try {
        await f(c, params);
      } finally {
        disposeTree(params);
      }
    };

    test('samples have shape + batch + event, log-probabilities shape + batch, and no other tensor is left over', () =>
      holding(({ given }, params) =>
        tidy(() => {
          const d = given(params);
          const event = [...d.batchShape, ...d.eventShape];
          for (const shape of [undefined, [], [3], [2, 1]]) {
            const x = alone(() => d.sample(key(1), shape));
            expect(x.shape).toEqual([...(shape ?? []), ...event]);
            const logProb = alone(() => d.logProb(x));
            expect(logProb.shape).toEqual([...(shape ?? []), ...d.batchShape]);
            expect(logProb.dataSync().every(Number.isFinite)).toBe(true);
          }
          if (d.mean) expect(alone(d.mean).shape).toEqual(event);
          if (d.entropy) expect(alone(d.entropy).shape).toEqual(d.batchShape);
        }),
      ));

    test('a single event is scored by every element of the batch', () =>
      holding(({ given }, params) =>
        tidy(() => {
          const d = given(params);
          const event = d.sample(key(1)).dataSync().slice(0, sizeOf(d.eventShape));
          const batch = Array.from({ length: sizeOf(d.batchShape) }, () => [...event]).flat();
          const one = d.logProb(tensor(event, [...d.eventShape]));
          expect(one.shape).toEqual(d.batchShape);
          expect(one.dataSync()).toEqual(d.logProb(tensor(batch, [...d.batchShape, ...d.eventShape])).dataSync());
        }),
      ));

    test('the same key gives the same sample, another key another', () =>
      holding(({ given }, params) => {
        const draw = (seed: number): number[] => numbers(() => given(params).sample(key(seed), [50]));
        expect(draw(1)).toEqual(draw(1));
        expect(draw(1)).not.toEqual(draw(2));
      }));

    test('its probability sums to 1, and its mean and entropy are those of its log-probability', () =>
      holding(({ given, support }, params) => {
        const { batch, columns } = tabulate(() => given(params), support);
        const { mean, entropy } = tidy(() => {
          const d = given(params);
          return { mean: d.mean?.().dataSync(), entropy: d.entropy?.().dataSync() } as never;
        }) as { mean?: Float32Array; entropy?: Float32Array };
        for (const [b, { weights, logProb }] of batch.entries()) {
          expect(total(weights)).toBeCloseTo(1, 4);
          for (const [i, column] of columns.entries()) {
            if (mean) expect(mean[b * columns.length + i]).toBeCloseTo(dot(weights, column), 3);
          }
          const finite = logProb.map((logP) => Math.max(logP, -1e4)); // 0 · −∞ is no number
          if (entropy) expect(entropy[b]).toBeCloseTo(-dot(weights, finite), 3);
        }
      }));

    test('its samples follow its log-probability: moments and rates within four standard errors', () =>
      holding(({ given, support }, params) => {
        const { batch, columns, events } = tabulate(() => given(params), support);
        const draws = numbers(() => given(params).sample(key(9), [DRAWS]));
        for (const [b, { weights }] of batch.entries()) {
          const drawn = columns.map((_, i) =>
            Array.from({ length: DRAWS }, (_, n) => draws[(n * batch.length + b) * columns.length + i]!),
          );
          for (const [i, column] of columns.entries()) {
            expectMean(drawn[i]!, weights, column);
            for (let j = 0; j <= i; j++) {
              expectMean(products(drawn[i]!, drawn[j]!), weights, products(column, columns[j]!));
            }
            if (!('values' in support)) expectQuantiles(drawn[i]!, weights, column);
          }
          if ('values' in support) expectRates(drawn, weights, events);
        }
      }));

    test('the gradient of its log-probability reaches every parameter', () =>
      holding(({ given }, params) => {
        const x = tidy(() => given(params).sample(key(3), [7]));
        for (const [path, size] of gradientSizes(params, () => given(params).logProb(x))) {
          expect(size, `the gradient of ${path}`).toBeGreaterThan(0);
        }
        x.dispose();
      }));

    test('the first and second derivatives of its log-probability and entropy equal finite differences', () =>
      holding(async ({ given, support, valueAndGrad }, params) => {
        const { x, hasEntropy } = tidy(() => {
          const d = given(params);
          return { x: d.sample(key(4), [3]), hasEntropy: d.entropy !== undefined } as never;
        }) as { x: Tensor; hasEntropy: boolean };
        const inputs = leaves<Tensor>(params).map(([, leaf]) => leaf);
        const density = !('values' in support);
        const options = { order: 2, tolerance: 5e-3, valueAndGrad } as const;
        await checkGradients(
          (...xs) => given(filled(params, xs)).logProb(density ? xs.at(-1)! : x),
          density ? [...inputs, x] : inputs,
          options,
        );
        if (hasEntropy) await checkGradients((...xs) => given(filled(params, xs)).entropy!(), inputs, options);
        x.dispose();
      }));

    test('gradients flow through its samples to the parameters that it says, and equal finite differences', () =>
      holding(async ({ given, reparameterised }, params) => {
        const draw = (at: P): Tensor => given(at).sample(key(5), [20]);
        const reached = gradientSizes(params, () => draw(params)).filter(([, size]) => size > 0);
        expect(reached.map(([path]) => path).sort()).toEqual([...reparameterised].sort());
        if (reached.length === 0) return;
        const all = leaves<Tensor>(params);
        const moving = all.filter(([path]) => reparameterised.includes(path));
        await checkGradients(
          (...xs) =>
            draw(
              filled(
                params,
                all.map(([path, leaf]) => xs[moving.findIndex(([p]) => p === path)] ?? leaf),
              ),
            ),
          moving.map(([, leaf]) => leaf),
        );
      }));
  });
}

const DRAWS = 20_000;

/** Runs `f` and expects that of what it made only the result is left. */
function alone(f: () => Tensor): Tensor {
  const before = memory().numTensors;
  const y = f();
  expect(memory().numTensors - before, 'tensors left over').toBe(1);
  return y;
}

function numbers(f: () => Tensor): number[] {
  const y = tidy(f);
  const values = Array.from(y.dataSync());
  y.dispose();
  return values;
}

/** The tree with other tensors in it. */
function filled<P extends Tree<Tensor>>(params: P, xs: readonly Tensor[]): P {
  let i = 0;
  return mapLeaves<Tensor, P>(params, () => xs[i++]!);
}

/** The mean of the draws is that of the table, within four standard errors (and `slack`). */
function expectMean(drawn: readonly number[], weights: readonly number[], column: readonly number[], slack = 0): void {
  const mean = dot(weights, column);
  const variance = Math.max(0, dot(weights, products(column, column)) - mean ** 2);
  const error = Math.abs(total(drawn) / drawn.length - mean);
  expect(error).toBeLessThanOrEqual(4 * Math.sqrt(variance / drawn.length) + slack + 1e-6);
}

/** As many draws lie below each tenth of the table as should. */
function expectQuantiles(drawn: readonly number[], weights: readonly number[], column: readonly number[]): void {
  const slabs = new Map<number, number>();
  for (const [n, x] of column.entries()) slabs.set(x, (slabs.get(x) ?? 0) + weights[n]!);
  let below = 0;
  let tenth = 1;
  for (const [x, weight] of [...slabs].sort(([a], [b]) => a - b)) {
    below += weight;
    if (below < tenth / 10 || tenth > 9) continue;
    tenth = Math.floor(below * 10) + 1;
    // The slab at the edge belongs to both sides: it blurs the edge by half its weight.
    expectMean(
      drawn.map((value) => +(value <= x)),
      weights,
      column.map((value) => +(value <= x)),
      weight,
    );
  }
}

/** Each event comes as often as it should, and no other event comes. Rare ones get the bound of a Poisson law. */
function expectRates(
  drawn: readonly (readonly number[])[],
  weights: readonly number[],
  events: readonly (readonly number[])[],
): void {
  const seen = new Map<string, number>();
  for (let n = 0; n < DRAWS; n++) {
    const event = label(drawn.map((column) => column[n]!));
    seen.set(event, (seen.get(event) ?? 0) + 1);
  }
  for (const [e, event] of events.entries()) {
    const expected = DRAWS * weights[e]!;
    const allowed = 4 * Math.sqrt(expected) + (expected < 10 ? 5 : 0);
    expect(Math.abs((seen.get(label(event)) ?? 0) - expected), `draws of ${event}`).toBeLessThanOrEqual(allowed);
    seen.delete(label(event));
  }
  expect([...seen.keys()], 'draws outside the support').toEqual([]);
}

const label = (event: readonly number[]): string => event.map((x) => x.toFixed(4)).join(' ');

const products = (a: readonly number[], b: readonly number[]): number[] => a.map((x, i) => x * b[i]!);
