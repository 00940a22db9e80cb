import { GenaiError } from '@genai/core';

/** A batch takes no more requests for now: ask again when some have ended. */
export class QueueFullError extends GenaiError {
  override name = 'QueueFullError';
}
