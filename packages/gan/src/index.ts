export {
  type AdversarialBatch,
  type AdversarialMemory,
  type AdversarialOptions,
  type Augmentation,
  adversarial,
} from './adversarial.js';
export { type Auxiliary, type AuxiliaryOptions, type AuxiliaryParts, auxiliary } from './auxiliary.js';
export { type ConcatenatedOptions, concatenated } from './concatenated.js';
export { type ConditionalDcganOptions, conditionalDcgan } from './conditional-dcgan.js';
export { consistency } from './consistency.js';
export {
  type CycleBatch,
  type CycleConsistentOptions,
  type CycleMetric,
  cycleConsistent,
  type Kinds,
} from './cycle-consistent.js';
export { type CycleGan, type CycleGanParams, type CycleGanParts, cycleGan, type Ways } from './cycle-gan.js';
export { type DcganOptions, dcgan } from './dcgan.js';
export type { DcganFeaturesParams, DcganGeneratorParams } from './dcgan-nets.js';
export { type DenseGanOptions, denseGan } from './dense-gan.js';
export { type DiffAugmentOptions, diffAugment } from './diff-augment.js';
export { conditionalGan, type Gan, type GanParams, type GanParts, gan } from './gan.js';
export type { GeneratorRegularizer, GeneratorView } from './generator-regularizer.js';
export { dragan, gradientPenalty, r1, r2, type Weight } from './gradient-penalty.js';
export { ignoringContext } from './ignoring-context.js';
export { type ImagePoolOptions, imagePool, type Pool, type Pooled } from './image-pool.js';
export {
  type Informative,
  type InformativeParams,
  type InformativeParts,
  informative,
  type Reading,
} from './informative.js';
export { type InterpolateCodesOptions, interpolateCodes } from './interpolate-codes.js';
export { type LatentDirections, latentDirections } from './latent-directions.js';
export { leCam } from './le-cam.js';
export {
  type AdversarialLoss,
  hinge,
  leastSquares,
  minimax,
  nonSaturating,
  relativistic,
  wasserstein,
} from './losses.js';
export { type ModulatedConv2dOptions, type ModulatedConv2dParams, modulatedConv2d } from './modulated-conv2d.js';
export { packed } from './packed.js';
export { pairedChannels } from './paired-channels.js';
export { pairedTranslation, type Translation, type TranslationParts } from './paired-translation.js';
export { type PatchCriticOptions, type PatchCriticParams, patchCritic } from './patch-critic.js';
export { type PathLengthOptions, pathLength } from './path-length.js';
export { type Pix2pixOptions, pix2pix } from './pix2pix.js';
export { type Projection, type ProjectOptions, project } from './project.js';
export { type ProjectionParams, type ProjectionParts, projection } from './projection.js';
export { type ConditionalR3ganOptions, conditionalR3gan, type R3ganOptions, r3gan } from './r3gan.js';
export type { CriticView, Regularizer } from './regularizer.js';
export {
  type ConditionalResidualGanOptions,
  conditionalResidualGan,
  type ResidualGanOptions,
  residualGan,
} from './residual-gan.js';
export {
  type ResidualTranslatorOptions,
  type ResidualTranslatorParams,
  residualTranslator,
} from './residual-translator.js';
export { type RollGanOptions, rollGan } from './roll-gan.js';
export { type CodeLayout, structuredCodes } from './structured-codes.js';
export { type StyleGanOptions, type StyleGanParts, styleGan } from './style-gan.js';
export type { StyleGenerator, StyleGeneratorParams } from './style-generator.js';
export { topK } from './top-k.js';
export type { NormedParams, TranslationNorm } from './translation-norm.js';
export { truncateStyles } from './truncate-styles.js';
export { truncated } from './truncated.js';
export { type UnetTranslatorOptions, type UnetTranslatorParams, unetTranslator } from './unet-translator.js';
export { type VideoGanOptions, videoGan } from './video-gan.js';
export { withPrior } from './with-prior.js';
