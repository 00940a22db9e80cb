import { expectIntegers } from '@genai/core';
import type { Operator } from './pipe.js';

type Observed = { readonly step: number; readonly metrics: { readonly [name: string]: number } };

/** Progress whose metrics may have further ones: those with the prefix, where they were measured. */
export type Evaluated<P extends Observed, Name extends string, Prefix extends string> = Omit<P, 'metrics'> & {
  readonly metrics: P['metrics'] & { readonly [name in `${Prefix}${Name}`]?: number };
};

/** What {@link evaluateEvery} needs and can vary. */
export interface EvaluateEveryOptions<P, Name extends string, Prefix extends string> {
  /** Moves between two evaluations. */
  readonly every: number;
  /** Measures the state of the progress, which is the run's own: read it, and leave it as it is. */
  readonly evaluate: (
    progress: P,
  ) => { readonly [name in Name]: number } | Promise<{ readonly [name in Name]: number }>;
  /** Begins the names of what was measured; default `valid.`. */
  readonly prefix?: Prefix;
}

/**
 * Adds held-out metrics to the progress of each `every`th step, `valid.loss` for instance; all others pass as they are.
 *
 * @example
 * const watched = pipe(
 *   run,
 *   evaluateEvery({
 *     every: 500,
 *     evaluate: ({ state }) => evaluate(moons, state.params, { data: held, key: key(2), metrics: { nll } }),
 *   }),
 * );
 * for await (const { step, metrics } of watched) if (metrics['valid.nll'] !== undefined) report(step, metrics);
 * @throws GenaiError unless `every` is an integer above 0.
 */
export function evaluateEvery<P extends Observed, Name extends string, Prefix extends string = 'valid.'>({
  every,
  evaluate,
  prefix = 'valid.' as Prefix,
}: EvaluateEveryOptions<P, Name, Prefix>): Operator<P, Evaluated<P, Name, Prefix>> {
  expectIntegers('evaluateEvery', { every });
  return async function* (source) {
    for await (const progress of source) {
      const measured = progress.step % every === 0 ? await evaluate(progress) : {};
      const named = Object.entries(measured).map(([name, value]) => [`${prefix}${name}`, value]);
      yield { ...progress, metrics: { ...progress.metrics, ...Object.fromEntries(named) } };
    }
  };
}
