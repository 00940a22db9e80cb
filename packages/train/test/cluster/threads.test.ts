import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { GenaiError } from '@genai/core';
import { expect, test } from 'vitest';
import { alone } from '../../src/cluster/alone.js';
import { joinThreads } from '../../src/cluster/join-threads.js';
import { threadTeam } from '../../src/cluster/thread-team.js';
import { bundled } from './bundled.js';
import { brokenLaws } from './collective-laws.js';

test('laws: a collective of one rank', async () => {
  await using ranks = alone();
  expect(brokenLaws(ranks)).toEqual([]);
  await using thread = joinThreads(threadTeam(1).seats[0]!);
  expect(brokenLaws(thread)).toEqual([]);
});

test.each([2, 3])('laws: a collective of %i threads', async (size) => {
  expect(await told(size, 'laws')).toEqual(Array.from({ length: size }, () => []));
});

test('errors: unlike calls are an error in every thread', async () => {
  expect(await told(2, 'unlike calls')).toEqual([[], []]);
});

test('errors: a thread that ends, throws or aborts is told to the others at once', async () => {
  const start = performance.now();
  const lost = await told(3, 'lose rank 1');
  expect(lost).toEqual([
    expect.stringContaining('rank 1 was lost'),
    undefined,
    expect.stringContaining('rank 1 was lost'),
  ]);
  const thrown = await told(2, 'rank 1 throws');
  expect(thrown).toEqual([expect.stringContaining('rank 1 dispose'), 'thrown by rank 1']);
  const aborted = await told(2, 'rank 1 aborts');
  expect(aborted).toEqual([expect.stringContaining('rank 1 was lost'), 'no error']);
  expect(performance.now() - start).toBeLessThan(30_000); // the patience of the ranks is longer
});

test('errors: who does not come within the timeout is named', async () => {
  const { seats } = threadTeam(3);
  const ranks = joinThreads(seats[0]!, { timeout: 20 });
  expect(() => ranks.barrier()).toThrow('rank 1, 2 did not come within 20 ms');
  expect(() => ranks.barrier()).toThrow('has ended');
  expect(() => joinThreads(seats[1]!).barrier()).toThrow('was lost');
});

test('errors: a root that is no rank, a team of none', () => {
  const ranks = joinThreads(threadTeam(1).seats[0]!);
  for (const root of [-1, 1, 0.5]) {
    expect(() => ranks.broadcast(new Float32Array(1), root)).toThrow(GenaiError);
    expect(() => ranks.gather(new Float32Array(1), root)).toThrow(GenaiError);
  }
  expect(() => threadTeam(0)).toThrow(GenaiError);
  expect(() => joinThreads(threadTeam(1).seats[0]!, { timeout: 0 })).toThrow(GenaiError);
});

/** What each of the threads says about its task; undefined if it ended without a word. */
function told(size: number, task: string): Promise<unknown[]> {
  return bundled('rank-of-threads', async (file) => {
    const team = threadTeam(size);
    return Promise.all(
      team.seats.map(async (seat) => {
        const worker = new Worker(file, { workerData: { seat, task, timeout: 60_000 } });
        let said: unknown;
        worker.once('message', (message) => {
          said = message;
        });
        const [code] = await once(worker, 'exit');
        if (code !== 0) team.lost(seat.rank);
        return said;
      }),
    );
  });
}
