import type { BootstrapOptions } from '../bootstrap.js';
import type { Figure } from '../figure.js';
import { type Likelihoods, ratio } from './ratio.js';

/**
 * Perplexity: exp of nats per token, over all texts together. Lower is better. With `bootstrap`, an interval over texts.
 *
 * Numbers compare only for one tokenizer: for others use {@link bitsPerByte}.
 *
 * @example
 * const { value, interval } = perplexity({ nats, counts: tokens }, { key: key(0) });
 * @throws GenaiError unless each text has finite nats and a count above 0.
 * @source Jelinek et al. 1977, "Perplexity: a measure of the difficulty of speech recognition tasks".
 */
export function perplexity(likelihoods: Likelihoods, bootstrap?: BootstrapOptions): Figure {
  return ratio('perplexity', likelihoods, Math.exp, bootstrap);
}
