import { type Batches, expectIntegers, GenaiError } from '@genai/core';

/** A part of a curriculum. */
export interface Stage<B> {
  readonly data: Batches<B>;
  /** How many batches are taken of it; the last stage may go on to the end of its data. */
  readonly steps?: number;
}

/**
 * Batches of one source after another: short sequences before long ones, small pictures before large ones.
 *
 * The batch of a number is always the same, so runs go on exactly. Each stage begins with batch 0 of its data.
 *
 * @example
 * const data = curriculum([{ data: windows({ length: 128 }), steps: 2_000 }, { data: windows({ length: 512 }) }]);
 * @throws GenaiError unless each stage but the last has `steps`, an integer above 0; if a cursor is none of at least 0; while
 * iterating, if the data of a stage end before its steps.
 * @source Bengio et al. 2009, "Curriculum learning", section 4.
 */
export function curriculum<B>(stages: readonly Stage<B>[]): Batches<B> {
  if (stages.length === 0) throw new GenaiError('curriculum: there is no stage. Give at least one.');
  for (const [i, { steps }] of stages.entries()) {
    if (steps !== undefined || i < stages.length - 1)
      expectIntegers(`curriculum: stage ${i}`, { steps: steps ?? Number.NaN });
  }
  const from = (cursor: number): AsyncGenerator<B, void, void> => {
    expectIntegers('curriculum', { cursor }, 0);
    return batchesOf(stages, cursor);
  };
  return { from, [Symbol.asyncIterator]: () => from(0) };
}

async function* batchesOf<B>(stages: readonly Stage<B>[], cursor: number): AsyncGenerator<B, void, void> {
  let start = 0;
  for (const [i, { data, steps = Number.POSITIVE_INFINITY }] of stages.entries()) {
    let at = Math.max(0, cursor - start);
    start += steps;
    if (at >= steps) continue;
    for await (const batch of data.from(at)) {
      yield batch;
      if (++at === steps) break;
    }
    if (at < steps && steps !== Number.POSITIVE_INFINITY) {
      throw new GenaiError(
        `curriculum: the data of stage ${i} ended after ${at} of ${steps} batches. Repeat them, or give fewer steps.`,
      );
    }
  }
}
