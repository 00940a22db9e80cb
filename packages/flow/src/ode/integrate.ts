import { disposeTree, expectIntegers, type Tree } from '@genai/core';
import { scope } from '@genai/tensor';
import type { Tensor } from '@tensorflow/tfjs-core';
import { expectSpan } from './expect-span.js';
import type { Field, Solver, Span } from './field.js';
import type { Method } from './methods.js';
import { rungeKuttaStep } from './runge-kutta-step.js';

/** How {@link integrate} and {@link fixedSteps} go. */
export interface StepsOptions {
  /** The Runge-Kutta method. */
  readonly method: Method;
  /** How many steps of equal length. */
  readonly steps: number;
}

/**
 * The state at `to` of what is `y` at `from` and moves by dy/dt = field(t, y), in steps of equal length.
 *
 * The state is a tensor or a tree of them. It is pure, can be captured, and differentiating it differentiates the steps.
 *
 * @example
 * const y = integrate((_t, y) => neg(y), y0, { from: 0, to: 1, method: rungeKutta4, steps: 10 }); // e⁻¹ y0
 * @throws GenaiError if `steps` is not an integer of at least 1, a time is not finite, or the field gives another form or
 * shape than the state's.
 * @source Hairer, Nørsett and Wanner 1993, "Solving ordinary differential equations I", II.1, eq. 1.8.
 */
export function integrate<S extends Tree<Tensor>>(
  field: Field<S>,
  y: S,
  { from, to, method, steps }: Span & StepsOptions,
): S {
  expectIntegers('integrate', { steps });
  expectSpan('integrate', { from, to });
  const h = (to - from) / steps;
  return scope(() => {
    let state = y;
    for (let i = 0; i < steps; i++) {
      const next = scope(() => rungeKuttaStep(method, field, { t: from + i * h, y: state, h }).y);
      if (i > 0) disposeTree(state);
      state = next;
    }
    return state;
  });
}

/**
 * A {@link Solver} of steps of equal length: see {@link integrate}.
 *
 * @example
 * const layer = continuousFlow({ features: 2, solver: fixedSteps({ method: midpoint, steps: 20 }) });
 * @throws GenaiError if `steps` is not an integer of at least 1.
 */
export function fixedSteps(options: StepsOptions): Solver {
  expectIntegers('fixedSteps', { steps: options.steps });
  return (field, y, span, params) => integrate((t, state) => field(t, state, params), y, { ...span, ...options });
}
