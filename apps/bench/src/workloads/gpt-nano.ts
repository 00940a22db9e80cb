import { gpt } from './gpt.js';

/** nanoGPT's recipe for a CPU: 4 blocks, 4 heads, width 128, context 64. */
export const gptNano = gpt(
  { blocks: 4, heads: 4, width: 128, context: 64 },
  { name: 'gpt_nano', params: 805_248, batch: 12, warmup: 3 },
);
