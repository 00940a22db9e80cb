import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { batchesLaws } from '@genai/testing/batches-laws';
import { expect, test } from 'vitest';
import { alone } from '../../src/cluster/alone.js';
import { shard } from '../../src/cluster/shard.js';
import { threadTeam } from '../../src/cluster/thread-team.js';
import { bundled } from './bundled.js';
import { littleRun, type PlainState, rows } from './little-run.js';
import type { Orders, Told } from './rank-that-trains.js';

batchesLaws('shard', () => shard(rows(), { rank: 1, size: 3 }));

test('known answers: the shards of all ranks are the rows of the batch in order', async () => {
  const whole = await firstRows(rows());
  const parts = await Promise.all([0, 1, 2].map((rank) => firstRows(shard(rows(), { rank, size: 3 }))));
  expect(parts.flat()).toEqual(whole);
  await expect(firstRows(shard(rows(), { rank: 0, size: 5 }))).rejects.toThrow('shard: a batch of shape [12, 5]');
});

test.each([2, 3])('parity: %i ranks make the moves of one process with as many parts, noise and all', async (size) => {
  const want = await losses(size, 12);
  const told = (await trained(size, { engine: 'cpu', steps: 12 })) as Told[];
  for (const rank of told) {
    expectClose(rank.losses, want);
    expect(rank.losses).toEqual(told[0]!.losses);
    expect(rank.state).toEqual(told[0]!.state);
    expect(rank.leftOver).toBe(0);
  }
});

test('parity: a captured step reduces in every replay', async () => {
  const told = (await trained(2, { engine: 'simd', steps: 12 })) as Told[];
  for (const rank of told) {
    expect(rank.captured).toBe(true);
    expectClose(rank.losses, await losses(2, 12));
    expect(rank.leftOver).toBe(0);
  }
});

test('laws: a run that stops on all ranks goes on with another number of them', async () => {
  const stopped = (await trained(3, { engine: 'cpu', steps: 20, stopAfter: 4 })) as Told[];
  // Rank 1 asks after its fourth move: all hear of it with the fifth.
  expect(stopped.map(({ state }) => state.step)).toEqual([5, 5, 5]);
  const from: PlainState = stopped[0]!.state;
  const resumed = (await trained(2, { engine: 'cpu', steps: 8, from })) as Told[];
  expect(resumed[0]!.losses).toHaveLength(3);
  expect(resumed[0]!.state).toEqual(resumed[1]!.state);
  expect((await trained(3, { engine: 'cpu', steps: 8, from })) as Told[]).toMatchObject([
    { losses: (await trained(3, { engine: 'cpu', steps: 8 })).map((rank) => (rank as Told).losses)[0]!.slice(5) },
    {},
    {},
  ]);
});

test('errors: ranks whose gradients are not averaged are found out', async () => {
  const told = await trained(2, { engine: 'cpu', steps: 20, isAveraged: false });
  expect(told).toEqual([expect.stringContaining('averaged(ranks)'), expect.stringContaining('averaged(ranks)')]);
});

/** The losses of one process with `accumulate` parts. */
async function losses(accumulate: number, steps: number): Promise<number[]> {
  const found: number[] = [];
  await using run = littleRun(alone(), { accumulate, steps });
  for await (const { metrics } of run) found.push(metrics.loss);
  return found;
}

/** What each of the ranks tells: its figures, or its error. */
function trained(size: number, orders: Omit<Orders, 'seat'>): Promise<(Told | string)[]> {
  return bundled('rank-that-trains', async (file) => {
    const team = threadTeam(size);
    return Promise.all(
      team.seats.map(async (seat) => {
        const worker = new Worker(file, { workerData: { ...orders, seat } satisfies Orders });
        const [[told]] = await Promise.all([once(worker, 'message'), once(worker, 'exit')]);
        return told as Told | string;
      }),
    );
  });
}

async function firstRows(batches: ReturnType<typeof rows>): Promise<number[]> {
  for await (const { x } of batches) return [...x.dataSync()];
  return [];
}

function expectClose(found: readonly number[], wanted: readonly number[]): void {
  expect(found).toHaveLength(wanted.length);
  for (const [i, loss] of found.entries())
    expect(Math.abs(loss - wanted[i]!)).toBeLessThan(1e-4 * Math.abs(wanted[i]!));
}
