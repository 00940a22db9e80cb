import { GenaiError } from '@genai/core';
import { disposedBy } from '../disposed-by.js';
import { CALLS, type Call } from './calls.js';
import type { Collective, CollectiveOptions, Reduction } from './collective.js';
import { CollectiveError } from './collective-error.js';
import { expectRoot } from './expect-root.js';
import { ARRIVED, CHUNK, FAILED, fail, headerOf, slotOf, type ThreadSeat, TURN, turnOf } from './thread-team.js';

/**
 * Takes a seat of `threadTeam` in the thread that calls it: worker threads of Node, workers of a page, or the main thread
 * of Node. The calls sleep, so not the main thread of a page.
 *
 * Sums are made in the order of the ranks.
 *
 * @example
 * await using ranks = joinThreads(workerData);
 * @throws GenaiError unless `timeout` is above 0.
 */
export function joinThreads(seat: ThreadSeat, { timeout = 60_000 }: CollectiveOptions = {}): Collective {
  if (!(timeout > 0)) throw new GenaiError(`joinThreads: timeout must be above 0 ms, got ${timeout}.`);
  return new Threads(seat, timeout);
}

/**
 * Numbers go through the memory by chunks: each rank writes its own, waits for all, reduces its share of the chunk over
 * all ranks, waits, and reads the whole. Two halves of the memory take turns, so that a rank may write the next chunk
 * while others still read this one.
 */
class Threads implements Collective {
  declare readonly [Symbol.asyncDispose]: () => Promise<void>;
  readonly rank: number;
  readonly size: number;
  readonly #words: Int32Array;
  readonly #floats: Float32Array;
  readonly #timeout: number;
  #half = 0;
  #broken = false;

  constructor({ rank, size, memory }: ThreadSeat, timeout: number) {
    this.rank = rank;
    this.size = size;
    this.#words = new Int32Array(memory);
    this.#floats = new Float32Array(memory);
    this.#timeout = timeout;
    disposedBy(this, () => this.#dispose());
  }

  readonly allReduce = (values: Float32Array, reduction: Reduction = 'sum'): void => {
    this.#begin(reduction, values.length);
    for (let at = 0; at < values.length; at += CHUNK) {
      const part = values.subarray(at, at + CHUNK);
      this.#slot(this.rank, part.length).set(part);
      this.#meet();
      this.#reduce(reduction, part.length);
      this.#meet();
      part.set(this.#slot(0, part.length));
      this.#turn();
    }
  };

  readonly broadcast = (values: Float32Array, root = 0): void => {
    expectRoot('broadcast', root, this.size);
    this.#begin('broadcast', values.length);
    for (let at = 0; at < values.length; at += CHUNK) {
      const part = values.subarray(at, at + CHUNK);
      if (this.rank === root) this.#slot(root, part.length).set(part);
      this.#meet();
      if (this.rank !== root) part.set(this.#slot(root, part.length));
      this.#turn();
    }
  };

  readonly gather = (values: Float32Array, root = 0): readonly Float32Array[] | undefined => {
    expectRoot('gather', root, this.size);
    const lengths = this.#begin('gather', values.length);
    const made = this.rank === root ? lengths.map((length) => new Float32Array(length)) : undefined;
    for (let at = 0; at < Math.max(...lengths); at += CHUNK) {
      const part = values.subarray(at, at + CHUNK);
      this.#slot(this.rank, part.length).set(part);
      this.#meet();
      for (const [rank, whole] of made?.entries() ?? []) {
        const there = whole.subarray(at, at + CHUNK);
        there.set(this.#slot(rank, there.length));
      }
      this.#turn();
    }
    return made;
  };

  readonly barrier = (): void => void this.#begin('barrier', 0);

  readonly abort = (): void => {
    fail(this.#words, this.rank);
    this.#broken = true;
  };

  async #dispose(): Promise<void> {
    if (this.#broken) return;
    try {
      this.#begin('dispose', 0);
    } catch {
      // Whoever is not here hears of it; this rank has nothing left to do with them.
    }
    this.#broken = true;
  }

  /** Meets the others and makes sure that all call the same. @returns the lengths that they give. */
  #begin(call: Call, length: number): number[] {
    if (this.#broken) throw new CollectiveError('joinThreads: this collective has ended. Join a new team.');
    const words = this.#words;
    const mine = headerOf(this.rank, this.#half, this.size);
    words[mine] = CALLS.indexOf(call);
    words[mine + 1] = length;
    this.#meet();
    const headers = Array.from({ length: this.size }, (_, rank) => {
      const at = headerOf(rank, this.#half, this.size);
      return { rank, call: CALLS[words[at]!]!, length: words[at + 1]! };
    });
    this.#turn();
    const other = headers.find((header) => header.call !== call || (call !== 'gather' && header.length !== length));
    if (other) {
      this.#broken = true;
      throw new CollectiveError(
        `joinThreads: rank ${this.rank} calls ${call} with ${length} numbers, rank ${other.rank} ${other.call} with ` +
          `${other.length}. All ranks must make the same calls in the same order.`,
      );
    }
    return headers.map((header) => header.length);
  }

  /** Waits until all ranks have come here. */
  #meet(): void {
    const words = this.#words;
    const turn = Atomics.load(words, TURN);
    this.#expectAll();
    Atomics.store(words, turnOf(this.rank), turn + 1);
    if (Atomics.add(words, ARRIVED, 1) === this.size - 1) {
      Atomics.store(words, ARRIVED, 0);
      Atomics.add(words, TURN, 1);
      Atomics.notify(words, TURN);
      return;
    }
    for (let i = 0; i < SPINS && Atomics.load(words, TURN) === turn; i++);
    const end = performance.now() + this.#timeout;
    // In a loop: the last one of a turn may be slow to wake the others, and then wake who sleeps in the next turn already.
    while (Atomics.load(words, TURN) === turn) {
      const left = end - performance.now();
      if (left <= 0) this.#giveUp(turn);
      Atomics.wait(words, TURN, turn, left);
    }
    this.#expectAll();
  }

  #giveUp(turn: number): never {
    const missing = Array.from({ length: this.size }, (_, rank) => rank).filter(
      (rank) => Atomics.load(this.#words, turnOf(rank)) !== turn + 1,
    );
    this.#broken = true;
    fail(this.#words, missing[0] ?? this.rank);
    throw new CollectiveError(
      `joinThreads: rank ${missing.join(', ')} did not come within ${this.#timeout} ms. Look for its error, or raise ` +
        '`timeout` if it has that much more to do.',
    );
  }

  #expectAll(): void {
    const failed = Atomics.load(this.#words, FAILED);
    if (failed === 0) return;
    this.#broken = true;
    throw new CollectiveError(`joinThreads: rank ${failed - 1} was lost. Start again from the last checkpoint.`);
  }

  /** Reduces the share of this rank into the slot of rank 0, in the order of the ranks. */
  #reduce(reduction: Reduction, length: number): void {
    const { rank, size } = this;
    const start = Math.floor((rank * length) / size);
    const end = Math.floor(((rank + 1) * length) / size);
    const into = this.#slot(0, length);
    for (let other = 1; other < size; other++) {
      const from = this.#slot(other, length);
      if (reduction === 'max') for (let i = start; i < end; i++) into[i] = Math.max(into[i]!, from[i]!);
      else if (reduction === 'min') for (let i = start; i < end; i++) into[i] = Math.min(into[i]!, from[i]!);
      else for (let i = start; i < end; i++) into[i]! += from[i]!;
    }
    if (reduction === 'mean') for (let i = start; i < end; i++) into[i]! /= size;
  }

  #slot(rank: number, length: number): Float32Array {
    const start = slotOf(rank, this.#half, this.size);
    return this.#floats.subarray(start, start + length);
  }

  #turn(): void {
    this.#half = 1 - this.#half;
  }
}

/** Looks at the turn before falling asleep: a few microseconds, in which ranks that are at the same place arrive. */
const SPINS = 2000;
