export type { AttentionLayerParams } from './model/attention-layer.js';
export type { BlockParams, PartNorms } from './model/block.js';
export type { FeedForwardParams } from './model/feed-forward.js';
export type { NormLayerParams } from './model/norm-layer.js';
export { type GptOptions, gpt } from './presets/gpt.js';
export { gpt2, type PresetSizes } from './presets/gpt2.js';
export { llama } from './presets/llama.js';
export { type Transformer, type TransformerParams, type TransformerState, transformer } from './transformer.js';
export type { Experts, Positions, RotaryScaling, TransformerConfig } from './transformer-config.js';
