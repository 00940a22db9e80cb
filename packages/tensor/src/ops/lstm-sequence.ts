import { concat, matMul, reshape, slice, type Tensor } from '@tensorflow/tfjs-core';
import { scope } from '../scope.js';
import { isFused, runFused } from './fused.js';
import { withGradient } from './with-gradient.js';

/** What a long short-term memory starts a sequence from. */
export type LstmSequence = {
  /** What the inputs give to the gates, biases included: (batch, time, 4 · width), with at least one time step. */
  readonly projected: Tensor;
  /** From the hidden state to the gates input, forget, candidate and output: (width, 4 · width). */
  readonly weight: Tensor;
  /** (batch, width) */
  readonly hidden: Tensor;
  /** (batch, width) */
  readonly cell: Tensor;
};

/**
 * All steps of a long short-term memory at once, on engines that have it; undefined on the others.
 *
 * `plain` is the same step by step, and gives the higher derivatives.
 *
 * @returns the hidden states, (batch, time, width), and the last cell, (batch, width).
 */
export function lstmSequence(
  sequence: LstmSequence,
  plain: (sequence: LstmSequence) => { output: Tensor; cell: Tensor },
): { output: Tensor; cell: Tensor } | undefined {
  const inputs = [sequence.projected, sequence.weight, sequence.hidden, sequence.cell];
  if (!isFused('GenaiLstm', ...inputs)) return undefined;
  const [batch, time] = sequence.projected.shape as [number, number, number];
  const width = sequence.hidden.shape[1]!;
  return scope(() => {
    // The last cell stands behind the hidden states: (batch, time + 1, width).
    const value = withGradient(inputs, {
      forward: (...xs) => {
        const [value, cells, gates] = runFused('GenaiLstm', named(xs)) as [Tensor, Tensor, Tensor];
        return { value, kept: [value, cells, gates] };
      },
      backward: (dvalue, xs, [value, cells, gates]) => {
        const { weight, hidden, cell } = named(xs);
        const slopes = runFused('GenaiLstmGrad', { dvalue, weight, cells: cells!, gates: gates!, cell });
        const [dprojected, dhidden, dcell] = slopes as [Tensor, Tensor, Tensor];
        const states = slice(value!, [0, 0, 0], [batch, time - 1, width]);
        const before = concat([reshape(hidden, [batch, 1, width]), states], 1); // (batch, time, width)
        const rows = (x: Tensor): Tensor => reshape(x, [batch * time, x.shape[2]!]);
        return [dprojected, matMul(rows(before), rows(dprojected), true, false), dhidden, dcell];
      },
      plain: (xs) => {
        const { output, cell } = plain(named(xs));
        return concat([output, reshape(cell, [batch, 1, width])], 1);
      },
    });
    return {
      output: slice(value, [0, 0, 0], [batch, time, width]),
      cell: reshape(slice(value, [0, time, 0], [batch, 1, width]), [batch, width]),
    };
  });
}

function named([projected, weight, hidden, cell]: readonly Tensor[]): {
  projected: Tensor;
  weight: Tensor;
  hidden: Tensor;
  cell: Tensor;
} {
  return { projected: projected!, weight: weight!, hidden: hidden!, cell: cell! };
}
