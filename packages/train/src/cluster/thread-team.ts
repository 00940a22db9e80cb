import { expectIntegers } from '@genai/core';

/** What a thread needs to join; it can be sent to a worker by message or as `workerData`. */
export interface ThreadSeat {
  readonly rank: number;
  readonly size: number;
  readonly memory: SharedArrayBuffer;
}

/** Threads that will work together. */
export interface ThreadTeam {
  /** One for each rank, for `joinThreads`. */
  readonly seats: readonly ThreadSeat[];
  /** Tells the others that a thread has ended before its time: their calls fail at once instead of after the timeout. */
  readonly lost: (rank: number) => void;
}

/**
 * The shared memory through which `size` threads of one machine work together, each with an engine of its own.
 *
 * @example
 * const team = threadTeam(2);
 * for (const seat of team.seats) new Worker('./train.js', { workerData: seat }).once('error', () => team.lost(seat.rank));
 * @throws GenaiError unless `size` is an integer above 0.
 */
export function threadTeam(size: number): ThreadTeam {
  expectIntegers('threadTeam', { size }, 1);
  const memory = new SharedArrayBuffer(4 * wordsOf(size));
  const words = new Int32Array(memory);
  return {
    seats: Array.from({ length: size }, (_, rank) => ({ rank, size, memory })),
    lost: (rank) => fail(words, rank),
  };
}

/** How many numbers go through the memory at once: 256 KiB of each rank stay in the caches. */
export const CHUNK = 65536;

/** Words of the memory that all ranks use: how many have arrived, how often all had, and the first that failed (+1). */
export const ARRIVED = 0;
export const TURN = 1;
export const FAILED = 2;

/** Where a rank notes up to which turn it has arrived. */
export function turnOf(rank: number): number {
  return 16 + rank;
}

/** Where a rank writes what it calls, in the half of the memory (0 or 1) that is in use: two words. */
export function headerOf(rank: number, half: number, size: number): number {
  return 16 + size * (1 + 2 * half) + 2 * rank;
}

/** Where a rank writes its numbers. */
export function slotOf(rank: number, half: number, size: number): number {
  return Math.ceil((16 + 5 * size) / 16) * 16 + (half * size + rank) * CHUNK;
}

/** Lets the calls of all ranks fail because of this one. */
export function fail(words: Int32Array, rank: number): void {
  Atomics.compareExchange(words, FAILED, 0, rank + 1);
  Atomics.add(words, TURN, 1); // so that a rank which is about to fall asleep does not
  Atomics.notify(words, TURN);
}

function wordsOf(size: number): number {
  return slotOf(0, 2, size);
}
