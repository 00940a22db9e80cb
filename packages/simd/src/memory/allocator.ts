import { GenaiError } from '@genai/core';

/** Who hands out places in the memory and takes them back. */
export interface Places {
  /** A place, aligned to 64 bytes, of at least this many bytes. @throws OutOfMemoryError, GenaiError if that is no number */
  readonly allocate: (bytes: number) => number;
  readonly free: (place: number) => void;
}

/**
 * Blocks by size class: what was freed is found again at once under the same size, as training asks for the same sizes
 * over and over. Neighbouring free blocks are joined where nothing fits, before the memory grows, and after most of what was
 * in use for long has been freed: what comes next, a model of other sizes say, then begins at the bottom again.
 *
 * Everything behind `start` belongs to it; `reach(end)` makes the memory long enough, or tells that it cannot.
 */
export class Allocator implements Places {
  readonly #sizes = new Map<number, number>();
  readonly #free = new Map<number, number[]>();
  /** Free ranges of any size, in the order of their places. */
  #holes: { place: number; size: number }[] = [];
  #top: number;
  #end: number;
  #freed = 0;
  #used = 0;
  /** How often something was freed, the least in use since the last look at it, and half of what it was before. */
  #frees = 0;
  #least = Number.POSITIVE_INFINITY;
  #floor = 0;
  #isBelowFloor = false;

  constructor(
    start: number,
    end: number,
    private readonly reach: (end: number) => number | undefined,
    private readonly fail: (bytes: number, used: number) => Error,
  ) {
    this.#top = Math.ceil(start / ALIGNMENT) * ALIGNMENT;
    this.#end = end;
  }

  /** Bytes in use, rounded up to the classes. */
  get used(): number {
    return this.#used;
  }

  allocate(bytes: number): number {
    if (!(bytes >= 0 && bytes < Number.POSITIVE_INFINITY)) throw noSize(bytes);
    const size = classOf(bytes);
    if (this.#isBelowFloor) this.#settle();
    const place = this.#free.get(size)?.pop();
    if (place !== undefined) {
      this.#freed -= size;
      return this.#take(place, size);
    }
    const found = this.#fromHole(size) ?? this.#fromTop(size);
    if (found !== undefined) return this.#take(found, size);
    this.#join();
    const joined = this.#fromHole(size) ?? this.#fromTop(size);
    if (joined !== undefined) return this.#take(joined, size);
    const end = this.reach(this.#top + size);
    if (end === undefined) throw this.fail(bytes, this.#used);
    this.#end = end;
    this.#top += size;
    return this.#take(this.#top - size, size);
  }

  free(place: number): void {
    const size = this.#sizes.get(place);
    if (size === undefined) throw new Error(`no block begins at ${place}`);
    this.#sizes.delete(place);
    this.#used -= size;
    this.#freed += size;
    const list = this.#free.get(size);
    if (list) list.push(place);
    else this.#free.set(size, [place]);
    this.#least = Math.min(this.#least, this.#used);
    if (this.#used < this.#floor) this.#isBelowFloor = true;
    if (++this.#frees % WINDOW === 0) {
      this.#floor = this.#least / 2;
      this.#least = this.#used;
    }
  }

  /** Bytes of the block at this place. */
  sizeAt(place: number): number {
    return this.#sizes.get(place) ?? 0;
  }

  /** Joins what a model that has gone left behind. */
  #settle(): void {
    this.#join();
    this.#isBelowFloor = false;
    this.#floor = 0;
    this.#least = Number.POSITIVE_INFINITY;
  }

  #take(place: number, size: number): number {
    this.#sizes.set(place, size);
    this.#used += size;
    return place;
  }

  #fromTop(size: number): number | undefined {
    if (this.#top + size > this.#end) return undefined;
    this.#top += size;
    return this.#top - size;
  }

  /** Best fit. */
  #fromHole(size: number): number | undefined {
    let best = -1;
    for (let i = 0; i < this.#holes.length; i++) {
      const hole = this.#holes[i]!;
      if (hole.size >= size && (best < 0 || hole.size < this.#holes[best]!.size)) best = i;
    }
    if (best < 0) return undefined;
    const hole = this.#holes[best]!;
    if (hole.size === size) this.#holes.splice(best, 1);
    const place = hole.place;
    hole.place += size;
    hole.size -= size;
    return place;
  }

  /** Puts all free blocks and holes in order and joins neighbours; what touches the top goes back to it. */
  #join(): void {
    if (this.#freed === 0) return;
    const ranges = this.#holes;
    for (const [size, places] of this.#free) for (const place of places) ranges.push({ place, size });
    this.#free.clear();
    this.#freed = 0;
    ranges.sort((a, b) => a.place - b.place);
    const joined: { place: number; size: number }[] = [];
    for (const range of ranges) {
      const last = joined.at(-1);
      if (last && last.place + last.size === range.place) last.size += range.size;
      else joined.push(range);
    }
    const last = joined.at(-1);
    if (last && last.place + last.size === this.#top) {
      this.#top = last.place;
      joined.pop();
    }
    this.#holes = joined;
  }
}

/** Bytes that are no number would spoil every place handed out from then on. */
function noSize(bytes: number): GenaiError {
  return new GenaiError(`simd: a tensor cannot have ${bytes} bytes; a dimension of its shape is no number.`);
}

const ALIGNMENT = 64;
/** Enough to have seen the bottom of many steps, replayed ones too, which free little but their state. */
const WINDOW = 1024;

/** Sizes are rounded up to 64 bytes, above 1 KiB to an eighth of their power of two: at most an eighth is wasted. */
function classOf(bytes: number): number {
  const step = bytes <= 1024 ? ALIGNMENT : 2 ** (Math.floor(Math.log2(bytes)) - 3);
  return Math.max(ALIGNMENT, Math.ceil(bytes / step) * step);
}
