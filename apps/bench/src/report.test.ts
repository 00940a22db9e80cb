import { expect, test } from 'vitest';
import { inNode } from './peers.js';
import type { Result } from './race.js';
import { faultsOf, linesOf, rowsOf } from './report.js';
import { median, summary } from './summary.js';
import { WORKLOADS } from './workloads.js';

const [workload] = WORKLOADS;
const measured = (times: number[], params = workload!.params) => ({
  times,
  params,
  lossFirst: 2,
  lossLast: 1,
  steps: times.length,
  threads: 2,
  rssMb: 100.4,
  engine: 'an engine',
});
const results: Result[] = [
  { contender: inNode('simd', 'simd', { isOurs: true }), summary: summary([measured([1, 3]), measured([2, 9])]) },
  { contender: inNode('torch', 'cpu'), summary: summary([measured([5])]) },
  { contender: inNode('jax-js', 'cpu'), missing: 'not here' },
];

test('the median of an even count lies between the middle two', () => {
  expect(median([1, 2, 3, 9])).toBe(2.5);
  expect(median([1, 2, 9])).toBe(2);
});

test('a line of JSON for ours, with the ratio to each peer and a reason where there is none', () => {
  expect(linesOf(workload!, results)).toEqual([
    {
      workload: 'vae_mlp',
      engine: 'an engine',
      blas: null,
      threads: 2,
      medianMs: 2.5,
      minMs: 1,
      maxMs: 9,
      rssMb: 100,
      peers: {
        torch: { engine: 'an engine', threads: 2, medianMs: 5, minMs: 5, maxMs: 5, rssMb: 100, ratio: 0.5 },
        'jax-js': { missing: 'not here' },
      },
    },
  ]);
});

test('a missing peer has a row too', () => {
  expect(rowsOf(workload!, results).map((row) => [row[1], row[3], row[6]])).toEqual([
    ['an engine', '2.5 [1–9]', ''],
    ['torch: an engine', '5 [5–5]', '0.500'],
    ['jax-js', 'not here', '–'],
  ]);
});

test('another number of parameters is a fault', () => {
  expect(faultsOf(workload!, results)).toEqual([]);
  const wrong: Result[] = [{ contender: inNode('torch', 'cpu'), summary: summary([measured([5], 7)]) }];
  expect(faultsOf(workload!, wrong)).toEqual(['vae_mlp, torch: has 7 numbers, expected 652824']);
});
