import type { Preset } from '../family.js';
import type { VaeParts, VaeTraining } from './vae-config.js';

/** What can be measured, all in nats an image: a lower bound of log p(x), and an upper bound of −log p(x). */
export const VAE_METRICS = ['elbo', 'importanceWeightedNll'] as const;

interface VaePreset extends Preset {
  readonly parts: VaeParts;
  readonly training: VaeTraining;
}

const TRAINING: VaeTraining = {
  steps: 2_000,
  batch: 100,
  learningRate: 1e-3,
  seed: 0,
  beta: 1,
  freeBits: 0,
  warmup: 0,
};

export const VAE_PRESETS: { readonly [name: string]: VaePreset } = {
  vae: {
    about: 'dense layers, images of any size',
    parts: { kind: 'dense', hidden: [256], latents: 16 },
    training: TRAINING,
  },
  'vae-conv': {
    about: 'convolutions, square images whose side is a multiple of 4',
    parts: { kind: 'convolutional', width: 16, hidden: [128], latents: 16 },
    training: TRAINING,
  },
  'conditional-vae': {
    about: 'dense layers, given the class of the image: data with labels',
    // Few latents: with many, the class long stays in them instead of being taken from the label.
    parts: { kind: 'dense', hidden: [256], latents: 8, conditional: true },
    training: { ...TRAINING, steps: 3_000, learningRate: 2e-3 },
  },
};
