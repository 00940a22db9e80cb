import type { BootstrapOptions } from '../bootstrap.js';
import type { Figure } from '../figure.js';
import { type Likelihoods, ratio } from './ratio.js';

/**
 * Bits per byte, over all texts together: what the model would compress a byte to. Lower is better; with `bootstrap`, an interval
 * over texts. Numbers compare whatever the tokenizer, if its tokens of a text are those that the nats are of.
 *
 * @example
 * const bytes = texts.map((text) => new TextEncoder().encode(text).length);
 * const { value, interval } = bitsPerByte({ nats, counts: bytes }, { key: key(0) });
 * @throws GenaiError unless each text has finite nats and a count above 0.
 * @source Gao et al. 2020, "The Pile: an 800GB dataset of diverse text for language modeling", section 3.1.
 */
export function bitsPerByte(likelihoods: Likelihoods, bootstrap?: BootstrapOptions): Figure {
  return { ...ratio('bitsPerByte', likelihoods, (nats) => nats / Math.LN2, bootstrap), unit: 'bits/byte' };
}
