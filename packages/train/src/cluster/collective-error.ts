import { GenaiError } from '@genai/core';

/**
 * The ranks of a collective are no longer together: one did not come in time, was ended, or called something else.
 *
 * End the process with a code other than 0, and go on from the last checkpoint.
 */
export class CollectiveError extends GenaiError {
  override name: string = 'CollectiveError';
}
