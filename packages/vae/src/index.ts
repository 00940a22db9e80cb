export {
  type AnomalyKind,
  type AnomalyScoreOptions,
  anomalyScore,
  reconstructionNll,
} from './anomaly-score.js';
export { type AttributeExamples, attributeDirection } from './attribute-direction.js';
export { type ChainedParts, chained } from './chained.js';
export { type CiwaeOptions, ciwae } from './ciwae.js';
export { type CodeBook, type CodeBookUpdatesOptions, codeBookUpdates } from './code-book-updates.js';
export { codePerplexity } from './code-perplexity.js';
export { conditionalElbo } from './conditional-elbo.js';
export { type ConditionalVae, conditionalVae } from './conditional-vae.js';
export { type ConvolutionalVaeOptions, convolutionalVae } from './convolutional-vae.js';
export { decodeCodes } from './decode-codes.js';
export { denoise } from './denoise.js';
export { denoising } from './denoising.js';
export { type DenseTableVaeOptions, denseTableVae, type TableVaeParts } from './dense-table-vae.js';
export { type BinaryVaeParts, type DenseVaeOptions, denseVae } from './dense-vae.js';
export { editAttribute } from './edit-attribute.js';
export { type ElboOptions, elbo } from './elbo.js';
export { encode } from './encode.js';
export { encodeCodes } from './encode-codes.js';
export type { EncoderPrior } from './encoder-prior.js';
export { type ExemplarPriorOptions, type ExemplarPriorParams, exemplarPrior } from './exemplar-prior.js';
export {
  type FactorMetrics,
  type FactorVaeOptions,
  type FactorVaeParams,
  factorVae,
  permuteDims,
} from './factor-vae.js';
export { type GatedVaeOptions, gatedVae } from './gated-vae.js';
export { gaussianKernel } from './gaussian-kernel.js';
export { hierarchicalVae, type Layers } from './hierarchical-vae.js';
export { type ImportanceWeightedNllOptions, importanceWeightedNll } from './importance-weighted-nll.js';
export { type InContext, inContext } from './in-context.js';
export { type InfoVaeOptions, infoVae } from './info-vae.js';
export { type InpaintOptions, inpaint } from './inpaint.js';
export { type InterpolateOptions, interpolate } from './interpolate.js';
export { inverseMultiquadraticKernel } from './inverse-multiquadratic-kernel.js';
export { type IwaeOptions, iwae } from './iwae.js';
export type { Kernel } from './kernel.js';
export { ladderVae } from './ladder-vae.js';
export { type LatentGridOptions, latentGrid } from './latent-grid.js';
export { type ImportanceMetrics, type MiwaeOptions, miwae } from './miwae.js';
export { type MixturePriorParams, mixturePrior } from './mixture-prior.js';
export { mmd } from './mmd.js';
export { mmdVae } from './mmd-vae.js';
export { nearestCode } from './nearest-code.js';
export { type NormalMixture, normalMixture } from './normal-mixture.js';
export { piwae } from './piwae.js';
export { type PrincipalDirections, principalDirections } from './principal-directions.js';
export { reconstruct, type VaeWithMeans } from './reconstruct.js';
export { type TableDecoderParams, tableDecoder } from './table-decoder.js';
export type { TableLayout } from './table-layout.js';
export { type TableRow, tableRow } from './table-row.js';
export { type TcMetrics, type TcVaeOptions, tcVae } from './tc-vae.js';
export { type Vae, type VaeParams, vae } from './vae.js';
export { type VampPriorOptions, type VampPriorParams, vampPrior } from './vamp-prior.js';
export { type VariationsOptions, variations } from './variations.js';
export { type VqLossOptions, vqLoss } from './vq-loss.js';
export { type VqVae, type VqVaeParams, vqVae } from './vq-vae.js';
export { type TwoBooks, type VqVae2Parts, vqVae2 } from './vq-vae-2.js';
export { withCodePrior } from './with-code-prior.js';
export { type WithContext, withContext } from './with-context.js';
export { withoutContext } from './without-context.js';
