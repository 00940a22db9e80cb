const MARKER: symbol = Symbol.for('genai.error');

/**
 * Something is wrong that the caller can mend; the message says what, where, what was got, what was expected, and the
 * remedy. Recognise it with {@link GenaiError.is}, which also works across duplicate copies of this package.
 *
 * @example
 * try {
 *   throw new GenaiError('mlp: sizes needs at least two entries, got [784]. Pass [inputs, …hidden, outputs].');
 * } catch (error) {
 *   if (GenaiError.is(error)) console.error(error.message);
 * }
 */
export class GenaiError extends Error {
  override name: string = 'GenaiError';

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    Object.defineProperty(this, MARKER, { value: true });
  }

  /** True for every error made by one of our packages, whichever copy of this module made it. */
  static is(error: unknown): error is GenaiError {
    return typeof error === 'object' && error !== null && MARKER in error;
  }
}
