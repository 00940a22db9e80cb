import { owned } from '@genai/tensor';
import { tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { labelCoverage, modeCoverage } from './index.js';

const corners = [
  [0, 0],
  [0, 10],
  [10, 0],
  [10, 10],
];

test('known answers: modeCoverage of four modes, counted by hand', async () => {
  using points = owned(
    tensor2d([
      [0, 0.1], // good
      [0.2, 0.2], // good: 0.283 away
      [0.25, 0.25], // 0.354 away: beyond three deviations
      [0, 9.9], // good
      [9, 1], // near to none
    ]),
  );
  const of = (options = {}) => modeCoverage(points, corners, { deviation: 0.1, ...options });
  const shares = [3 / 5, 1 / 5, 1 / 5];
  const kl = shares.reduce((total, share) => total + share * Math.log(4 * share), 0);
  const found = await of();
  expect(found).toEqual({ modes: 2, highQuality: 3 / 5, kl: expect.closeTo(kl, 12) });
  expect(await of({ within: 4 })).toEqual({ ...found, highQuality: 4 / 5 });
  expect(await of({ minimum: 2 })).toEqual({ ...found, modes: 1 });
  expect(await of({ within: 100 })).toEqual({ modes: 3, highQuality: 1, kl: found.kl });
});

test('known answers: all modes alike have no divergence, one alone has log k', async () => {
  const even = await modeCoverage([...corners, ...corners], corners, { deviation: 1 });
  expect(even).toEqual({ modes: 4, highQuality: 1, kl: 0 });
  const collapsed = await modeCoverage([corners[2]!], corners, { deviation: 1 });
  expect(collapsed).toEqual({ modes: 1, highQuality: 1, kl: expect.closeTo(Math.log(4), 12) });
});

test('known answers: labelCoverage beside uniform and beside a reference', async () => {
  using labels = owned(tensor1d([0, 2, 2, 2], 'int32'));
  const uniform = 0.25 * Math.log(4 / 4) + 0.75 * Math.log(3 / 1);
  expect(await labelCoverage(labels, 4)).toEqual({ modes: 2, kl: expect.closeTo(uniform, 12) });
  const counts = { reference: [10, 5, 5, 20] };
  const against = 0.25 * Math.log(0.25 / 0.25) + 0.75 * Math.log(0.75 / 0.125);
  expect(await labelCoverage(labels, 4, counts)).toEqual({ modes: 2, kl: expect.closeTo(against, 12) });
  expect(await labelCoverage([0, 1, 1], 2, { reference: [1, 2] })).toEqual({ modes: 2, kl: expect.closeTo(0, 12) });
  expect((await labelCoverage([0, 1], 2, { reference: [1, 0] })).kl).toBe(Number.POSITIVE_INFINITY);
});

test('errors: labels, references, settings', async () => {
  await expect(labelCoverage([0, 4], 4)).rejects.toThrow(
    'labelCoverage: label 1 is 4, expected an integer from 0 to 3.',
  );
  await expect(labelCoverage([], 4)).rejects.toThrow('labelCoverage: got no labels, expected at least one.');
  await expect(labelCoverage([0], 4, { reference: [1] })).rejects.toThrow(
    'labelCoverage: reference has 1 entries, expected one for each of 4.',
  );
  await expect(modeCoverage(corners, corners, { deviation: 0 })).rejects.toThrow(
    'modeCoverage: deviation and within must be above 0, got 0 and 3.',
  );
  await expect(modeCoverage([[1]], corners, { deviation: 1 })).rejects.toThrow(
    'modeCoverage, the points: got 1 rows of 1 numbers, expected at least 1 of 2.',
  );
});
