import type { Batches, Key } from '@genai/core';
import type { ImageData } from '../image-data.js';
import type { TableData } from '../table-data.js';
import type { TextData } from '../text-data.js';
import type { RunData } from './data-kind.js';
import type { Described } from './family.js';
import type { AnyStep, Batch, Trainable } from './trainable.js';

/** A model with the data that it learns from: a run need not ask of which kind they are. */
export interface Learner {
  readonly step: AnyStep;
  /** Of models that begin from data: `step` whose `init` looks at a first batch, which must live until then. */
  readonly startedFrom?: (first: Batch) => AnyStep;
  readonly batches: (keys: { readonly order: Key; readonly pixels: Key }) => Batches<Batch>;
  readonly headline: { readonly metric: string; readonly unit: string };
  /** Of models of images whose losses do not tell how well they are: what a health report looks at. */
  readonly watched?: { readonly trainable: Trainable; readonly data: ImageData; readonly conditional: boolean };
}

/** The data must be of the kind that the model reads, as `openData` opens them. */
export function learnerOf(described: Described, data: RunData): Learner {
  if (described.reads === 'text') {
    const { step, batches, headline } = described.build();
    return { step, batches: (keys) => batches(data as TextData, keys), headline };
  }
  if (described.reads === 'table') {
    const { step, batches, headline } = described.build();
    return { step, batches: (keys) => batches(data as TableData, keys), headline };
  }
  const trainable = described.build();
  const { step, startedFrom, batches, headline, health } = trainable;
  const images = data as ImageData;
  return {
    step,
    ...(startedFrom && { startedFrom }),
    batches: (keys) => batches(images, keys),
    headline,
    ...(health && { watched: { trainable, data: images, conditional: described.conditional } }),
  };
}
