import { key } from '@genai/core';
import { expect, test } from 'vitest';
import golden from '../../golden/features.json' with { type: 'json' };
import { hashedRows } from '../../golden/hashed-rows.js';
import { compareSamples } from './compare-samples.js';
import { energyDistance } from './energy-distance.js';

const energy = async (a: Float64Array[], b: Float64Array[]): Promise<number> =>
  (await compareSamples({ samples: [a], reference: [b], metrics: { it: energyDistance() }, key: key(0) })).figures.it
    .energyDistance.value;

test('goldens: SciPy on a line, its distances of all pairs in space', async () => {
  const line = await energy(hashedRows(3, 40, 1), hashedRows(4, 65, 1, 1.5, 0.1));
  expect(line).toBeCloseTo(golden.energyLine, 13);
  expect(await energy(hashedRows(1, 90, 6), hashedRows(2, 70, 6, 1.3, 0.2))).toBeCloseTo(golden.energy, 13);
});

test('known answers: of a set with itself 0, of two points the root of twice their distance', async () => {
  const a = hashedRows(1, 30, 3);
  expect(await energy(a, [...a, ...a])).toBeLessThan(1e-7);
  expect(await energy([Float64Array.of(0, 0)], [Float64Array.of(3, 4)])).toBeCloseTo(Math.sqrt(10), 12);
});

test('known answers: its test finds what differs', async () => {
  const metrics = { it: energyDistance({ test: { permutations: 19 } }) };
  const reference = [hashedRows(2, 50, 3, 1, 0.5)];
  const { figures } = await compareSamples({ samples: [hashedRows(1, 50, 3)], reference, metrics, key: key(0) });
  expect(figures.it.pValue.value).toBe(1 / 20);
});
