import { GenaiError } from '@genai/core';

/** The command line, a configuration or a file named there is wrong: exit code 2. */
export class UsageError extends GenaiError {
  override name = 'UsageError';
}
