import { fold, type Key, key } from '@genai/core';
import { normalNoise, owned, scope, valueAndGrad } from '@genai/tensor';
import { add, concat, memory, mul, sum, type Tensor, tensor, tensor1d, tile } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import type { ScalarMap } from '../src/scalar-map.js';

/** What the laws need to know of a map of the line. */
export interface ScalarMapCase {
  readonly map: ScalarMap;
  /** Where it is looked at, beside at random: knots, bounds, tails. */
  readonly points: readonly number[];
  /** Where knots stand at every setting: what to add to random raw parameters; by default they are random alone. */
  readonly fixed?: (raw: Tensor) => Tensor;
  /** How many settings are tried; 1,000 unless given. */
  readonly settings?: number;
  /** The deviation of raw parameters at which the way back must be the identity to 1e-5. 0.5 unless given. */
  readonly ordinary?: number;
  /** Units of 2⁻²⁴ · range / slope, the rounding of y seen through the inverse, that it may be off at any parameters. */
  readonly ulps: number;
  /** The size of values that rounding is relative to, the bound of a spline say. */
  readonly range: number;
  /** The length of the circle that x lies on, where whole circles make no difference. */
  readonly circle?: number;
  /** False where the map is defined on an interval only. */
  readonly everywhere?: boolean;
}

/**
 * The laws of a family of increasing maps of the line, as vitest tests: there and back, slopes as autodiff's, the gradient of
 * the inverse that of the implicit function, and numbers everywhere.
 */
export function scalarMapLaws(name: string, make: () => ScalarMapCase): void {
  describe(`laws of a scalar map: ${name}`, () => {
    const c = make();
    const { map, settings: count = 1000 } = c;
    const rawOf = (k: Key, rows: number, spread: number): Tensor => {
      const raw = mul(normalNoise(k, [rows, map.parameters]), spread);
      return c.fixed?.(raw) ?? raw;
    };
    /** Every setting at a random place, and at one of the points given by turns. */
    const settings = (k: Key, spread: number): { x: Tensor; raw: Tensor } => {
      const raw = rawOf(fold(k, 0), count, spread);
      const random = mul(normalNoise(fold(k, 1), [count]), c.range / 2);
      const given = tensor1d(Array.from({ length: count }, (_, n) => c.points[n % c.points.length]!));
      return { x: concat([random, given], 0), raw: concat([raw, raw], 0) };
    };

    for (const [kind, spread] of [
      ['ordinary', c.ordinary ?? 0.5],
      ['wild', 4],
    ] as const) {
      test(`there and back is the identity at ${count} ${kind} settings, both ways; log-slopes cancel`, () => {
        scope(() => {
          const { x, raw } = settings(key(1), spread);
          const there = map.forward(x, raw);
          const back = map.inverse(there.y, raw);
          expectIdentity(back.x, x, there.logSlope, there.y, kind);
          const other = map.inverse(x, raw);
          const again = map.forward(other.x, raw);
          expectIdentity(again.y, x, other.logSlope, other.x, kind);
          if (kind === 'ordinary')
            expectNear(
              back.logSlope,
              there.logSlope.dataSync().map((l) => -l),
              1e-4,
              'log-slope',
            );
          return [];
        });
      });
    }

    function expectIdentity(got: Tensor, want: Tensor, logSlope: Tensor, middle: Tensor, kind: string): void {
      const [a, b, l, m] = [got, want, logSlope, middle].map((t) => t.dataSync()) as [
        Float32Array,
        Float32Array,
        Float32Array,
        Float32Array,
      ];
      for (const [i, x] of b.entries()) {
        const strict = 1e-5 * Math.max(1, Math.abs(x));
        const rounding =
          c.ulps * 2 ** -24 * (Math.max(c.range, Math.abs(m[i]!)) / Math.exp(l[i]!) + Math.max(c.range, Math.abs(x)));
        const allowed = kind === 'ordinary' ? strict : Math.max(strict, rounding);
        const apart = Math.abs(a[i]! - x);
        const off = c.circle ? Math.abs(apart - c.circle * Math.round(apart / c.circle)) : apart;
        if (!(off <= allowed))
          expect.fail(`x = ${x} came back as ${a[i]}: ${off} off, ${allowed} allowed, log-slope ${l[i]}.`);
      }
    }

    test('log-slopes are those of autodiff', () => {
      scope(() => {
        const x = tensor1d([
          ...normalNoise(key(2), [200])
            .dataSync()
            .map((z) => (z * c.range) / 2),
        ]);
        const raw = rawOf(key(3), 200, 1);
        const { grad } = valueAndGrad((x: Tensor) => ({ loss: sum(map.forward(x, raw).y) }), x);
        expectNear(map.forward(x, raw).logSlope, grad.dataSync().map(Math.log), 1e-4, 'log-slope');
        return [];
      });
    });

    test('the inverse has the gradient of the implicit function, in y and in every raw parameter', () => {
      scope(() => {
        const x = tensor1d([
          ...normalNoise(key(4), [200])
            .dataSync()
            .map((z) => (z * c.range) / 2),
        ]);
        const raw = rawOf(key(5), 200, 0.7);
        const { y, logSlope } = map.forward(x, raw);
        const up = valueAndGrad(({ raw }: { raw: Tensor }) => ({ loss: sum(map.forward(x, raw).y) }), { raw }).grad;
        const down = valueAndGrad(({ y, raw }: { y: Tensor; raw: Tensor }) => ({ loss: sum(map.inverse(y, raw).x) }), {
          y,
          raw,
        }).grad;
        const slope = logSlope.dataSync().map(Math.exp);
        expectNear(
          down.y,
          slope.map((s) => 1 / s),
          1e-3,
          '∂x/∂y',
        );
        const ups = up.raw.dataSync<'float32'>();
        expectNear(
          down.raw,
          ups.map((g, i) => -g / slope[Math.floor(i / map.parameters)]!),
          1e-3,
          '∂x/∂raw',
        );
        const sizes = Array.from({ length: map.parameters }, (_, p) =>
          ups.reduce((t, g, i) => (i % map.parameters === p ? t + Math.abs(g) : t), 0),
        );
        expect(Math.min(...sizes), 'every raw parameter moves y somewhere').toBeGreaterThan(0);
        return [];
      });
    });

    test('numbers everywhere, at raw parameters of any size: values, log-slopes and gradients', () => {
      scope(() => {
        const far = c.everywhere === false ? [] : [1e3, -1e3, 1e6, -1e6];
        const points = [0, 1e-6, -1e-6, ...c.points, ...far];
        for (const raw of [
          rawOf(key(6), points.length, 1),
          rawOf(key(7), points.length, 1e6),
          tile(tensor([new Array(map.parameters).fill(0)]), [points.length, 1]),
        ]) {
          const x = tensor1d(points);
          for (const way of [
            ({ x, raw }: { x: Tensor; raw: Tensor }) => Object.values(map.forward(x, raw)),
            ({ x, raw }: { x: Tensor; raw: Tensor }) => Object.values(map.inverse(x, raw)),
          ]) {
            const loss = (p: { x: Tensor; raw: Tensor }) => {
              const [moved, logSlope] = way(p) as [Tensor, Tensor];
              return { loss: sum(add(mul(moved, 1e-3), logSlope)) };
            };
            const { grad, values } = valueAndGrad(loss, { x, raw });
            const all = [...way({ x, raw }), values.loss, grad.x, grad.raw];
            for (const [i, t] of all.entries()) {
              expect([...t.dataSync()].every(Number.isFinite), `output ${i}: ${t.dataSync()}`).toBe(true);
            }
          }
        }
        return [];
      });
    });

    test('shapes, and nothing left over', () => {
      using x = owned(normalNoise(key(8), [2, 3]));
      using raw = owned(normalNoise(key(9), [2, 3, map.parameters]));
      const before = memory().numTensors;
      const there = map.forward(x, raw);
      const back = map.inverse(there.y, raw);
      const made = [there.y, there.logSlope, back.x, back.logSlope];
      expect(made.map((t) => t.shape)).toEqual([
        [2, 3],
        [2, 3],
        [2, 3],
        [2, 3],
      ]);
      expect(memory().numTensors - before).toBe(4);
      for (const t of made) t.dispose();
      expect(x.isDisposed || raw.isDisposed).toBe(false);
    });
  });
}

function expectNear(got: Tensor, want: ArrayLike<number>, allowed: number, what: string): void {
  const values = got.dataSync();
  for (let i = 0; i < want.length; i++) {
    const off = Math.abs(values[i]! - want[i]!) / Math.max(1, Math.abs(want[i]!));
    if (!(off <= allowed))
      expect.fail(`${what} ${i}: got ${values[i]}, expected ${want[i]}: ${off} off, ${allowed} allowed.`);
  }
}
