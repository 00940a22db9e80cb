import { disposeTree, fold, type Key, key, leaves, mapLeaves, randomNormal, type Tree } from '@genai/core';
import { add, engine, fill, memory, mul, reshape, slice, sum, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { gradientSizes } from './gradient-sizes.js';

/** An invertible map as the laws see it: `Bijector` of @genai/flow. */
export interface BijectorLike<P> {
  readonly init: (key: Key) => P;
  readonly forward: (
    params: P,
    x: Tensor,
    context?: Tensor,
    key?: Key,
  ) => { readonly y: Tensor; readonly logDet: Tensor };
  readonly inverse: (
    params: P,
    y: Tensor,
    context?: Tensor,
    key?: Key,
  ) => { readonly x: Tensor; readonly logDet: Tensor };
  readonly tolerance?: number;
  readonly eventBefore?: (after: readonly number[]) => readonly number[];
}

/** What the laws need to know of a map. */
export interface BijectorCase<P extends Tree<Tensor>> {
  readonly map: BijectorLike<P>;
  /** Makes inputs, (batch, …event), always the same, where the map is defined: also in its tails and at its knots. */
  readonly x: () => Tensor;
  /** Makes the context of these inputs, (batch, features). */
  readonly context?: () => Tensor;
  /** At how many random settings of the parameters the way back is taken. 1,000 unless given. */
  readonly settings?: number;
  /** The deviation of what is added to fresh parameters to make a setting. 1 unless given. */
  readonly spread?: number;
  /** What f⁻¹(f(x)) may be off, beside max(1, |x|). 1e-5 unless given: say why where it is more. */
  readonly accuracy?: number;
  /** What log-determinants may be off, beside max(1, |log det|). 1e-4 unless given. */
  readonly logDetAccuracy?: number;
  /** False for a map that is not defined on all numbers: then ±1e6 is not tried. */
  readonly everywhere?: boolean;
}

/**
 * The laws of an invertible map, as vitest tests: the way there and back is the identity at random parameters, the
 * log-determinant is that of the Jacobian that the engine finds, gradients reach every parameter, and nothing is NaN.
 *
 * @example
 * bijectorLaws('coupling', () => ({ map: coupling({ features: 4, map: affineMap() }), x: () => normalNoise(key(1), [5, 4]) }));
 */
export function bijectorLaws<P extends Tree<Tensor>>(name: string, make: () => BijectorCase<P>): void {
  describe(`laws of a bijector: ${name}`, () => {
    const { settings = 1000, spread = 1, accuracy = 1e-5, logDetAccuracy = 1e-4, everywhere = true } = make();
    const holding = (f: (c: Held<P>) => void): void => {
      const c = make();
      const x = c.x();
      const context = c.context?.();
      try {
        f({ map: c.map, x, context });
      } finally {
        disposeTree(context ? [x, context] : [x]);
      }
    };

    test('the same key gives the same parameters; results have their shapes and are all that is left over', () =>
      holding(({ map, x, context }) => {
        const before = memory().numTensors;
        const params = map.init(key(7));
        const again = map.init(key(7));
        expect(values(again)).toEqual(values(params));
        expect(memory().numTensors - before).toBe(2 * leaves<Tensor>(params).length);
        disposeTree(again);
        const there = map.forward(params, x, context);
        expect(there.logDet.shape).toEqual([x.shape[0]]);
        const event = there.y.shape.slice(1);
        expect(map.eventBefore?.(event) ?? event).toEqual(x.shape.slice(1));
        const back = map.inverse(params, there.y, context);
        expect(back.x.shape).toEqual(x.shape);
        expect(back.logDet.shape).toEqual([x.shape[0]]);
        expect(memory().numTensors - before - leaves<Tensor>(params).length, 'tensors left over').toBe(4);
        const repeated = map.forward(params, x, context);
        expect(repeated.y.dataSync()).toEqual(there.y.dataSync());
        disposeTree([params, there.y, there.logDet, back.x, back.logDet, repeated.y, repeated.logDet]);
        expect(memory().numTensors).toBe(before);
      }));

    test(`there and back is the identity at ${settings} random settings, and the log-determinants cancel`, () =>
      holding(({ map, x, context }) => {
        const allowed = Math.max(accuracy, map.tolerance ?? 0);
        const data = x.dataSync();
        for (let n = 0; n < settings; n++) {
          tidy(() => {
            const params = setting(map, spread, n);
            const there = map.forward(params, x, context);
            const back = map.inverse(params, there.y, context);
            expectNear(back.x.dataSync(), data, allowed, `x at setting ${n}`);
            const opposite = there.logDet.dataSync().map((d) => -d);
            expectNear(back.logDet.dataSync(), opposite, 10 * allowed, `log det of the inverse at setting ${n}`);
          });
        }
      }));

    test('the log-determinant is that of the Jacobian', () =>
      holding(({ map, x, context }) => {
        for (let n = 0; n < 5; n++) {
          tidy(() => {
            const params = setting(map, n === 0 ? 0 : spread, n);
            const { logDet } = map.forward(params, x, context);
            const jacobians = jacobiansOf((at) => map.forward(params, at, context).y, x);
            expectNear(logDet.dataSync(), jacobians.map(logAbsDet), logDetAccuracy, `log det at setting ${n}`);
          });
        }
      }));

    test('every parameter has a gradient, there and back', () =>
      holding(({ map, x, context }) => {
        const params = tidy(() => setting(map, spread / 2, 3) as never) as P;
        const { y, logDet } = map.forward(params, x, context);
        logDet.dispose();
        const ways = {
          forward: () => flat(map.forward(params, x, context)),
          inverse: () => flat(map.inverse(params, y, context)),
        };
        for (const [way, f] of Object.entries(ways)) {
          for (const [path, size] of gradientSizes(params, f)) {
            expect(size, `the gradient of ${path}, ${way}`).toBeGreaterThan(0);
            expect(size, `the gradient of ${path}, ${way}`).toBeLessThan(Number.POSITIVE_INFINITY);
          }
        }
        disposeTree([params, y]);
      }));

    if (!everywhere) return;
    test('inputs up to a million give no NaN, neither in values nor in gradients', () =>
      holding(({ map, x, context }) => {
        for (const size of [0, 1e-6, -1, 1e3, -1e3, 1e6, -1e6]) {
          tidy(() => {
            const params = setting(map, spread, 1);
            const at = fill(x.shape, size);
            const there = map.forward(params, at, context);
            const shape = there.y.shape;
            expectNumbers(flat(there), `forward of ${size}`);
            expectNumbers(flat(map.inverse(params, fill(shape, size), context)), `inverse of ${size}`);
            for (const [way, f, from] of [
              ['forward', (v: Tensor) => flat(map.forward(params, v, context)), at],
              ['inverse', (v: Tensor) => flat(map.inverse(params, v, context)), fill(shape, size)],
            ] as const) {
              for (const [path, norm] of gradientSizes([params as Tree<Tensor>, from], () => f(from))) {
                expect(Number.isNaN(norm), `the gradient of ${path}, ${way} at ${size}`).toBe(false);
              }
            }
          });
        }
      }));
  });
}

type Held<P> = { readonly map: BijectorLike<P>; readonly x: Tensor; readonly context: Tensor | undefined };

function setting<P extends Tree<Tensor>>(map: BijectorLike<P>, spread: number, n: number): P {
  const from = fold(key(99), n);
  let place = 0;
  return mapLeaves<Tensor, P>(map.init(fold(key(7), n)), (leaf) =>
    add(leaf, mul(tensor(randomNormal(fold(from, place++), leaf.size), leaf.shape), spread)),
  );
}

function values(params: Tree<Tensor>): unknown[] {
  return leaves<Tensor>(params).map(([path, leaf]) => [path, leaf.shape, leaf.dataSync()]);
}

/** All that a map gives, in one vector: (batch · (event + 1)). */
function flat(result: { readonly y?: Tensor; readonly x?: Tensor; readonly logDet: Tensor }): Tensor {
  const moved = (result.y ?? result.x) as Tensor;
  const rows = reshape(moved, [moved.shape[0]!, -1]);
  return reshape(add(rows, reshape(result.logDet, [-1, 1])), [-1]);
}

function expectNumbers(x: Tensor, what: string): void {
  expect([...x.dataSync()].some(Number.isNaN), `NaN in ${what}`).toBe(false);
}

function expectNear(got: ArrayLike<number>, want: ArrayLike<number>, allowed: number, what: string): void {
  for (let i = 0; i < want.length; i++) {
    const off = Math.abs(got[i]! - want[i]!) / Math.max(1, Math.abs(want[i]!));
    if (!(off <= allowed)) {
      expect.fail(`${what}, place ${i}: got ${got[i]}, expected ${want[i]}: ${off} off, ${allowed} allowed.`);
    }
  }
}

/** ∂y/∂x of every example, (outputs × inputs) each; the examples must not touch each other. */
function jacobiansOf(f: (x: Tensor) => Tensor, x: Tensor): Float64Array[] {
  const batch = x.shape[0]!;
  const size = x.size / batch;
  const made = Array.from({ length: batch }, () => new Float64Array(size * size));
  for (let row = 0; row < size; row++) {
    const output = (): Tensor => sum(slice(reshape(f(x), [batch, size]), [0, row], [batch, 1]));
    const { grads } = engine().gradients(output, [x], undefined, true);
    const gradient = grads[0]?.dataSync() ?? new Float32Array(x.size);
    for (let b = 0; b < batch; b++) made[b]!.set(gradient.subarray(b * size, (b + 1) * size), row * size);
  }
  return made;
}

/** log |det| by elimination with pivots, in float64. */
function logAbsDet(matrix: Float64Array): number {
  const n = Math.sqrt(matrix.length);
  const a = matrix.slice();
  let total = 0;
  for (let k = 0; k < n; k++) {
    let pivot = k;
    for (let i = k + 1; i < n; i++) if (Math.abs(a[i * n + k]!) > Math.abs(a[pivot * n + k]!)) pivot = i;
    for (let j = 0; j < n; j++) [a[k * n + j], a[pivot * n + j]] = [a[pivot * n + j]!, a[k * n + j]!];
    total += Math.log(Math.abs(a[k * n + k]!));
    for (let i = k + 1; i < n; i++) {
      const factor = a[i * n + k]! / a[k * n + k]!;
      for (let j = k; j < n; j++) a[i * n + j]! -= factor * a[k * n + j]!;
    }
  }
  return total;
}
