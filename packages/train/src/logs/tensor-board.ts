import type { Operator } from '../pipe.js';
import type { Progress } from '../run.js';
import { type EventLogOptions, eventLog } from './event-log.js';

/**
 * Writes the metrics of each progress for TensorBoard and lets it through. For pictures, histograms and text use `eventLog`.
 *
 * @example
 * const log = createWriteStream(join(folder, eventFileName()));
 * for await (const _ of pipe(run, every(10), tensorBoard((bytes) => log.write(bytes)))) ;
 */
export function tensorBoard<P extends Pick<Progress<unknown>, 'step' | 'metrics'>>(
  write: (bytes: Uint8Array) => unknown,
  options: EventLogOptions = {},
): Operator<P> {
  return async function* (source) {
    const log = await eventLog(write, options);
    for await (const progress of source) {
      await log.scalars(progress.step, progress.metrics);
      yield progress;
    }
  };
}
