import { add, concat, pad, slice, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { pullBack } from '../pull-back.js';
import { withGradient } from './with-gradient.js';

/** So many scores are held at the same time, 64 MB; of more, this many: what is made of them takes several times as much. */
const [MOST_AT_ONCE, MOST_IN_BLOCK] = [2 ** 24, 2 ** 22];

/** The queries from `begin` to before `end`, and the keys from `first` to before `seen` that they look at. */
export type QueryBlock = {
  readonly begin: number;
  readonly end: number;
  readonly first: number;
  readonly seen: number;
};

/** Which queries look at which keys, and how many scores may be held. Of causal queries there are at most as many as keys. */
export type BlockSizes = {
  /** Scores of one query for one key: batch · heads. */
  readonly each: number;
  readonly time: number;
  readonly length: number;
  readonly causal: boolean;
  /** A query sees itself and so many keys less one before it. Default: all. */
  readonly window?: number | undefined;
  /** Scores that a block may hold. Default: all where they are few, else 2²². */
  readonly most?: number | undefined;
};

/** Blocks of queries; one block where all their scores may be held. */
export function queryBlocks({ each, time, length, causal, window, most }: BlockSizes): QueryBlock[] {
  const all = each * time * length;
  const held = most ?? (all > MOST_AT_ONCE ? MOST_IN_BLOCK : all);
  const rows = Math.max(1, Math.floor(held / (each * length)));
  const blocks: QueryBlock[] = [];
  for (let begin = 0; begin < time; begin += rows) {
    const end = Math.min(begin + rows, time);
    const seen = causal ? end + length - time : length;
    const first = window ? Math.max(0, begin + length - time - window + 1) : 0;
    blocks.push({ begin, end, first, seen });
  }
  return blocks;
}

/**
 * Attention, block of queries by block of queries: the weights of a block are freed with it, and made again for the gradient.
 * Memory grows linearly in the length, at the price of the scores being computed twice.
 *
 * q: (batch, heads, time, width), k: (batch, heads, length, width), v: (batch, heads, length, features); `attend` is given the
 * part of each that the block names. `constants` are what it reads besides.
 *
 * @source Rabe & Staats 2021, "Self-attention does not need O(n²) memory", with whole rows of scores.
 */
export function inBlocks(
  inputs: readonly [q: Tensor, k: Tensor, v: Tensor],
  blocks: readonly QueryBlock[],
  attend: (parts: readonly [Tensor, Tensor, Tensor], block: QueryBlock, constants: readonly Tensor[]) => Tensor,
  constants: readonly Tensor[] = [],
): Tensor {
  const run = (inputs: readonly Tensor[], constants: readonly Tensor[]): Tensor =>
    concat(
      blocks.map((block) => tidy(() => attend(partsOf(inputs, block), block, constants))),
      2,
    );
  return withGradient(inputs, {
    forward: (q, k, v) => ({ value: run([q!, k!, v!], constants), kept: constants }),
    backward: (dy, inputs, constants) => {
      const ofQueries: Tensor[] = [];
      let ofKeys: readonly Tensor[] = [];
      for (const block of blocks) {
        const before = ofKeys;
        const [dq, dk, dv] = tidy(() => {
          const parts = partsOf(inputs, block);
          const back = rows(dy, block.begin, block.end);
          const [dq, ...rest] = pullBack(() => attend(parts, block, constants), [...parts], back);
          const [dk, dv] = rest.map((part, i) => {
            const whole = widened(part, block, inputs[1]!.shape[2]!);
            return before[i] ? add(before[i], whole) : whole;
          });
          return [dq!, dk!, dv!] as const;
        });
        for (const sum of before) sum.dispose();
        ofQueries.push(dq);
        ofKeys = [dk, dv];
      }
      return [concat(ofQueries, 2), ...ofKeys];
    },
    plain: run,
  });
}

function partsOf([q, k, v]: readonly Tensor[], { begin, end, first, seen }: QueryBlock): [Tensor, Tensor, Tensor] {
  return [rows(q!, begin, end), rows(k!, first, seen), rows(v!, first, seen)];
}

/** x[:, :, begin to before end] of (batch, heads, length, width) */
function rows(x: Tensor, begin: number, end: number): Tensor {
  const [batch, heads, , width] = x.shape as [number, number, number, number];
  return slice(x, [0, 0, begin, 0], [batch, heads, end - begin, width]);
}

/** A gradient of the keys of a block among zeros for the others. */
function widened(part: Tensor, { first, seen }: QueryBlock, length: number): Tensor {
  return pad(part, [
    [0, 0],
    [0, 0],
    [first, length - seen],
    [0, 0],
  ]);
}
