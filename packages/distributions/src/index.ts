export { type Bernoulli, bernoulli } from './bernoulli.js';
export { type Categorical, categorical } from './categorical.js';
export {
  type Discretization,
  type DiscretizedLogisticMixture,
  discretizedLogisticMixture,
  type LogisticMixtureParts,
} from './discretized-logistic-mixture.js';
export type { Entropy } from './entropy.js';
export { type Independent, independent } from './independent.js';
export { hasClosedFormKl, type KlOptions, kl, klPerFeature } from './kl.js';
export { type Logistic, logistic } from './logistic.js';
export { type Mixture, mixture } from './mixture.js';
export { binary } from './models/binary.js';
export { gaussian } from './models/gaussian.js';
export { type PixelsOptions, pixelOutputs, pixels } from './models/pixels.js';
export { standardNormal } from './models/standard-normal.js';
export { type Normal, normal } from './normal.js';
export { type Invertible, type Transformed, transformed } from './transformed.js';
