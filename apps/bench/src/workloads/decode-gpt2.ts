import { gpt2 } from '@genai/transformer';
import { decodeGpt } from './decode-gpt.js';

const CONFIG = gpt2({ vocabulary: 50_257, width: 768, layers: 12, heads: 12, context: 1_024 });
const ABOUT = { params: 124_439_808, warmup: 1 };

/** GPT-2 of 124 M parameters, at random: 64 tokens after 16. */
export const decodeGpt2 = decodeGpt(CONFIG, 16, { name: 'decode_gpt2', ...ABOUT });

/** The same in half precision. */
export const decodeGpt2Q16 = decodeGpt(CONFIG, 16, { name: 'decode_gpt2_q16', ...ABOUT }, 16);

/** The same in 8 bits. */
export const decodeGpt2Q8 = decodeGpt(CONFIG, 16, { name: 'decode_gpt2_q8', ...ABOUT }, 8);

/** The same in 4 bits. */
export const decodeGpt2Q4 = decodeGpt(CONFIG, 16, { name: 'decode_gpt2_q4', ...ABOUT }, 4);
