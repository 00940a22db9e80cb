export { type CarriedBatch, type CarriedOptions, carried, type StreamBatch } from './carried.js';
export { type CausalConvOptions, type CausalConvParams, causalConv } from './causal/causal-conv.js';
export type { PastState } from './causal/past-net.js';
export {
  type TemporalBlockParams,
  type TemporalConvNetOptions,
  type TemporalConvNetState,
  temporalConvNet,
} from './causal/temporal-conv-net.js';
export {
  type WaveNetLayerParams,
  type WaveNetOptions,
  type WaveNetParams,
  type WaveNetState,
  waveNet,
} from './causal/wave-net.js';
export { type WeightNormParams, weightNorm } from './causal/weight-norm.js';
export { type WindowedOptions, windowed } from './causal/windowed.js';
export type { Readings } from './constrain/automaton-of.js';
export { both } from './constrain/both.js';
export type { ByteAutomaton } from './constrain/byte-automaton.js';
export { choices } from './constrain/choices.js';
export { type ConstrainOptions, constrain } from './constrain/constrain.js';
export { type FiniteParts, finite } from './constrain/finite.js';
export { type GivenTokensOptions, givenTokens } from './constrain/given-tokens.js';
export { grammar } from './constrain/grammar.js';
export { type JsonConstraints, jsonConstraints, type SpelledTokens } from './constrain/json/json-constraints.js';
export { type JsonOptions, type JsonSchema, json, jsonSchema } from './constrain/json/json-schema.js';
export type { KeyedConstraint } from './constrain/keyed-constraint.js';
export { type MetreOptions, metreConstraint } from './constrain/metre-constraint.js';
export { regex } from './constrain/regex.js';
export { MAJOR, MINOR, type ScaleOptions, scaleConstraint } from './constrain/scale-constraint.js';
export { type Budgeted, withinBudget } from './constrain/within-budget.js';
export { type Beam, type BeamSearchOptions, beamSearch } from './decode/beam-search.js';
export { type BestOfOptions, bestOf } from './decode/best-of.js';
export { ConstraintError } from './decode/constraint-error.js';
export {
  type BatchRequest,
  type ContinuousBatch,
  type ContinuousBatchOptions,
  continuousBatch,
} from './decode/continuous-batch.js';
export type { DrawnToken } from './decode/continuous-batch-row.js';
export type { BatchLoad } from './decode/continuous-batch-scheduler.js';
export type { RowToken } from './decode/draw-rows.js';
export type { DrawOptions } from './decode/draw-rules.js';
export { frequencyPenalty } from './decode/frequency-penalty.js';
export { type ContextOption, type DecodeOptions, type GenerateOptions, generate } from './decode/generate.js';
export { type GenerateBatchOptions, generateBatch } from './decode/generate-batch.js';
export type { Generated, Generation, Stopped } from './decode/generation.js';
export type { Guidance } from './decode/guidance.js';
export { logitBias, type TokenBias } from './decode/logit-bias.js';
export { minP } from './decode/min-p.js';
export { presencePenalty } from './decode/presence-penalty.js';
export { QueueFullError } from './decode/queue-full-error.js';
export { repetitionPenalty } from './decode/repetition-penalty.js';
export { type Draft, type Speculated, type SpeculateOptions, speculate } from './decode/speculate.js';
export { temperature } from './decode/temperature.js';
export type { Allowed, TokenConstraint } from './decode/token-constraint.js';
export { topK } from './decode/top-k.js';
export type { TokenLogProb } from './decode/top-log-probs.js';
export { topP } from './decode/top-p.js';
export { typical } from './decode/typical.js';
export type { History, Warp } from './decode/warp.js';
export { type WarpOptions, warps } from './decode/warps.js';
export { type ElementLogProbs, elementLogProbs } from './element-log-probs.js';
export { type BernoulliFrames, bernoulliFrames } from './frames/bernoulli-frames.js';
export type { FrameDistribution, FrameEmission } from './frames/frame-distribution.js';
export { type FrameModel, type FrameModelParams, type FrameModelParts, frameModel } from './frames/frame-model.js';
export {
  type Frames,
  type GeneratedFrames,
  type GenerateFramesOptions,
  generateFrames,
} from './frames/generate-frames.js';
export { type NadeFramesParams, nadeFrames } from './frames/nade-frames.js';
export { type MeanNll, type MeanNllOptions, meanNll } from './mean-nll.js';
export { nll } from './nll.js';
export { binaryPixels } from './pictures/binary-pixels.js';
export type { CausalConv2dParams } from './pictures/causal-conv2d.js';
export {
  type ConditionalPixelModelParams,
  type ConditionalPixelModelParts,
  conditionalPixelModel,
} from './pictures/conditional-pixel-model.js';
export {
  type GatedPixelCnnOptions,
  type GatedPixelCnnParams,
  type GatedPixelCnnState,
  type GatedPixelLayerParams,
  gatedPixelCnn,
} from './pictures/gated-pixel-cnn.js';
export { type GuidedState, guided } from './pictures/guided.js';
export { levelPixels } from './pictures/level-pixels.js';
export { type MixturePixelsOptions, mixturePixels } from './pictures/mixture-pixels.js';
export type { PixelAttentionParams, PixelMemory } from './pictures/pixel-attention.js';
export { type PixelCnnOptions, type PixelCnnParams, type PixelCnnState, pixelCnn } from './pictures/pixel-cnn.js';
export {
  type PixelCnnPlusPlusOptions,
  type PixelCnnPlusPlusParams,
  type PixelLevelParams,
  pixelCnnPlusPlus,
  type Streams,
} from './pictures/pixel-cnn-plus-plus.js';
export type { PixelDistribution, PixelModelParts } from './pictures/pixel-distribution.js';
export type { PixelEmission } from './pictures/pixel-emission.js';
export { pixelModel } from './pictures/pixel-model.js';
export type { PixelGrid, PixelNet, Place } from './pictures/pixel-net.js';
export {
  type PixelSnailOptions,
  type PixelSnailParams,
  type PixelSnailState,
  pixelSnail,
} from './pictures/pixel-snail.js';
export type { RowCache } from './pictures/row-cache.js';
export type { ShiftedResidualParams } from './pictures/shifted-residual.js';
export type { DrawnSoFar } from './pictures/stepped-by-run.js';
export { pointwise, type Widths } from './pointwise.js';
export { type PreNormParams, preNorm } from './pre-norm.js';
export { recurrentNet } from './recurrent/recurrent-net.js';
export { residualNet } from './residual-net.js';
export { type MinGruParams, type MinGruState, minGru } from './scan/min-gru.js';
export { type MinLstmParams, type MinLstmState, minLstm } from './scan/min-lstm.js';
export {
  type SelectiveStateSpaceOptions,
  type SelectiveStateSpaceParams,
  type SelectiveStateSpaceState,
  selectiveStateSpace,
} from './scan/selective-state-space.js';
export type { SequenceBatch } from './sequence-batch.js';
export type { SequenceModel, Successor } from './sequence-model.js';
export type { AnySequenceNet, SequenceNet, Stepped } from './sequence-net.js';
export { sequences } from './sequences.js';
export {
  type Stackable,
  type StackedNetOptions,
  type StackedParams,
  type StackedState,
  stackedNet,
} from './stacked-net.js';
export { type MeasuredPiece, type StreamNllOptions, streamNll } from './stream-nll.js';
export {
  type ConditionalTokenModelParts,
  conditionalTokenModel,
  type TokenModel,
  type TokenModelParams,
  type TokenModelParts,
  type TokenModelState,
  tokenModel,
} from './token-model.js';
export type { AnyOrderDistribution } from './vectors/any-order-distribution.js';
export type { Emission } from './vectors/emission.js';
export { bernoulliEmission } from './vectors/emissions/bernoulli-emission.js';
export { categoricalEmission } from './vectors/emissions/categorical-emission.js';
export {
  type LogisticMixtureEmissionOptions,
  logisticMixtureEmission,
} from './vectors/emissions/logistic-mixture-emission.js';
export { type NormalEmissionOptions, normalEmission } from './vectors/emissions/normal-emission.js';
export { type Made, type MadeOptions, made } from './vectors/made.js';
export type { MadeParams } from './vectors/made-net.js';
export { type DrawMasksOptions, drawMasks, type MaskSet } from './vectors/mask-set.js';
export { type NadeOptions, type NadeParams, nade } from './vectors/nade.js';
export { type NadeBiases, type NadeWeights, nadeDistribution } from './vectors/nade-distribution.js';
export {
  type OrderlessDistribution,
  type OrderlessNadeOptions,
  type OrderlessNadeParams,
  orderlessNade,
} from './vectors/orderless-nade.js';
export { orderlessNll } from './vectors/orderless-nll.js';
export { type VectorBatch, vectorNll } from './vectors/vector-nll.js';
