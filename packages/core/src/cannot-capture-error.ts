import { GenaiError } from './error.js';

/** A step did something that a replay of its kernels would not repeat; run plainly it gives the same numbers. */
export class CannotCaptureError extends GenaiError {
  override name = 'CannotCaptureError';
}
