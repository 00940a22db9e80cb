import { GenaiError } from '@genai/core';

/** What {@link NotFiniteError} reports. */
export interface NotFinite {
  /** The move that went wrong, counted from 1 as in `Progress`. */
  readonly step: number;
  /** The metrics of that move, by name. */
  readonly metrics: { readonly [name: string]: number };
  /** Paths of the leaves of the refused state that hold NaN or ±Infinity, `params.encoder.0.weight` for instance. */
  readonly paths: readonly string[];
  /** Paths of the leaves of the batch that do, as far as the batch could still be read. */
  readonly batchPaths: readonly string[];
}

/**
 * Training met NaN or Infinity. The move was not made: the run's state is the last good one, and can be saved.
 *
 * @example
 * try {
 *   for await (const progress of run) report(progress);
 * } catch (error) {
 *   if (error instanceof NotFiniteError) console.error(error.step, error.paths);
 *   await saveRun(store, run.snapshot());
 * }
 */
export class NotFiniteError extends GenaiError implements NotFinite {
  override name: string = 'NotFiniteError';
  readonly step: number;
  readonly metrics: { readonly [name: string]: number };
  readonly paths: readonly string[];
  readonly batchPaths: readonly string[];

  constructor({ step, metrics, paths, batchPaths }: NotFinite) {
    super(message(step, metrics, paths, batchPaths));
    this.step = step;
    this.metrics = metrics;
    this.paths = paths;
    this.batchPaths = batchPaths;
  }
}

function message(
  step: number,
  metrics: { readonly [name: string]: number },
  paths: readonly string[],
  batchPaths: readonly string[],
): string {
  const numbers = Object.entries(metrics).map(([name, value]) => `${name} = ${value}`);
  const data = batchPaths.length > 0;
  return [
    `train: step ${step} is not finite (${[...numbers, 'expected finite numbers'].join(', ')}).`,
    paths.length > 0 ? `NaN or Infinity after the update in ${listed(paths)}.` : 'The updated state is finite.',
    data ? `The batch itself holds NaN or Infinity${batchPaths[0] ? ` in ${listed(batchPaths)}` : ''}.` : '',
    `The run keeps the state after step ${step - 1}.`,
    data ? 'Mend the data.' : 'Lower the learning rate, clip the gradient (clipByGlobalNorm), or look at the loss.',
  ]
    .filter(Boolean)
    .join(' ');
}

function listed(paths: readonly string[]): string {
  const shown = paths.slice(0, 8).join(', ');
  return paths.length > 8 ? `${shown} and ${paths.length - 8} more` : shown;
}
