import { key, randomBits, randomGumbel, randomNormal, randomTruncatedNormal, randomUniform } from '@genai/core';
import { engine, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, test } from 'vitest';
import { startSimd, stopSimd } from '../../test/with-simd.js';

afterEach(stopSimd);

const HOST = {
  uniform: (size: number) => randomUniform(key(7), size, { min: -2, max: 3 }),
  normal: (size: number) => randomNormal(key(7), size),
  truncatedNormal: (size: number) => randomTruncatedNormal(key(7), size),
  gumbel: (size: number) => randomGumbel(key(7), size),
};

describe.for([{}, { variant: 'scalar' }] as const)('parity: noise is that of the host: %o', (options) => {
  test.for([0, 1, 17, 100_003])('%i numbers', async (size) => {
    await startSimd(options);
    expect([...noise('bits', size)].map((word) => word >>> 0)).toEqual([...randomBits(key(7), size)]);
    for (const [kind, host] of Object.entries(HOST)) {
      const [got, want] = [noise(kind, size), host(size)];
      const worst = want.reduce((most, x, i) => Math.max(most, Math.abs(got[i]! - x) / Math.max(1, Math.abs(x))), 0);
      expect(worst, kind).toBeLessThanOrEqual(kind === 'uniform' ? 0 : 2e-6);
    }
  });
});

function noise(kind: string, size: number): ArrayLike<number> & Iterable<number> {
  const attrs = { kind, key: [...key(7)], shape: [size], min: -2, max: 3 };
  return tidy(
    () => (engine().runKernel('GenaiRandom', {}, attrs) as Tensor).dataSync() as never,
  ) as unknown as Float32Array;
}
