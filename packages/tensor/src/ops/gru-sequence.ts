import { concat, matMul, reshape, slice, type Tensor } from '@tensorflow/tfjs-core';
import { isFused, runFused } from './fused.js';
import { sumRows } from './sum-rows.js';
import { withGradient } from './with-gradient.js';

/** What a gated recurrent unit starts a sequence from. */
export type GruSequence = {
  /** What the inputs give to the gates, their biases included: (batch, time, 3 · width), with at least one time step. */
  readonly projected: Tensor;
  /** From the hidden state to the reset gate, the update gate and the candidate: (width, 3 · width). */
  readonly weight: Tensor;
  /** Added to the product with the weight, if there is one: (3 · width). */
  readonly bias?: Tensor;
  /** (batch, width) */
  readonly hidden: Tensor;
};

/**
 * All steps of a gated recurrent unit at once, on engines that have it; undefined on the others.
 *
 * `plain` is the same step by step, and gives the higher derivatives.
 *
 * @returns the hidden states, (batch, time, width).
 */
export function gruSequence(
  { projected, weight, bias, hidden }: GruSequence,
  plain: (sequence: GruSequence) => Tensor,
): Tensor | undefined {
  const inputs = [projected, weight, hidden, ...(bias ? [bias] : [])];
  if (!isFused('GenaiGru', ...inputs)) return undefined;
  const [batch, time] = projected.shape as [number, number, number];
  const width = hidden.shape[1]!;
  return withGradient(inputs, {
    forward: (...xs) => {
      const [value, kept] = runFused('GenaiGru', named(xs)) as [Tensor, Tensor];
      return { value, kept: [value, kept] };
    },
    backward: (dvalue, xs, [value, kept]) => {
      const { weight, hidden } = named(xs);
      const slopes = runFused('GenaiGruGrad', { dvalue, weight, value: value!, kept: kept!, hidden });
      const [dprojected, drecurrent, dhidden] = slopes as [Tensor, Tensor, Tensor];
      const states = slice(value!, [0, 0, 0], [batch, time - 1, width]);
      const before = concat([reshape(hidden, [batch, 1, width]), states], 1); // (batch, time, width)
      const rows = (x: Tensor): Tensor => reshape(x, [batch * time, x.shape[2]!]);
      const dweight = matMul(rows(before), rows(drecurrent), true, false);
      const dbias = bias ? [reshape(sumRows(rows(drecurrent)), [3 * width])] : [];
      return [dprojected, dweight, dhidden, ...dbias];
    },
    plain: (xs) => plain(named(xs)),
  });
}

function named([projected, weight, hidden, bias]: readonly Tensor[]): {
  projected: Tensor;
  weight: Tensor;
  hidden: Tensor;
  bias?: Tensor;
} {
  return { projected: projected!, weight: weight!, hidden: hidden!, ...(bias && { bias }) };
}
