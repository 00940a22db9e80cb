import { owned } from '@genai/tensor';
import type { LabelledData } from '../image-data.js';

/** The labels of the examples with these numbers. */
export async function labelsOf(data: LabelledData['train'], indices: Uint32Array): Promise<number[]> {
  const labels: number[] = [];
  for (let first = 0; first < indices.length; first += ROWS) {
    using group = owned(await data.read(indices.subarray(first, first + ROWS)));
    labels.push(...(await group.labels.data()));
  }
  return labels;
}

const ROWS = 256;
