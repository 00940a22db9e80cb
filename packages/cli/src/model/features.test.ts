import { owned } from '@genai/tensor';
import { tensor } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { spread } from './feature-rows.js';
import { pixelFeatures } from './features.js';

test('known answers: large pictures are averaged over squares, those that hang over the edge over what they hold', async () => {
  expect(pixelFeatures([32, 32, 3]).name).toBe('pixels 8×8×3');
  expect(pixelFeatures([8, 8, 1]).name).toBe('pixels 8×8');
  const { name, of } = pixelFeatures([30, 17, 1]); // squares of 4 × 4, the first and the last of 3 rows
  expect(name).toBe('pixels 8×5');
  const values = Float32Array.from({ length: 30 * 17 }, (_, i) => Math.floor(i / 17)); // the number of the row
  using images = owned({ x: tensor(values, [1, 30, 17, 1]) });
  using found = owned({ x: await of(images.x) });
  expect(found.x.shape).toEqual([1, 40]);
  const rows = [1, 4.5, 8.5, 12.5, 16.5, 20.5, 24.5, 28];
  expect([...(await found.x.data())].map((value) => value.toFixed(3))).toEqual(
    rows.flatMap((mean) => new Array<string>(5).fill(mean.toFixed(3))),
  );
});

test('known answers: examples are spread evenly, each once', () => {
  expect([...spread(10, 4)]).toEqual([0, 2, 5, 7]);
  expect([...spread(3, 8)]).toEqual([0, 1, 2]);
});
