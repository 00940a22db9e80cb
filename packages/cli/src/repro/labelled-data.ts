import { resolve } from 'node:path';
import type { Dataset } from '@genai/data';
import { fashionMnist, idxFolder, type LabelledImages, mnist } from '@genai/data/node';
import type { ReproContext } from './protocol.js';

const SETS = { mnist, 'fashion-mnist': fashionMnist } as const;

/** Images with their classes: the set of that name, or what the user's folder of four files holds. */
export function labelledData(
  name: keyof typeof SETS,
  { data, cwd, download, signal }: ReproContext,
): Promise<{ readonly train: Dataset<LabelledImages>; readonly test: Dataset<LabelledImages> }> {
  return data === undefined ? SETS[name]({ download, signal }) : idxFolder(resolve(cwd, data));
}
