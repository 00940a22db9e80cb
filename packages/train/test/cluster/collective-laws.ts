import type { Collective, Reduction } from '../../src/cluster/collective.js';
import { CollectiveError } from '../../src/cluster/collective-error.js';

/** Awkward lengths: none, one, fewer than ranks, the chunk of threads and the bucket of MPI and beside them. */
const LENGTHS = [0, 1, 2, 3, 1000, 65_536, 65_537, 262_145];
const REDUCTIONS: readonly Reduction[] = ['sum', 'mean', 'max', 'min'];

/**
 * The laws of `Collective`, run by every rank at the same time.
 *
 * @returns what was broken, as text; empty if all is well.
 */
export function brokenLaws(ranks: Collective): string[] {
  const broken: string[] = [];
  const check = (holds: boolean, law: string): void => {
    if (!holds) broken.push(`rank ${ranks.rank}: ${law}`);
  };
  const { rank, size } = ranks;
  const everyone = Array.from({ length: size }, (_, i) => i);
  check(rank >= 0 && rank < size, 'rank is below size');

  for (const length of LENGTHS) {
    for (const reduction of length > 1000 ? REDUCTIONS.slice(0, 1) : REDUCTIONS) {
      const values = numbers(rank, length);
      ranks.allReduce(values, reduction);
      const parts = everyone.map((i) => numbers(i, length));
      check(isReduced(values, reduction, parts), `allReduce(${reduction}) of ${length} numbers`);
      const again = numbers(rank, length);
      ranks.allReduce(again, reduction);
      check(same(again, values), `allReduce(${reduction}) of ${length} numbers gives the same bits again`);
      const theirs = ranks.gather(values);
      check(theirs?.every((other) => same(other, values)) ?? true, `allReduce(${reduction}) is the same on all ranks`);
    }
    for (const root of length > 1000 ? [size - 1] : everyone) {
      const values = numbers(rank, length);
      ranks.broadcast(values, root);
      check(same(values, numbers(root, length)), `broadcast of ${length} numbers from rank ${root}`);
      const gathered = ranks.gather(numbers(rank, length + rank), root);
      check((gathered !== undefined) === (rank === root), 'gather gives something on its root only');
      check(
        gathered?.every((found, i) => same(found, numbers(i, length + i))) ?? true,
        `gather of ${length} + rank numbers to rank ${root}`,
      );
    }
  }
  const view = new Float32Array(12).subarray(3, 7).fill(rank);
  ranks.allReduce(view, 'max');
  const around = new Float32Array(view.buffer);
  check(
    view.every((value) => value === size - 1),
    'a view of a larger buffer is reduced',
  );
  check(
    [...around.subarray(0, 3), ...around.subarray(7)].every((value) => value === 0),
    'only the view is written',
  );

  ranks.barrier();
  return broken;
}

/** Makes calls that are not alike on all ranks: each rank hears of it. The collective is of no use afterwards. */
export function brokenByUnlikeCalls(ranks: Collective): string[] {
  const values = new Float32Array(ranks.rank === 0 ? 10 : 11);
  const broken: string[] = [];
  if (!throwsCollectiveError(() => ranks.allReduce(values))) broken.push('unlike lengths are an error on every rank');
  if (!throwsCollectiveError(() => ranks.barrier())) broken.push('no call is made after that');
  return broken;
}

function throwsCollectiveError(f: () => void): boolean {
  try {
    f();
    return false;
  } catch (error) {
    return error instanceof CollectiveError;
  }
}

/** Numbers whose sum depends on the order of its terms. */
function numbers(rank: number, length: number): Float32Array {
  const made = new Float32Array(length);
  for (let i = 0; i < length; i++)
    made[i] = (((i + 7 * rank) % 1013) / 317 - 1.5) * SCALES[(i + rank) % SCALES.length]!;
  return made;
}

const SCALES = [1e-3, 1, 30, 1e3, 1e4];

function isReduced(values: Float32Array, reduction: Reduction, parts: readonly Float32Array[]): boolean {
  for (let i = 0; i < values.length; i++) {
    let expected = parts[0]![i]!;
    for (const part of parts.slice(1)) {
      if (reduction === 'max') expected = Math.max(expected, part[i]!);
      else if (reduction === 'min') expected = Math.min(expected, part[i]!);
      else expected += part[i]!;
    }
    if (reduction === 'mean') expected /= parts.length;
    if (Math.abs(values[i]! - expected) > 1e-6 * Math.abs(expected) + 1e-2) return false;
  }
  return true;
}

function same(a: Float32Array, b: Float32Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return false;
  return true;
}
