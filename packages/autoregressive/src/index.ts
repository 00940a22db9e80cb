export { type CarriedBatch, carried, type StreamBatch } from './carried.js';
export { type ElementLogProbs, elementLogProbs } from './element-log-probs.js';
export { nll } from './nll.js';
export { recurrentNet } from './recurrent/recurrent-net.js';
export type { SequenceBatch } from './sequence-batch.js';
export type { SequenceModel, Successor } from './sequence-model.js';
export type { AnySequenceNet, SequenceNet, Stepped } from './sequence-net.js';
export { sequences } from './sequences.js';
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
