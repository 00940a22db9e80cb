import { key } from '@genai/core';
import { tables, tori } from '@genai/data';
import { scope } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { expect, test } from 'vitest';
import { cloudLessons, cloudsOf } from './point-clouds-data.js';

const options = { shapes: 40, pool: 50, points: 20, batch: 8, key: key(1) };

async function batchesFrom(cursor: number, count: number): Promise<number[][]> {
  const { data } = await cloudLessons([tori(), tables()], options);
  const made: number[][] = [];
  for await (const x of data.from(cursor)) {
    expect(x.shape).toEqual([8, 20, 3]);
    if (made.push([...x.dataSync()]) === count) break;
  }
  return made;
}

test('known answers: clouds are standardised as a set, and come back to where they were', async () => {
  const { toModel, fromModel } = await cloudLessons([tori(), tables()], options);
  const clouds = await cloudsOf([tori(), tables()], key(2), { count: 40, points: 50 });
  scope(() => {
    const x = toModel(clouds);
    expectClose(fromModel(x), clouds, { absolute: 1e-5 });
    const values = x.dataSync<'float32'>();
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    const square = values.reduce((a, b) => a + b ** 2, 0) / values.length;
    expect(Math.abs(mean)).toBeLessThan(0.1);
    expect(Math.sqrt(square)).toBeCloseTo(1, 1);
    return [];
  });
  clouds.dispose();
});

test('laws: an epoch sees other points of a shape than the last, and a run that goes on sees the same', async () => {
  const two = await batchesFrom(0, 10);
  expect(await batchesFrom(7, 3)).toEqual(two.slice(7));
  // Both epochs have the same forty shapes, and few windows of the pools begin at the same point.
  const firsts = two.flatMap((batch) => Array.from({ length: 8 }, (_, i) => batch[60 * i]!));
  expect(new Set(firsts).size).toBeGreaterThan(60);
});
