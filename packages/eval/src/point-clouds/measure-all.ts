import { GenaiError } from '@genai/core';
import { breathing } from '../breathing.js';
import type { CloudDistance, PointCloud } from './clouds.js';

/** How pairs of clouds are measured. */
export interface MeasureOptions {
  /** How far two clouds are apart: `chamferDistance`, `earthMoversDistance` or another. */
  readonly distance: CloudDistance;
  /** Stops: rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Hears now and then which share of the distances is known, 1 at the end. */
  readonly progress?: ((share: number) => void) | undefined;
}

/** A pair of clouds whose distance somebody waits for. */
export type Pair = {
  readonly a: PointCloud;
  readonly b: PointCloud;
  /** If they are farther apart, how far does not matter. */
  readonly beyond: number;
  readonly hear: (apart: number) => void;
};

/**
 * Measures pair after pair, and asks for the next when the last was heard; gives way to the event loop.
 *
 * @throws GenaiError unless each distance is a number of at least 0.
 */
export async function measureAll(
  where: string,
  pairs: Iterable<Pair>,
  count: number,
  { distance, signal, progress }: MeasureOptions,
): Promise<void> {
  const breath = breathing(signal);
  let known = 0;
  for (const { a, b, beyond, hear } of pairs) {
    const measured = distance(a, b, { beyond, signal });
    const apart = typeof measured === 'number' ? measured : await measured;
    if (!(apart >= 0)) throw new GenaiError(`${where}: the distance gave ${apart}, expected a number of at least 0.`);
    hear(apart);
    known++;
    if (!breath.due()) continue;
    progress?.(known / count);
    await breath.take();
  }
  progress?.(1);
}
