export { adapted } from './adapters/adapted.js';
export type { Adapter } from './adapters/adapter.js';
export { adapting } from './adapters/adapting.js';
export { fromPeft, type PeftAdapters } from './adapters/from-peft.js';
export {
  type Lora,
  type LoraOptions,
  type LoraParams,
  type LoraTarget,
  lora,
  type PartAdapters,
} from './adapters/lora.js';
export { merged, unmerged } from './adapters/merged.js';
export { type PeftFiles, toPeft } from './adapters/to-peft.js';
export { type BalancedNllOptions, balancedNll } from './balance/balanced-nll.js';
export { loadBalance } from './balance/load-balance.js';
export {
  type ConditionalTransformer,
  type ConditionalTransformerOptions,
  conditionalTransformer,
} from './cross/conditional-transformer.js';
export type { CrossAttentionParams } from './cross/cross-attention.js';
export type { Memory } from './cross/memory.js';
export { prefixed } from './cross/prefixed.js';
export { type EncoderConfig, type EncoderParams, encoder, type Source } from './encoder/encoder.js';
export {
  type SequenceToSequenceParams,
  type SequenceToSequenceParts,
  sequenceToSequence,
} from './encoder/sequence-to-sequence.js';
export { byteLetters } from './gguf/byte-letters.js';
export { fromGguf } from './gguf/from-gguf.js';
export type { GgufField, GgufMetadata } from './gguf/gguf-field.js';
export type { GgufPieces } from './gguf/piece-fields.js';
export {
  type GgufFloats,
  type GgufModel,
  type GgufOptions,
  type GgufWeights,
  type LazyGguf,
  lazyGguf,
  toGguf,
} from './gguf/to-gguf.js';
export type { GgufTokenizer } from './gguf/tokenizer-fields.js';
export { type GgufTokenizerFound, tokenizerFromGguf } from './gguf/tokenizer-from-gguf.js';
export { WORDS as ggufWords } from './gguf/word-patterns.js';
export { fromHuggingFace, type Pretrained } from './hugging-face/from-hugging-face.js';
export { type HuggingFaceFiles, lazyHuggingFace, toHuggingFace } from './hugging-face/to-hugging-face.js';
export { fromSaved } from './layouts/from-saved.js';
export type { NamedCodes, NamedTensor, NamedTensors } from './layouts/named-tensor.js';
export type { FloatTensor, LazyTensor } from './layouts/tensors-of.js';
export type { AttentionLayerParams } from './model/attention-layer.js';
export type { BlockParams, PartNorms } from './model/block.js';
export { type ExpertParams, expertWeights } from './model/expert-layer.js';
export type { FeedForwardParams } from './model/feed-forward.js';
export type { NormLayerParams } from './model/norm-layer.js';
export { fromLlama2c } from './other-layouts/from-llama2-c.js';
export { fromNanoGpt } from './other-layouts/from-nano-gpt.js';
export { type PackedBatch, type PackedLogProbs, packedLogProbs } from './packed/packed-log-probs.js';
export { packedNll } from './packed/packed-nll.js';
export { type DpoOptions, dpo, type PreferenceBatch } from './preference/dpo.js';
export {
  hingePreference,
  logisticPreference,
  type PreferenceLoss,
  squaredPreference,
} from './preference/preference-loss.js';
export { type SequenceLogProbsOptions, sequenceLogProbs } from './preference/sequence-log-probs.js';
export { gemma2 } from './presets/gemma2.js';
export { type GptOptions, gpt } from './presets/gpt.js';
export { gpt2, type PresetSizes } from './presets/gpt2.js';
export { llama } from './presets/llama.js';
export { qwen2 } from './presets/qwen2.js';
export { qwen3 } from './presets/qwen3.js';
export { type QuantisedOptions, quantised, unquantised } from './quantised/quantised.js';
export type { WeightBits } from './quantised/weight-bits.js';
export {
  type Transformer,
  type TransformerOptions,
  type TransformerParams,
  type TransformerState,
  transformer,
} from './transformer.js';
export type { Experts, Positions, RotaryScaling, TransformerConfig } from './transformer-config.js';
