import { gpt2 } from '@genai/transformer';
import { decodeGpt } from './decode-gpt.js';

/** nanoGPT's shape for characters, 6 blocks, 6 heads, width 384: 64 characters after 256. */
export const decodeGptMini = decodeGpt(
  {
    ...gpt2({ vocabulary: 65, width: 384, layers: 6, heads: 6, context: 320, activation: 'gelu' }),
    biases: { qkv: false, output: false, feedForward: false },
  },
  256,
  { name: 'decode_gpt_mini', params: 10_774_656, warmup: 1 },
);
