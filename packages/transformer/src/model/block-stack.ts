import { truncatedNormal } from '@genai/nn';
import { recomputedBlock } from '../recompute/recomputed-block.js';
import type { FullConfig } from '../transformer-config.js';
import { type Block, type BlockParts, block } from './block.js';

/** What all blocks have in common where they are not those of a plain decoder. */
export interface StackParts extends BlockParts {
  /** A gradient keeps only what goes into each block. */
  readonly recompute?: boolean;
}

/**
 * The blocks of a net. What leads back into the sum of all of them is drawn smaller the more there are.
 *
 * @source Radford et al. 2019, "Language models are unsupervised multitask learners", section 2.3.
 */
export function blockStack(config: FullConfig, { recompute = false, ...parts }: StackParts): readonly Block[] {
  const { layers } = config;
  const initializers = { into: truncatedNormal(0.02), out: truncatedNormal(0.02 / Math.sqrt(2 * layers)) };
  return Array.from({ length: layers }, (_, layer) => {
    const made = block(config, layer, initializers, parts);
    return recompute ? recomputedBlock(made) : made;
  });
}
