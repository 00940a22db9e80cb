import { expect, test } from 'vitest';
import { judgementOf } from './judgement-of.js';
import type { CastRating, CastVote } from './vote-record.js';

const time = '2026-01-01T00:00:00.000Z';
const vote = (id: number, item: string, rater: string, left: string, right: string, choice: CastVote['choice']) =>
  ({ kind: 'vote', id: `${id}`, item, rater, ms: 1000 * id, time, left, right, choice }) as const;

test('known answers: those who agree have an alpha of 1 whichever side they saw; what is taken back does not count', () => {
  const records = [
    vote(1, 'x', 'ann', 'a', 'b', 'left'),
    vote(2, 'x', 'ben', 'b', 'a', 'right'),
    vote(3, 'y', 'ann', 'a', 'b', 'right'),
    vote(4, 'y', 'ben', 'a', 'b', 'right'),
    vote(5, 'z', 'ann', 'a', 'b', 'both bad'),
    vote(6, 'z', 'ben', 'b', 'a', 'left'),
  ];
  const retraction = { kind: 'retraction', of: '6', rater: 'ben', time } as const;
  const judged = judgementOf([...records, retraction]);
  expect(judged).toMatchObject({ votes: 5, retracted: 1, bothBad: 0.2, ties: 0, left: { value: 0.25 } });
  expect(judged.agreement).toMatchObject({ value: 1, items: 2 });
  expect(judged.raters).toEqual([
    { rater: 'ann', votes: 3, median: 3000, lower: 1000, upper: 3000 },
    { rater: 'ben', votes: 2, median: 2000, lower: 2000, upper: 2000 },
  ]);
  // With z: of −1, 0 and 1 there are 3, 1 and 2, their middles 1.5, 3.5 and 5; 1 − 5 · (2²) / (3 · 2² + 2 · 1.5² + 6 · 3.5²).
  expect(judgementOf(records).agreement).toMatchObject({ value: expect.closeTo(1 - 20 / 90, 12), items: 3 });
});

test('known answers: ratings of one item by two raters', () => {
  const rating = (rater: string, system: string, value: number): CastRating => ({
    ...{ kind: 'rating', id: rater + system, item: 'x', rater, ms: 1, time, system, value },
  });
  const { scores, ratingAgreement, strengths } = judgementOf([
    ...[rating('ann', 'a', 5), rating('ben', 'a', 4), rating('ann', 'b', 1), rating('ben', 'b', 1)],
  ]);
  expect(scores!.map(({ system, score }) => [system, score.value])).toEqual([
    ['a', 4.5],
    ['b', 1],
  ]);
  expect(ratingAgreement!.items).toBe(2);
  expect(strengths).toBeUndefined();
});
