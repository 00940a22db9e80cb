import { gpt } from './gpt.js';

/** nanoGPT's recipe for characters: 6 blocks, 6 heads, width 384, context 256. */
export const gptMini = gpt(
  { blocks: 6, heads: 6, width: 384, context: 256 },
  { name: 'gpt_mini', params: 10_750_080, batch: 8, warmup: 3 },
);
