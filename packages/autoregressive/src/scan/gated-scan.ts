import { expectIntegers, GenaiError } from '@genai/core';
import { type DenseParams, dense, glorotUniform } from '@genai/nn';
import { expectShape, linearScan, scope } from '@genai/tensor';
import { add, clone, fill, mul, split, sub, type Tensor } from '@tensorflow/tfjs-core';
import type { SequenceNet } from '../sequence-net.js';
import { lastStep } from './last-step.js';
import { positive } from './positive.js';

/** `input`: from an input to the gates and, behind them, the candidate, each `width` wide. */
export type GatedScanParams = { readonly input: DenseParams };

/** `hidden`, (batch, width), is also the output. */
export type GatedScanState = { readonly hidden: Tensor };

export interface GatedScanParts {
  /** How errors name it. */
  readonly name: string;
  readonly inputs: number;
  readonly width: number;
  /** How many gates there are. */
  readonly gates: number;
  /** From the gates before their sigmoids, (…, width) each, to the share of the state that is kept, (…, width). */
  readonly keep: (gates: readonly Tensor[]) => Tensor;
}

/**
 * Recurrent nets whose gates see the input only, hₜ = kₜ ⊙ hₜ₋₁ + (1 − kₜ) ⊙ g(candidateₜ): linear in the state, so that all steps
 * of a run are one {@link linearScan}.
 */
export function gatedScan(parts: GatedScanParts): SequenceNet<GatedScanParams, GatedScanState> {
  const { name, inputs, width, gates, keep } = parts;
  expectIntegers(name, { inputs, width });
  const input = dense(inputs, (gates + 1) * width, {
    initializer: (key, shape) => glorotUniform(key, shape, { inputs, outputs: width }), // the fans of one gate
  });
  /** The factors and the summands of the recurrence, (…, width) each. */
  const recurrence = (params: GatedScanParams, x: Tensor): [kept: Tensor, written: Tensor] => {
    const projected = split(input.apply(params.input, x), gates + 1, -1); // each (…, width)
    const kept = keep(projected.slice(0, gates));
    return [kept, mul(sub(1, kept), positive(projected[gates]!))];
  };
  return {
    inputs,
    outputs: width,
    init: (key) => ({ input: input.init(key) }),
    start: (_, batch) => ({ hidden: fill([batch, width], 0.5) }), // g(0)
    run: (params, x, { hidden }) =>
      scope(() => {
        const [batch, time] = expectShape(name, x, ['batch', 'time', inputs]) as [number, number, number];
        if (time === 0) throw new GenaiError(`${name}: got no time step, expected [batch, time, ${inputs}].`);
        expectShape(`${name}, the state carried`, hidden, [batch, width]);
        const output = linearScan(...recurrence(params, x), hidden); // (batch, time, width)
        return { output, state: { hidden: lastStep(output) } };
      }),
    step: (params, x, { hidden }) =>
      scope(() => {
        const [batch] = expectShape(name, x, ['batch', inputs]) as [number, number];
        expectShape(`${name}, the state carried`, hidden, [batch, width]);
        const [kept, written] = recurrence(params, x);
        const output = add(mul(kept, hidden), written); // (batch, width)
        return { output, state: { hidden: clone(output) } };
      }),
  };
}
