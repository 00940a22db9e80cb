import { GenaiError } from '@genai/core';

/** A tensor that is there but of another form: what the checkpoint holds and what was expected. */
export interface Misfit {
  readonly path: string;
  readonly got: string;
  readonly expected: string;
}

/**
 * The checkpoint is whole but belongs to another model: its tensors are not those of the tree that it was loaded into.
 *
 * @example
 * try {
 *   params = await load(store, model.init(key(0)));
 * } catch (error) {
 *   if (!(error instanceof CheckpointMismatchError)) throw error;
 *   console.error(error.missing, error.unexpected, error.reshaped);
 * }
 */
export class CheckpointMismatchError extends GenaiError {
  override name = 'CheckpointMismatchError';
  /** Paths that were expected and are not in the checkpoint. */
  readonly missing: readonly string[];
  /** Paths in the checkpoint that nothing was expected at. */
  readonly unexpected: readonly string[];
  /** Tensors of another shape. */
  readonly reshaped: readonly Misfit[];
  /** Tensors of an element type that cannot be converted. */
  readonly retyped: readonly Misfit[];

  constructor(where: string, found: Mismatch) {
    const misfit = ({ path, got, expected }: Misfit): string => `${path} (got ${got}, expected ${expected})`;
    super(
      [
        `${where} does not fit.`,
        ...line('missing', found.missing),
        ...line('unexpected', found.unexpected),
        ...line('of another shape', found.reshaped.map(misfit)),
        ...line('of another type', found.retyped.map(misfit)),
        'Load it into a model declared with the same parts and sizes (see its config.json).',
      ].join('\n  '),
    );
    this.missing = found.missing;
    this.unexpected = found.unexpected;
    this.reshaped = found.reshaped;
    this.retyped = found.retyped;
  }
}

export interface Mismatch {
  readonly missing: string[];
  readonly unexpected: string[];
  readonly reshaped: Misfit[];
  readonly retyped: Misfit[];
}

function line(what: string, paths: readonly string[]): string[] {
  if (paths.length === 0) return [];
  const shown = paths.slice(0, 10).join(', ');
  return [`${what}: ${shown}${paths.length > 10 ? ` and ${paths.length - 10} more` : ''}`];
}
