/** What can be measured of images that a model draws, beside held-out images; `copies` and `authenticity` beside those it was trained on. */
export const SAMPLE_METRICS = [
  ...(['frechet', 'kernelDistance', 'precision', 'recall', 'density', 'coverage'] as const),
  ...(['copies', 'authenticity'] as const),
] as const;
