import { GenaiError } from '@genai/core';
import { scope } from '@genai/tensor';
import { type Tensor, tensor2d, tensor3d } from '@tensorflow/tfjs-core';
import type { Dataset } from '../dataset.js';
import { expectIndices, expectInteger } from '../expect.js';
import type { PianoRoll } from '../midi/piano-roll.js';

/** Piano rolls of several lengths. */
export type FramesBatch = {
  /** (batch, time, notes), 1 where a pitch sounds, 0 elsewhere and after the end. */
  readonly elements: Tensor;
  /** (batch, time), 1 where there is a frame, 0 after the end. */
  readonly mask: Tensor;
};

/**
 * Piano rolls of different lengths as a dataset, padded with silence that a mask tells.
 *
 * All groups are as long as the longest roll; with `multipleOf` each is only as long as its own longest, rounded up to a multiple:
 * less to compute, in few shapes, each of which an engine that records steps records once.
 *
 * @example
 * const data = batches(paddedFrames(train.map((c) => choraleFrames(c)), { multipleOf: 32 }), { size: 8, key: key(0) });
 * @throws GenaiError if there is no roll, one is not (steps, notes), or they differ in their notes.
 */
export function paddedFrames(
  rolls: readonly PianoRoll[],
  { multipleOf }: { readonly multipleOf?: number } = {},
): Dataset<FramesBatch> {
  if (multipleOf !== undefined) expectInteger('paddedFrames', 'multipleOf', multipleOf, 1);
  if (rolls.length === 0) throw new GenaiError('paddedFrames: there are no rolls, expected at least one.');
  const notes = rolls[0]!.shape[1]!;
  for (const [i, { data, shape }] of rolls.entries()) {
    if (shape.length === 2 && shape[1] === notes && data.length === shape[0]! * notes) continue;
    throw new GenaiError(
      `paddedFrames: roll ${i} has ${data.length} numbers of shape [${shape.join(', ')}], expected [steps, ${notes}].`,
    );
  }
  const longest = Math.max(...rolls.map(stepsOf));
  return {
    length: rolls.length,
    read: (indices) => {
      expectIndices('paddedFrames', indices, rolls.length);
      const group = Array.from(indices, (index) => rolls[index]!);
      const time = multipleOf ? Math.ceil(Math.max(1, ...group.map(stepsOf)) / multipleOf) * multipleOf : longest;
      const elements = new Float32Array(group.length * time * notes);
      const mask = new Float32Array(group.length * time);
      for (const [i, roll] of group.entries()) {
        elements.set(roll.data, i * time * notes);
        mask.fill(1, i * time, i * time + stepsOf(roll));
      }
      return scope(() => ({
        elements: tensor3d(elements, [group.length, time, notes]),
        mask: tensor2d(mask, [group.length, time]),
      }));
    },
  };
}

function stepsOf({ shape }: PianoRoll): number {
  return shape[0]!;
}
