import { GenaiError } from '@genai/core';

/** A constraint allows no token to follow and no end: nothing that begins like this can satisfy it. */
export class ConstraintError extends GenaiError {
  override name = 'ConstraintError';

  /** @param position - how many tokens were drawn before the one that cannot be. */
  constructor(
    message: string,
    readonly position: number,
  ) {
    super(message);
  }
}
