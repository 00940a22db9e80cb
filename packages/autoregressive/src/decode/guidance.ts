import { expectRange, finite } from './expect-range.js';

/**
 * Guidance without a classifier: a model drawn under its context, pushed away from what it says under another.
 *
 * @source Ho and Salimans 2022, "Classifier-free diffusion guidance", eq. 6, for logits.
 */
export interface Guidance<C> {
  /**
   * logits = other + scale · (own − other). This is (1 + w) · own − w · other of eq. 6 with scale = 1 + w: at 1 nothing changes, at
   * 0 only the other context counts, above 1 the own context is exaggerated.
   */
  readonly scale: number;
  /** The context to push away from, a row for each sequence: that of a model which has learnt to do without, often `undefined`. */
  readonly context: C;
}

/** @throws GenaiError unless the scale is finite. */
export function expectGuidance(where: string, guidance: Guidance<unknown> | undefined): void {
  if (guidance) expectRange(where, 'guidance.scale', guidance.scale, finite);
}

/** Eq. 6 into `into`. What the own context rules out stays out, and what only the other rules out is not touched: ∞ − ∞ is no number. */
export function guide(into: Float32Array, own: Float32Array, other: Float32Array, scale: number): void {
  for (let i = 0; i < into.length; i++) {
    const [a, b] = [own[i]!, other[i]!];
    into[i] = a === Number.NEGATIVE_INFINITY || b === Number.NEGATIVE_INFINITY ? a : b + scale * (a - b);
  }
}
