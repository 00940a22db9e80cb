/** What a reader needs to know of a metric. */
export interface MetricWords {
  /** Which way is better; left out where neither is. */
  readonly better?: 'lower' | 'higher';
  readonly about: string;
}

/** What is said of the metrics of `genai eval`, by their names; those of one name differ by their unit. */
export function metricWords(name: string, unit: string): MetricWords {
  if (unit === 'codes') return { better: 'higher', about: 'codes in use' };
  return Object.hasOwn(WORDS, name) ? WORDS[name]! : { about: '' };
}

const WORDS: { readonly [name: string]: MetricWords } = {
  elbo: { better: 'higher', about: 'lower bound of log p(x) of a held-out image' },
  importanceWeightedNll: { better: 'lower', about: 'upper bound of −log p(x) of a held-out image' },
  distortion: { better: 'lower', about: '−log p(x | codes of x) of a held-out image' },
  squaredError: { better: 'lower', about: 'of a pixel of a held-out image, made again of its codes' },
  bitsPerDimBound: { better: 'lower', about: 'upper bound of −log p(x), for each number of a held-out image' },
  nll: { better: 'lower', about: '−log p(x) of a held-out image, exact' },
  bitsPerDim: { better: 'lower', about: '−log p(x) for each number of a held-out image, exact' },
  nllPerRow: { better: 'lower', about: 'upper bound of −log p of a held-out row, exact of real numbers alone' },
  aboveEntropy: { better: 'lower', about: 'how much −log p of a held-out point exceeds that of the density itself' },
  closestRecord: {
    about:
      'how much further from training rows the nearest 5 % of drawn rows keep than those of held-out rows; about 0 if alike, below 0 if copied',
  },
  frechet: { better: 'lower', about: 'distance of the features of samples and of held-out images; no FID' },
  kernelDistance: { better: 'lower', about: 'squared discrepancy of features under a cubic kernel; around 0 if alike' },
  precision: { better: 'higher', about: 'share of samples that lie among held-out images' },
  recall: { better: 'higher', about: 'share of held-out images that lie among samples' },
  density: { better: 'higher', about: 'how thick held-out images lie around samples; about 1 if alike' },
  coverage: { better: 'higher', about: 'share of held-out images with a sample near' },
  copies: { better: 'lower', about: 'share of samples all but equal to a training image' },
  authenticity: {
    about: 'share of samples that keep their distance from training images; about ½ if alike, far below ½ if copied',
  },
  nllPerToken: { better: 'lower', about: '−log p of a token of the held-out text; compares with one tokenizer only' },
  bitsPerByte: { better: 'lower', about: 'what the model compresses a byte of the held-out text to' },
  perplexity: { better: 'lower', about: 'exp of nats a token; compares with one tokenizer only' },
  distinct: { better: 'higher', about: 'different pairs of words among those of all texts drawn' },
  repetition: { better: 'lower', about: 'share of four words in a row that stood in their text before' },
  selfBleu: { better: 'lower', about: 'how far texts drawn resemble each other' },
};
