export { auroc } from './auroc.js';
export { bitsPerDim } from './bits-per-dim.js';
export { type BitsPerDimBoundOptions, bitsPerDimBound } from './bits-per-dim-bound.js';
export { type BootstrapOptions, bootstrap } from './bootstrap.js';
export { elbo } from './elbo.js';
export { type EvaluateOptions, evaluate } from './evaluate.js';
export { fashionClassifier, type ShippedClassifier } from './fashion-classifier.js';
export { type ClassifierTwoSampleOptions, classifierTwoSample } from './features/classifier-two-sample.js';
export { type CompareSamplesOptions, compareSamples, type SampleComparison } from './features/compare-samples.js';
export {
  type EnergyDistanceOptions,
  energyDistance,
} from './features/energy-distance.js';
export { frechet } from './features/frechet.js';
export { type FrechetExtrapolatedOptions, frechetExtrapolated } from './features/frechet-extrapolated.js';
export {
  type BatchOf,
  type Features,
  type FeaturesFor,
  type GatherStatisticsOptions,
  gatherStatistics,
  type SampleBatches,
  type SampleMetrics,
  type StatisticsOf,
} from './features/gather-statistics.js';
export { type InceptionScoreOptions, inceptionScore } from './features/inception-score.js';
export {
  type KernelDistanceOptions,
  kernelDistance,
  kernelDistanceOf,
  type PolynomialKernelOptions,
} from './features/kernel-distance.js';
export {
  type MaximumMeanDiscrepancyOptions,
  maximumMeanDiscrepancy,
  type PermutationTest,
} from './features/maximum-mean-discrepancy.js';
export { onBatch } from './features/on-batch.js';
export {
  gaussianKernel,
  polynomialKernel,
  type SampleKernel,
} from './features/pair-kernel.js';
export { type PrecisionRecallMetricOptions, precisionRecallMetric } from './features/precision-recall-metric.js';
export {
  type SlicedWassersteinOptions,
  slicedWasserstein,
  slicedWassersteinAlong,
} from './features/sliced-wasserstein.js';
export { type ByNetOptions, byNeighbours, byNet, type TwoSampleClassifier } from './features/two-sample-classifier.js';
export type { Figure, Figures, Interval } from './figure.js';
export { frechetDistance, type Moments, momentsOf } from './frechet-distance.js';
export {
  type ImageClassifier,
  type ImageClassifierOptions,
  type ImageClassifierParams,
  imageClassifier,
} from './image-classifier.js';
export {
  type ClassifierAccuracy,
  type ClassifierAccuracyOptions,
  classifierAccuracyScore,
  type FitClassifier,
  type Labelled,
  type Labels,
} from './images/classifier-accuracy-score.js';
export { type CleanResizeOptions, cleanResize, type ResizeFilter } from './images/clean-resize.js';
export { fashionFeatures } from './images/fashion-features.js';
export { type FeatureClassifierOptions, featureClassifier } from './images/feature-classifier.js';
export type { FeatureMaps, ImageFeatures } from './images/image-features.js';
export { inceptionFrom, type WeightArray } from './images/inception-from.js';
export type { InceptionParams } from './images/inception-graph.js';
export {
  type InceptionFeaturesOptions,
  type InceptionV3,
  inceptionFeatures,
  inceptionV3,
} from './images/inception-v3.js';
export { type LpipsOptions, lpipsDistance } from './images/lpips-distance.js';
export { type MultiScaleSsimOptions, multiScaleSsim } from './images/multi-scale-ssim.js';
export { type NsfwFeaturesOptions, type NsfwModel, nsfwFeatures } from './images/nsfw-features.js';
export { type PsnrOptions, psnr } from './images/psnr.js';
export { type SsimOptions, ssim } from './images/ssim.js';
export { type ImportanceWeightedNllOptions, importanceWeightedNll } from './importance-weighted-nll.js';
export { type BradleyTerry, type BradleyTerryOptions, bradleyTerry, type Strength } from './judgement/bradley-terry.js';
export { type CohenKappaOptions, cohenKappa } from './judgement/cohen-kappa.js';
export { type EloOptions, type EloRating, elo } from './judgement/elo.js';
export { fleissKappa } from './judgement/fleiss-kappa.js';
export {
  type KrippendorffAlphaOptions,
  krippendorffAlpha,
  type MeasurementLevel,
} from './judgement/krippendorff-alpha.js';
export {
  type MeanOpinionScore,
  type MeanOpinionScoresOptions,
  meanOpinionScores,
} from './judgement/mean-opinion-scores.js';
export { NoMaximumError } from './judgement/no-maximum-error.js';
export { type RankStability, type RankStabilityOptions, rankStability } from './judgement/rank-stability.js';
export type { Resampling } from './judgement/resample-strengths.js';
export type { Choice, Rating, Vote } from './judgement/vote.js';
export { wilsonInterval } from './judgement/wilson-interval.js';
export { type WinRate, winRates } from './judgement/win-rates.js';
export { type LabelCoverage, type LabelCoverageOptions, labelCoverage } from './label-coverage.js';
export type { AnnealingOptions } from './likelihood/annealed-chains.js';
export { annealedImportanceSampling } from './likelihood/annealed-importance-sampling.js';
export type { AnnealedLikelihood } from './likelihood/annealed-likelihood.js';
export { type AnnealingSchedule, sigmoidSchedule } from './likelihood/annealing-schedule.js';
export { bitsPerByte } from './likelihood/bits-per-byte.js';
export { effectiveSampleSize } from './likelihood/effective-sample-size.js';
export type { LatentModel } from './likelihood/latent-model.js';
export { perplexity } from './likelihood/perplexity.js';
export type { Likelihoods } from './likelihood/ratio.js';
export { reverseAnnealing } from './likelihood/reverse-annealing.js';
export { type Authenticity, authenticity } from './memorisation/authenticity.js';
export { type CopiedPair, type Copies, type CopiesOptions, copies } from './memorisation/copies.js';
export { type DataCopying, type DataCopyingTestOptions, dataCopyingTest } from './memorisation/data-copying-test.js';
export { identifiability } from './memorisation/identifiability.js';
export { mannWhitney } from './memorisation/mann-whitney.js';
export { membershipScore } from './memorisation/membership-score.js';
export {
  type MemorisationReport,
  type MemorisationReportOptions,
  memorisationReport,
} from './memorisation/memorisation-report.js';
export { type NearestInStreamOptions, nearestInStream } from './memorisation/nearest-in-stream.js';
export { type Metric, on } from './metric.js';
export { type ModeCoverage, type ModeCoverageOptions, modeCoverage } from './mode-coverage.js';
export { type DensityOverlap, densityOverlap } from './music/density-overlap.js';
export { emptyBars } from './music/empty-bars.js';
export { type FeatureOverlap, featureOverlap } from './music/feature-overlap.js';
export { type BarOptions, type GrooveConsistencyOptions, grooveConsistency } from './music/groove-consistency.js';
export { histogramOverlap } from './music/histogram-overlap.js';
export type { Note } from './music/note.js';
export { pitchClassHistogram } from './music/pitch-class-histogram.js';
export { type PitchRange, pitchRange } from './music/pitch-range.js';
export { type Polyphony, polyphony } from './music/polyphony.js';
export { repetitions } from './music/repetitions.js';
export {
  interOnsetHistogram,
  NOTE_LENGTHS,
  noteLengthHistogram,
  type RhythmHistogramOptions,
} from './music/rhythm-histograms.js';
export { scaleConsistency } from './music/scale-consistency.js';
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
export { type ColumnCoverage, categoryCoverage } from './tables/category-coverage.js';
export { type ChiSquared, chiSquared } from './tables/chi-squared.js';
export {
  type ClosestRecord,
  type DistanceToClosestRecord,
  distanceToClosestRecord,
} from './tables/distance-to-closest-record.js';
export { type KolmogorovSmirnov, kolmogorovSmirnov } from './tables/kolmogorov-smirnov.js';
export type { Learner, LearnerData } from './tables/learner.js';
export { type LogisticRegressionOptions, logisticRegression } from './tables/logistic-regression.js';
export { type MarginalDistance, type Marginals, marginals } from './tables/marginals.js';
export {
  type CorrelationDifference,
  correlationDifference,
  type PairCorrelations,
  pairCorrelations,
} from './tables/pair-correlations.js';
export { type PropensityScore, propensityScore } from './tables/propensity-score.js';
export { ridgeRegression } from './tables/ridge-regression.js';
export type { Table, TableColumn } from './tables/table.js';
export {
  type PredictionScores,
  type TrainOnSynthetic,
  type TrainOnSyntheticOptions,
  trainOnSyntheticTestOnReal,
} from './tables/train-on-synthetic-test-on-real.js';
export { type UniqueRows, uniqueRows } from './tables/unique-rows.js';
export { type BleuFigure, type BleuOptions, bleu } from './text/bleu.js';
export type { BleuTokenizer } from './text/bleu-tokenizers.js';
export { type ChrfOptions, chrf } from './text/chrf.js';
export {
  type ComparedText,
  type CompareTextsOptions,
  compareTexts,
  type TextComparison,
} from './text/compare-texts.js';
export { distinct } from './text/distinct.js';
export { characterErrorRate, wordErrorRate } from './text/error-rates.js';
export { type HeapsFit, heapsFit } from './text/heaps-fit.js';
export { type Mauve, type MauveOptions, mauve } from './text/mauve.js';
export { type MauveCurve, type MauveCurveOptions, mauveFromHistograms } from './text/mauve-from-histograms.js';
export type { TextMetrics } from './text/measured-texts.js';
export { type MeteorExactOptions, meteorExact } from './text/meteor-exact.js';
export { porterStem } from './text/porter-stem.js';
export { repetition } from './text/repetition.js';
export { type RougeOptions, type RougeType, rouge } from './text/rouge.js';
export { type ScoreTextsOptions, scoreTexts, type TextScore, type TextScores } from './text/score-texts.js';
export { type SelfBleuOptions, selfBleu } from './text/self-bleu.js';
export { type TerOptions, ter } from './text/ter.js';
export type { References, TextMetric } from './text/text-metric.js';
export type { Lines } from './text/together.js';
export type { Text } from './text/tokens.js';
export { vocabularyCoverage } from './text/vocabulary-coverage.js';
export { type ZipfFit, zipfFit } from './text/zipf-fit.js';
