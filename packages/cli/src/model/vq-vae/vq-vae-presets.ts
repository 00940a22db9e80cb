import type { Preset } from '../family.js';
import type { VqVaeParts, VqVaeTraining } from './vq-vae-config.js';

/**
 * What can be measured: how far images and their reconstructions are apart, as −log p(x | codes) in nats an image and as the
 * mean squared difference of a pixel, and how many codes are in use.
 */
export const VQ_VAE_METRICS = ['distortion', 'squaredError', 'perplexity'] as const;

interface VqVaePreset extends Preset {
  readonly parts: VqVaeParts;
  readonly training: VqVaeTraining;
}

export const VQ_VAE_PRESETS: { readonly [name: string]: VqVaePreset } = {
  'vq-vae': {
    about: 'convolutions to a grid of codes, images whose sides are multiples of 4',
    parts: { kind: 'convolutional', width: 16, codes: 128, features: 16 },
    training: {
      ...{ steps: 2_000, batch: 64, learningRate: 2e-3, seed: 0 },
      ...{ commitment: 10, decay: 0.99, restart: 0.05 },
    },
  },
};
