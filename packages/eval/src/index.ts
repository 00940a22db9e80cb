export { bitsPerDim } from './bits-per-dim.js';
export { elbo } from './elbo.js';
export { type EvaluateOptions, evaluate } from './evaluate.js';
export { type ImportanceWeightedNllOptions, importanceWeightedNll } from './importance-weighted-nll.js';
export { type Metric, on } from './metric.js';
export { nll } from './nll.js';
export type { Score } from './score.js';
