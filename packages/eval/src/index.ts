export { auroc } from './auroc.js';
export { bitsPerDim } from './bits-per-dim.js';
export { type BitsPerDimBoundOptions, bitsPerDimBound } from './bits-per-dim-bound.js';
export { type BootstrapOptions, bootstrap } from './bootstrap.js';
export { elbo } from './elbo.js';
export { type EvaluateOptions, evaluate } from './evaluate.js';
export { fashionClassifier, type ShippedClassifier } from './fashion-classifier.js';
export type { Figure, Figures, Interval } from './figure.js';
export { frechetDistance, type Moments, momentsOf } from './frechet-distance.js';
export {
  type ImageClassifier,
  type ImageClassifierOptions,
  type ImageClassifierParams,
  imageClassifier,
} from './image-classifier.js';
export { type ImportanceWeightedNllOptions, importanceWeightedNll } from './importance-weighted-nll.js';
export { type LabelCoverage, type LabelCoverageOptions, labelCoverage } from './label-coverage.js';
export { type Metric, on } from './metric.js';
export { type ModeCoverage, type ModeCoverageOptions, modeCoverage } from './mode-coverage.js';
export { type Neighbours, nearestNeighbours } from './nearest-neighbours.js';
export { nll } from './nll.js';
export { chamferDistance } from './point-clouds/chamfer-distance.js';
export { chamferLoss } from './point-clouds/chamfer-loss.js';
export type { CloudDistance, CloudDistanceOptions, PointCloud, PointClouds } from './point-clouds/clouds.js';
export { type EarthMoversDistanceOptions, earthMoversDistance } from './point-clouds/earth-movers-distance.js';
export { type GridDivergenceOptions, gridDivergence } from './point-clouds/grid-divergence.js';
export type { MeasureOptions } from './point-clouds/measure-all.js';
export { type NearestCloudsOptions, nearestClouds } from './point-clouds/nearest-clouds.js';
export {
  type PointCloudScores,
  type PointCloudScoresOptions,
  pointCloudScores,
} from './point-clouds/point-cloud-scores.js';
export type { Points } from './points.js';
export { type PrecisionRecall, type PrecisionRecallOptions, precisionRecall } from './precision-recall.js';
export { type SampleHealth, type SampleHealthOptions, sampleHealth, type Verdict } from './sample-health.js';
export type { SampleMetric } from './sample-metric.js';
export type { Score } from './score.js';
export { signature } from './signature.js';
export type { Accumulator, Statistics, StatisticsArray } from './statistics.js';
