/** How near samples are to points that no contestant has seen, and what there is to compare that with. */
import { fold, type Key, split } from '@genai/core';
import type { Toy } from '@genai/data';
import {
  compareSamples,
  energyDistance,
  gatherStatistics,
  precisionRecallMetric,
  slicedWasserstein,
} from '@genai/eval';
import { COUNT } from './contestants.js';

const METRICS = {
  energy: energyDistance({ keep: COUNT }),
  sliced: slicedWasserstein({ projections: 32, keep: COUNT }),
  manifold: precisionRecallMetric({ neighbours: 5, keep: COUNT }),
} as const;

/** Of samples beside the held-out points: distances, 0 at best, and shares. */
export interface Scores {
  readonly energy: number;
  readonly sliced: number;
  readonly precision: number;
  readonly recall: number;
  readonly coverage: number;
}

/** The held-out points of a density, and how any samples compare with them. */
export interface Judge {
  /** x and y in turn. */
  readonly held: Float32Array;
  readonly score: (samples: Float32Array) => Promise<Scores>;
  /** What as many fresh points of the density itself score: nobody does better but by chance. */
  readonly best: Scores;
}

export async function judgeOf(toy: Toy, key: Key): Promise<Judge> {
  const [first, second] = split(key);
  const held = toy.sample(first, COUNT);
  const reference = await gatherStatistics({ data: [rows(held)], metrics: METRICS, key });
  const score = async (samples: Float32Array): Promise<Scores> => {
    const { figures } = await compareSamples({
      samples: [rows(samples)],
      reference,
      metrics: METRICS,
      key: fold(key, 1),
    });
    return {
      energy: figures.energy.energyDistance.value,
      sliced: figures.sliced.slicedWasserstein.value,
      precision: figures.manifold.precision.value,
      recall: figures.manifold.recall.value,
      coverage: figures.manifold.coverage.value,
    };
  };
  return { held, score, best: await score(toy.sample(second, COUNT)) };
}

function rows(points: Float32Array): Float32Array[] {
  return Array.from({ length: points.length / 2 }, (_, i) => points.subarray(2 * i, 2 * i + 2));
}
