import { GenaiError } from '@genai/core';

/** Votes that a model of strengths explains the better the further apart some systems are, without end. A prior gives an answer. */
export class NoMaximumError extends GenaiError {
  override name = 'NoMaximumError';
}
