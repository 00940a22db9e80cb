import { key } from '@genai/core';
import { normalNoise, scope } from '@genai/tensor';
import { linspace, mul, reshape, tile } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { spline } from './nsf-2d.js';

test('the spline rises, meets the identity at ±3, and tells its slope', () => {
  const count = 4001;
  const [x, y, logSlope] = scope(() => {
    const x = reshape(linspace(-4, 4, count), [count, 1]);
    const raw = tile(mul(normalNoise(key(3), [1, 23]), 0.5), [count, 1]); // one spline for all points
    const made = spline(x, raw);
    return [x.dataSync(), made.y.dataSync(), made.logSlope.dataSync()] as never;
  }) as unknown as Float32Array[];
  let largest = 0;
  for (let i = 1; i < count - 1; i++) {
    expect(y![i]!).toBeGreaterThan(y![i - 1]!);
    if (Math.abs(x![i]!) > 3.01) {
      expect(y![i]).toBe(x![i]);
      expect(logSlope![i]).toBe(0);
      continue;
    }
    const measured = (y![i + 1]! - y![i - 1]!) / (x![i + 1]! - x![i - 1]!);
    if (Math.abs(x![i]!) < 2.99) largest = Math.max(largest, Math.abs(Math.exp(logSlope![i]!) / measured - 1));
  }
  expect(largest).toBeLessThan(0.05);
  expect(y![count - 501]!).toBeCloseTo(x![count - 501]!, 3); // x = 3
  expect(y![500]!).toBeCloseTo(x![500]!, 3);
});
