export { activation } from './activation.js';
export { type BatchNormOptions, batchNorm } from './batch-norm.js';
export { type ConditionalNormOptions, type Conditioned, conditionalNorm } from './conditional-norm.js';
export { type Conv2dLayerOptions, conv2d } from './conv2d.js';
export { conv2dTranspose } from './conv2d-transpose.js';
export { type Conv3dOptions, conv3d } from './conv3d.js';
export type { ConvolutionOptions, ConvolutionParams } from './convolution.js';
export { type DenseOptions, type DenseParams, dense } from './dense.js';
export { type DepthwiseOptions, depthwiseConv2d } from './depthwise-conv2d.js';
export { downsample } from './downsample.js';
export { dropout } from './dropout.js';
export { type EmbeddingOptions, type EmbeddingParams, embedding } from './embedding.js';
export { flatten } from './flatten.js';
export { type GatedParams, gated } from './gated.js';
export { type GroupNormOptions, groupNorm } from './group-norm.js';
export { gru } from './gru.js';
export { type GruParams, type GruState, gruCell } from './gru-cell.js';
export { constant, ones, zeros } from './initializers/constant.js';
export { type Fans, fansOf } from './initializers/fans.js';
export { glorotNormal, glorotUniform } from './initializers/glorot.js';
export { heNormal, heUniform } from './initializers/he.js';
export type { Initializer } from './initializers/initializer.js';
export { orthogonal } from './initializers/orthogonal.js';
export { truncatedNormal } from './initializers/truncated-normal.js';
export { layerNorm, type NormParams } from './layer-norm.js';
export { type GruNorms, type LayerNormGruParams, layerNormGruCell } from './layer-norm-gru-cell.js';
export { type LayerNormLstmParams, layerNormLstmCell } from './layer-norm-lstm-cell.js';
export { lstm } from './lstm.js';
export { type LstmParams, type LstmState, lstmCell } from './lstm-cell.js';
export { type MaskedMlpOptions, maskedMlp } from './masked-mlp.js';
export { type MinibatchDeviationOptions, minibatchDeviation } from './minibatch-deviation.js';
export { type MlpOptions, mlp } from './mlp.js';
export { type AttentionParams, type MultiHeadAttentionOptions, multiHeadAttention } from './multi-head-attention.js';
export { type NormalizeOptions, normalizeBatch, normalizeInstance } from './normalize.js';
export {
  type AdaptedParams,
  type AdapterParams,
  type BesideParams,
  type ProjectionOptions,
  type ProjectionParams,
  projection,
  type QuantisedParams,
} from './projection.js';
export { dequantiseProjection, quantiseProjection, quantiseRows } from './quantise-projection.js';
export { type Recurrent, recurrent } from './recurrent.js';
export {
  type CellInput,
  type CellParts,
  type RecurrentCell,
  type RecurrentOptions,
  type RecurrentState,
  recurrentCell,
} from './recurrent-cell.js';
export { reshape } from './reshape.js';
export { residual } from './residual.js';
export { type RmsNormParams, rmsNorm } from './rms-norm.js';
export { rnn } from './rnn.js';
export { type RnnOptions, type RnnParams, type RnnState, rnnCell } from './rnn-cell.js';
export { sequential } from './sequential.js';
export { type SpectralNormOptions, spectralNorm } from './spectral-norm.js';
export { conditionalUnet, type UnetLevel, type UnetParams, type UnetParts, unet } from './unet.js';
export { type ResampleOptions, upsample } from './upsample.js';
export { type Upsample3dOptions, upsample3d } from './upsample-3d.js';
