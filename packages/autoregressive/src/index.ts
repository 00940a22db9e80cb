export { type CarriedBatch, carried, type StreamBatch } from './carried.js';
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
export { type ElementLogProbs, elementLogProbs } from './element-log-probs.js';
export { nll } from './nll.js';
export { pointwise, type Widths } from './pointwise.js';
export { type PreNormParams, preNorm } from './pre-norm.js';
export { recurrentNet } from './recurrent/recurrent-net.js';
export { residualNet } from './residual-net.js';
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
export { type StreamNllOptions, streamNll } from './stream-nll.js';
export {
  type ConditionalTokenModelParts,
  conditionalTokenModel,
  type TokenModel,
  type TokenModelParams,
  type TokenModelParts,
  type TokenModelState,
  tokenModel,
} from './token-model.js';
