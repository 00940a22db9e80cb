import { disposeTree, expectIntegers, GenaiError, leaves, mapLeaves, mapTrees, type Tree } from '@genai/core';
import { scope, stopGradient } from '@genai/tensor';
import { abs, add, clone, div, max, maximum, mul, stack, sum, type Tensor } from '@tensorflow/tfjs-core';
import { expectSpan } from './expect-span.js';
import type { Field, Solver, Span } from './field.js';
import { dormandPrince } from './methods.js';
import { combined, rungeKuttaStep } from './runge-kutta-step.js';

/** How {@link integrateAdaptively} and {@link adaptiveSteps} go. */
export interface Tolerances {
  /** What every number of the state may be off in one step, 1e-6 unless given, … */
  readonly absolute?: number;
  /** … and what in addition as a part of its size, 1e-5 unless given. Below 1e-6 float32 has no digits left. */
  readonly relative?: number;
  /** Steps tried, those refused included, before it gives up; 1,000 unless given. */
  readonly maxSteps?: number;
}

/**
 * The state at `to` of what is `y` at `from` and moves by dy/dt = field(t, y), in steps as long as the tolerances allow.
 *
 * Every number of every example must meet them. How far a step is off is read on the host: the engine must be able to read at
 * once, and what calls this cannot be captured; elsewhere take {@link integrate}. Differentiating it differentiates the steps
 * taken.
 *
 * @example
 * const y = integrateAdaptively((t, y) => mul(y, -2 * t), y0, { from: 0, to: 1 }); // e⁻¹ y0
 * @throws GenaiError after `maxSteps`; where the field is not finite however short the step; if a tolerance is negative or
 * both are 0, a time is not finite, or the field gives another form or shape than the state's.
 * @source Dormand and Prince 1980, "A family of embedded Runge-Kutta formulae", table 2. The length of steps: Hairer, Nørsett
 * and Wanner 1993, "Solving ordinary differential equations I", II.4 (the first step), and Hairer and Wanner 1996, volume II,
 * IV.2 (a PI controller, with DOPRI5's constants).
 */
export function integrateAdaptively<S extends Tree<Tensor>>(
  field: Field<S>,
  y: S,
  { from, to, absolute = 1e-6, relative = 1e-5, maxSteps = 1000 }: Span & Tolerances,
): S {
  expectSpan('integrateAdaptively', { from, to });
  expectTolerances('integrateAdaptively', { absolute, relative, maxSteps });
  /** The largest entry as a part of what is allowed at this state. */
  const size = (tree: S, state: S, next: S = state): number =>
    largest(
      mapTrees<Tensor, S>(
        (x, a, b) => div(abs(x!), add(mul(maximum(abs(a!), abs(b!)), relative), absolute)),
        ...constants(tree, state, next),
      ),
    );
  const span = to - from;
  return scope(() => {
    let t = from;
    let state: S = mapLeaves<Tensor, S>(y, (leaf) => clone(leaf));
    let slope: S = owning(() => field(t, state));
    let h = Math.sign(span) * firstStep(size(state, state), size(slope, state), Math.abs(span));
    let last = 1e-4; // the error of the step before
    let refused = false;
    for (let tried = 0; t !== to; tried++) {
      if (tried === maxSteps) {
        throw new GenaiError(
          `integrateAdaptively: ${maxSteps} steps led from ${from} to ${t} only, not to ${to}. Allow more steps or a larger tolerance; a net with large weights makes a stiff field.`,
        );
      }
      const closing = Math.abs(h) >= Math.abs(to - t) * (1 - 1e-9);
      if (closing) h = to - t;
      const step = scope(() => {
        const { y, slopes } = rungeKuttaStep(dormandPrince, field, { t, y: state, h, first: slope });
        const end = owning(() => field(closing ? to : t + h, y));
        return { y, end, error: size(combined([...slopes, end], dormandPrince.error, h), state, y) };
      });
      if (step.error <= 1) {
        disposeTree([state, slope]);
        t = closing ? to : t + h;
        [state, slope] = [step.y, step.end];
        const factor = 0.9 * step.error ** -0.17 * last ** 0.04; // exponents 1/5 − ¾ 0.04 and 0.04
        h *= within(Number.isFinite(factor) ? factor : LONGER, SHORTER, refused ? 1 : LONGER);
        last = Math.max(step.error, 1e-4);
        refused = false;
      } else {
        disposeTree([step.y, step.end]);
        if (Math.abs(h) < Math.abs(span) * 1e-7) {
          throw new GenaiError(
            `integrateAdaptively: near t = ${t} no step is short enough; the field is infinite, NaN or too stiff there.`,
          );
        }
        h *= Number.isFinite(step.error) ? within(0.9 * step.error ** -0.17, SHORTER, 1) : SHORTER;
        refused = true;
      }
    }
    return state;
  });
}

/**
 * A {@link Solver} of steps as long as the tolerances allow: see {@link integrateAdaptively}.
 *
 * @example
 * const layer = continuousFlow({ features: 2, solver: adaptiveSteps({ relative: 1e-4 }) });
 * @throws GenaiError if a tolerance is negative or both are 0.
 */
export function adaptiveSteps(options: Tolerances = {}): Solver {
  expectTolerances('adaptiveSteps', { absolute: 1e-6, relative: 1e-5, maxSteps: 1000, ...options });
  return (field, y, span, params) =>
    integrateAdaptively((t, state) => field(t, state, params), y, { ...span, ...options });
}

/** A step changes by no more than these. */
const SHORTER = 0.2;
const LONGER = 10;

function within(x: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, x));
}

/** A hundredth of the time in which the state would change by its own size; sizes as parts of what is allowed. */
function firstStep(state: number, slope: number, span: number): number {
  const guess = state > 1e-5 && slope > 1e-5 ? (0.01 * state) / slope : 1e-6;
  return Math.min(Number.isFinite(guess) ? Math.max(guess, span * 1e-5) : span, span);
}

/** Tensors of its own: a field may give back what it was given, and states are freed when they are past. */
function owning<S extends Tree<Tensor>>(f: () => S): S {
  return scope(() => mapLeaves<Tensor, S>(f(), (leaf) => clone(leaf)));
}

function constants<S extends Tree<Tensor>>(...trees: [S, S, S]): [S, S, S] {
  return trees.map((tree) => mapLeaves<Tensor, S>(tree, (leaf) => stopGradient(leaf))) as [S, S, S];
}

/** The largest entry, NaN where one is not finite: engines differ in what the largest of numbers and NaN is. */
function largest(tree: Tree<Tensor>): number {
  const found = scope(() => {
    const each = leaves<Tensor>(tree).map(([, leaf]) => add(max(leaf), mul(sum(leaf), 0))); // () each
    return add(max(stack(each)), mul(sum(stack(each)), 0)); // ()
  });
  const value = found.dataSync()[0]!;
  found.dispose();
  return value;
}

function expectTolerances(where: string, { absolute, relative, maxSteps }: Required<Tolerances>): void {
  expectIntegers(where, { maxSteps });
  if (absolute >= 0 && relative >= 0 && absolute + relative > 0 && absolute + relative < Infinity) return;
  throw new GenaiError(
    `${where}: absolute and relative must be at least 0 and one of them above, got ${absolute} and ${relative}.`,
  );
}
