import { expect, test } from 'vitest';
import { hashedCloud } from '../../golden/hashed-cloud.js';
import { gridDivergence } from './grid-divergence.js';

const points = (...coordinates: number[]): Float64Array[] => [new Float64Array(coordinates)];

test('known answers: by hand', async () => {
  const [here, there] = [points(0.02, 0.02, 0.02), points(0.2, 0.02, 0.02)];
  expect(await gridDivergence(here, here)).toBe(0);
  expect(await gridDivergence(here, there)).toBe(1);
  // p = (½, ½), q = (1, 0), their mean (¾, ¼)
  const both = points(0.02, 0.02, 0.02, 0.2, 0.02, 0.02);
  const expected = (0.5 * Math.log2(0.5 / 0.75) + 0.5 * Math.log2(0.5 / 0.25) + Math.log2(1 / 0.75)) / 2;
  expect(await gridDivergence(both, here)).toBeCloseTo(expected, 12);
  expect(await gridDivergence([...here, ...there], here)).toBeCloseTo(expected, 12);
});

test('known answers: nodes, by hand', async () => {
  // Three nodes a side at −1, 0, 1; in the ball are 0 and the six on the axes.
  const same = async (a: number[], b: number[]): Promise<boolean> =>
    (await gridDivergence(points(...a), points(...b), { resolution: 3, radius: 1 })) === 0;
  expect(await same([0.4, -0.4, 0.4], [0, 0, 0])).toBe(true);
  expect(await same([0.6, 0, 0], [1, 0, 0])).toBe(true);
  expect(await same([0.5, 0, 0], [0, 0, 0])).toBe(true); // of equally near ones the lower
  expect(await same([-0.5, 0, 0], [-1, 0, 0])).toBe(true);
  expect(await same([9, 8, -8], [1, 0, 0])).toBe(true); // from outside
  expect(await same([0.8, 0.7, 0.6], [1, 0, 0])).toBe(true); // a corner of the cube would be nearer
  expect(await same([0.6, 0.6, 0.6], [0, 0, 1])).toBe(true); // three as near: x is lowest, then y
});

test('laws: symmetric, blind to which cloud has which points', async () => {
  const [a, b] = [hashedCloud(1, 60), hashedCloud(2, 90)];
  const options = { resolution: 6 };
  const together = await gridDivergence([a], [b], options);
  expect(together).toBeGreaterThan(0);
  expect(await gridDivergence([b], [a], options)).toBeCloseTo(together, 12);
  expect(await gridDivergence([a.subarray(0, 30), a.subarray(30)], [b], options)).toBeCloseTo(together, 12);
});

test('errors: a grid without extent', async () => {
  const cloud = points(0, 0, 0);
  await expect(gridDivergence(cloud, cloud, { radius: 0 })).rejects.toThrow(
    'gridDivergence: radius must be above 0, got 0.',
  );
  await expect(gridDivergence(cloud, [], {})).rejects.toThrow(
    'gridDivergence, the reference: got no clouds, expected at least one.',
  );
});
