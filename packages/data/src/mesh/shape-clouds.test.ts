import { disposeTree, GenaiError, key } from '@genai/core';
import { expectClose } from '@genai/testing/expect-close';
import { expect, test } from 'vitest';
import { batches } from '../batches.js';
import { knots } from './knots.js';
import { shapeClouds } from './shape-clouds.js';
import { tori } from './tori.js';

const FAMILIES = [tori(), knots()];

test('known answers: shapes and types; families in turn; parameters with zeros behind; points on the surface they tell of', async () => {
  const data = shapeClouds(FAMILIES, key(0), { count: 10, points: 40 });
  expect(data.length).toBe(10);
  const read = await data.read(Uint32Array.of(4, 7, 4));
  expect([read.points.shape, read.points.dtype]).toEqual([[3, 40, 3], 'float32']);
  expect([read.family.shape, read.family.dtype]).toEqual([[3], 'int32']);
  expect([read.parameters.shape, read.parameters.dtype]).toEqual([[3, 4], 'float32']);
  expect([...read.family.dataSync()]).toEqual([0, 1, 0]);
  const parameters = read.parameters.dataSync();
  expect([...parameters.slice(2, 4)]).toEqual([0, 0]);
  const [ratio, squash] = [parameters[0]!, parameters[1]!];
  const points = read.points.dataSync();
  expect(points.slice(240, 360)).toEqual(points.slice(0, 120)); // shape 4 again
  for (let i = 0; i < 120; i += 3) {
    const out = Math.hypot(points[i]!, points[i + 2]!) * (1 + ratio) - 1;
    // On the facets, which lie up to 1 % within the torus.
    expectClose(Math.hypot(out, (points[i + 1]! * (1 + ratio)) / squash) / ratio, 1, { absolute: 0.02 });
  }
  disposeTree(read);
});

test('laws: the same key gives the same clouds, in any order and batch; another key others', async () => {
  const options = { count: 8, points: 30 };
  const [one, same, other] = [key(1), key(1), key(2)].map((k) => shapeClouds(FAMILIES, k, options));
  const backwards = await one!.read(Uint32Array.of(5, 3));
  const forwards = await same!.read(Uint32Array.of(3, 5));
  const others = await other!.read(Uint32Array.of(3, 5));
  const [a, b, c] = [backwards, forwards, others].map(({ points }) => points.dataSync());
  expect(a!.slice(90)).toEqual(b!.slice(0, 90));
  expect(a!.slice(0, 90)).toEqual(b!.slice(90));
  expect(c).not.toEqual(b);
  disposeTree([backwards, forwards, others]);
});

test('laws: batches read every cloud once an epoch', async () => {
  const data = shapeClouds(FAMILIES, key(1), { count: 6, points: 5 });
  const families: number[] = [];
  for await (const { family } of batches(data, { size: 2, key: key(3), epochs: 1 }))
    families.push(...family.dataSync());
  expect(families.sort()).toEqual([0, 0, 0, 1, 1, 1]);
});

test('errors: nothing to draw, and shapes that there are not', () => {
  expect(() => shapeClouds([], key(0), { count: 1, points: 1 })).toThrow(/there are no families/);
  expect(() => shapeClouds(FAMILIES, key(0), { count: 0, points: 1 })).toThrow(
    /count must be an integer of at least 1/,
  );
  expect(() => shapeClouds(FAMILIES, key(0), { count: 1, points: 0.5 })).toThrow(GenaiError);
  expect(() => shapeClouds(FAMILIES, key(0), { count: 2, points: 1 }).read(Uint32Array.of(2))).toThrow(/no example 2/);
});
