import { key } from '@genai/core';
import { expectClose } from '@genai/testing/expect-close';
import { grad, mul, setBackend, sum, type Tensor, tensor, tensor1d, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
// @boundaries-ignore the packages whose ops this engine fuses are run here on it
import { rationalQuadraticMap } from '../../flow/src/index.js';
// @boundaries-ignore the laws hold for the fused map as for the composed one
import { rationalQuadraticLaws } from '../../flow/test/rational-quadratic-laws.js';
// @boundaries-ignore the packages whose ops this engine fuses are run here on it
import { normalNoise, scope } from '../../tensor/src/index.js';

/** What holds of splines in one kernel, on the engine simd that is current. */
export function splineLaws(): void {
  rationalQuadraticLaws();

  test.each([1, 4, 8, 65])('laws: at knots, at bounds and beyond as composed: %i bins', async (bins) => {
    const bound = bins === 8 ? 0.3 : 4;
    // Equal widths: which of two bins a knot is in is for rounding to say, and makes no difference to y and its gradients.
    const at = Array.from({ length: bins + 1 }, (_, i) => bound * ((2 * i) / bins - 1));
    const points = [...at, -2 * bound, 2 * bound, 1e6, -1e6, 0, 1e-30];
    await expectAsComposed(bins, bound, points, (raw) =>
      mul(raw, tensor1d(Array.from({ length: 3 * bins - 1 }, (_, i) => Number(i >= 2 * bins)))),
    );
  });

  test('laws: raw numbers of ±10,000 as composed, with gradients that are numbers', async () => {
    const rows = 501;
    const points = Array.from({ length: rows }, (_, i) => 4 * Math.sin(3 * i));
    const run = (): Float32Array[] => {
      const raw = mul(normalNoise(key(3), [rows, 17]), 1e4);
      const map = rationalQuadraticMap({ bins: 6, bound: 4 });
      const { y, logSlope } = map.forward(tensor1d(points), raw);
      const slope = grad((raw: Tensor) => sum(map.forward(tensor1d(points), raw).logSlope))(raw);
      return [y, logSlope, slope].map((t) => t.dataSync() as Float32Array);
    };
    const [[want], [got, logSlope, slope]] = (await onBoth(run)) as [Float32Array[], [Float32Array, ...Float32Array[]]];
    for (const [i, y] of got.entries()) {
      // Bins of a thousandth of the others: an error of x in its last digit is multiplied by the slope.
      expect(Math.abs(y - want![i]!)).toBeLessThan(1e-5 * (1 + Math.exp(logSlope![i]!)));
    }
    expect([...slope!].every(Number.isFinite)).toBe(true);
  });

  test('known answers: where x or its raw numbers are none, neither is y', () => {
    const [y, logSlope] = tidy(() => {
      const raw = tensor2d([...Array(5).fill(0), Number.NaN, ...Array(4).fill(0)], [2, 5]);
      const made = rationalQuadraticMap({ bins: 2 }).forward(tensor1d([Number.NaN, 1]), raw);
      return [made.y.dataSync(), made.logSlope.dataSync()] as never;
    }) as [Float32Array, Float32Array];
    expect([...y, ...logSlope]).toEqual(Array(4).fill(Number.NaN));
  });
}

async function expectAsComposed(
  bins: number,
  bound: number,
  points: readonly number[],
  fixed: (raw: Tensor) => Tensor,
): Promise<void> {
  const run = (): Float32Array[] =>
    [false, true].flatMap((inverse) => {
      const map = rationalQuadraticMap({ bins, bound });
      const raw = fixed(normalNoise(key(bins), [points.length, 3 * bins - 1]));
      const moved = (x: Tensor, raw: Tensor): Tensor[] => Object.values((inverse ? map.inverse : map.forward)(x, raw));
      const at = tensor1d([...points]);
      const slopes = [
        grad((at: Tensor) => sum(moved(at, raw)[0]!))(at),
        grad((raw: Tensor) => sum(moved(at, raw)[0]!))(raw),
      ];
      return [...moved(at, raw), ...slopes].map((t) => t.dataSync() as Float32Array);
    });
  const [want, got] = await onBoth(run);
  for (const [i, values] of want.entries()) scope(() => expectClose(tensor(got[i]!), [...values], { absolute: 1e-5 }));
}

/** On the cpu engine, which composes it, and on ours. */
async function onBoth(run: () => Float32Array[]): Promise<[composed: Float32Array[], fused: Float32Array[]]> {
  const made: Float32Array[][] = [];
  for (const name of ['cpu', 'simd']) {
    await setBackend(name);
    made.push(tidy(() => run().map((values) => values.slice()) as never));
  }
  return made as [Float32Array[], Float32Array[]];
}
