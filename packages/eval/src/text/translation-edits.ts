import { BeamAlignment } from './beam-alignment.js';

/**
 * The edits of TER that make a hypothesis its reference: words inserted, deleted and replaced, and runs of words moved.
 *
 * Which moves are considered, in which order, and where the search ends decides the number; all follows Tercom as sacrebleu does.
 *
 * @source Snover et al. 2006, "A study of translation edit rate with targeted human annotation", algorithm 1.
 */
export function translationEdits(hypothesis: readonly string[], reference: readonly string[]): number {
  if (reference.length === 0) return hypothesis.length;
  const numbers = new Map<string, number>();
  const numberOf = (word: string): number => {
    const number = numbers.get(word) ?? numbers.size;
    numbers.set(word, number);
    return number;
  };
  const theirs = Int32Array.from(reference, numberOf);
  const alignment = new BeamAlignment(Int32Array.from(hypothesis, numberOf), theirs);
  let moves = 0;
  for (let tried = 0; ; moves++) {
    const found = bestMove(alignment, theirs, tried);
    tried = found.tried;
    if (tried >= MOST_TRIED || found.gain <= 0) return moves + alignment.distance;
    alignment.rebase(found.words!);
  }
}

/** Words that move together. */
const LONGEST = 10;
/** Places between a run and its match in the reference. */
const FARTHEST = 50;
/** Moves tried for one sentence. */
const MOST_TRIED = 1_000;

type Move = {
  /** Edits that it saves. */
  readonly gain: number;
  /** The words afterwards. */
  readonly words: Int32Array | undefined;
  /** Moves tried so far. */
  readonly tried: number;
};

/** The move that saves most; of equals the longest, then the first run, then to the first place. */
function bestMove(alignment: BeamAlignment, reference: Int32Array, tried: number): Move {
  const words = alignment.words;
  const { aligned, ours, theirs } = alignment.errors();
  let best: { rank: readonly number[]; words: Int32Array } | undefined;
  for (const [start, match, length] of equalRuns(words, reference)) {
    if (!anyOf(ours, start, length) || !anyOf(theirs, match, length)) continue;
    const opposite = aligned[match]!;
    if (opposite >= start && opposite < start + length) continue;
    let previous = -1;
    for (let offset = -1; offset < length; offset++) {
      const place = match + offset;
      if (place >= reference.length) break;
      const target = place < 0 ? 0 : aligned[place]! + 1;
      if (target === previous) continue;
      previous = target;
      const moved = withMoved(words, start, length, target);
      const gain = alignment.distance - alignment.distanceOf(moved, Math.min(start, target));
      const rank = [gain, length, -start, -target];
      if (!best || higher(rank, best.rank)) best = { rank, words: moved };
      tried++;
    }
    if (tried >= MOST_TRIED) break;
  }
  return { gain: best?.rank[0] ?? 0, words: best?.words, tried };
}

/** Runs that both have, by their start in either and their length, every prefix of a longer one for itself. */
function* equalRuns(words: Int32Array, reference: Int32Array): Generator<readonly [number, number, number]> {
  for (let i = 0; i < words.length; i++) {
    const last = Math.min(reference.length - 1, i + FARTHEST);
    for (let j = Math.max(0, i - FARTHEST); j <= last; j++) {
      for (let length = 0; length < LONGEST; ) {
        if (i + length >= words.length || j + length >= reference.length) break;
        if (words[i + length] !== reference[j + length]) break;
        yield [i, j, ++length];
      }
    }
  }
}

/** The run of `length` words at `start` put before what stands at `target`; a target inside it is one as far behind it. */
function withMoved(words: Int32Array, start: number, length: number, target: number): Int32Array {
  const place = Math.min(target > start + length ? target - length : target, words.length - length);
  const moved = words.slice();
  if (place < start) moved.copyWithin(place + length, place, start);
  else moved.copyWithin(start, start + length, place + length);
  moved.set(words.subarray(start, start + length), place);
  return moved;
}

function anyOf(flags: Uint8Array, start: number, length: number): boolean {
  return flags.subarray(start, start + length).includes(1);
}

function higher(rank: readonly number[], other: readonly number[]): boolean {
  const i = rank.findIndex((value, place) => value !== other[place]);
  return i >= 0 && rank[i]! > other[i]!;
}
