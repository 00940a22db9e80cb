import {
  GenaiError,
  type Key,
  key,
  randomBits,
  randomGumbel,
  randomNormal,
  randomTruncatedNormal,
  randomUniform,
} from '@genai/core';
import { type TensorInfo, tensor } from '@tensorflow/tfjs-core';
import { afterEach, expect, test } from 'vitest';
import { startSimd, stopSimd } from '../test/with-simd.js';
import { simdDropout, simdRandom } from './random.js';
import type { SimdBackend } from './simd-backend.js';

afterEach(stopSimd);

const KEY = key(42);
const COUNTS = [0, 1, 15, 64, 65, 40_001];
const SET_UPS = [{ threads: 2 }, { threads: 1, variant: 'simd' }, { threads: 1, variant: 'scalar' }] as const;

test.each(SET_UPS)('laws: bits and uniform numbers are those of the host, to the bit: %o', async (options) => {
  const backend = await startSimd(options);
  for (const count of COUNTS) {
    expect(drawn(backend, () => simdRandom(backend, 'bits', KEY, [count]))).toEqual(
      new Int32Array(randomBits(KEY, count).buffer),
    );
    for (const range of [{}, { min: -3.3, max: 7.7 }, { min: 2, max: 2 }]) {
      expect(drawn(backend, () => simdRandom(backend, 'uniform', KEY, [count], range))).toEqual(
        randomUniform(KEY, count, range),
      );
    }
  }
});

test.each(SET_UPS)('laws: normal, truncated and Gumbel numbers are those of the host to 1e-6: %o', async (options) => {
  const backend = await startSimd(options);
  for (const count of COUNTS) {
    const shape = [1, count];
    close(
      drawn(backend, () => simdRandom(backend, 'normal', KEY, shape)),
      randomNormal(KEY, count),
    );
    close(
      drawn(backend, () => simdRandom(backend, 'gumbel', KEY, shape)),
      randomGumbel(KEY, count),
    );
    for (const [min, max] of [
      [-2, 2],
      [-Infinity, 0.5],
      [0, 1],
    ] as const) {
      const ours = drawn(backend, () => simdRandom(backend, 'truncatedNormal', KEY, shape, { min, max }));
      close(ours, randomTruncatedNormal(KEY, count, { lower: min, upper: max }));
      expect(ours.every((x) => x > min && x < max)).toBe(true);
    }
  }
});

test('known answers: a number of JAX', async () => {
  const backend = await startSimd();
  expect(drawn(backend, () => simdRandom(backend, 'normal', key(0), [2]))[0]).toBeCloseTo(1.6226422, 6);
});

test('laws: dropout is what comparing uniform numbers with the rate gives', async () => {
  const backend = await startSimd();
  for (const count of COUNTS) {
    const values = Float32Array.from({ length: count }, (_, i) => Math.cos(i));
    const x = tensor(values);
    for (const rate of [0, 0.1, 0.75]) {
      const kept = randomUniform(KEY, count).map((u) => (u >= Math.fround(rate) ? 1 : 0));
      const scale = Math.fround(1 / (1 - rate));
      const expected = values.map((v, i) => v * Math.fround(kept[i]! * scale));
      expect(drawn(backend, () => simdDropout(backend, x, KEY, rate)).map((v) => v + 0)).toEqual(
        expected.map((v) => v + 0),
      );
    }
    x.dispose();
  }
});

test('errors: ranges that are none', async () => {
  const backend = await startSimd();
  const draw = (kind: 'uniform' | 'truncatedNormal', min: number, max: number) => () =>
    simdRandom(backend, kind, KEY as Key, [2], { min, max });
  expect(draw('uniform', 1, 0)).toThrow(GenaiError);
  expect(draw('uniform', 0, Number.NaN)).toThrow('min and max must be finite and min ≤ max, got min 0, max NaN');
  expect(draw('truncatedNormal', 1, 1)).toThrow('min must be below max, got min 1, max 1');
});

/** The numbers of what is drawn, which is given back. */
function drawn(backend: SimdBackend, draw: () => TensorInfo): Float32Array | Int32Array {
  const info = draw();
  const values = backend.readSync(info.dataId) as Float32Array | Int32Array;
  backend.disposeData(info.dataId);
  return values;
}

function close(ours: ArrayLike<number>, theirs: Float32Array): void {
  expect(ours.length).toBe(theirs.length);
  theirs.forEach((x, i) => {
    if (!(Math.abs(ours[i]! - x) <= 1e-6 * Math.max(1, Math.abs(x))))
      expect.fail(`number ${i}: host ${x}, engine ${ours[i]}`);
  });
}
