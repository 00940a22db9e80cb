import type { Preset } from '../family.js';
import type { GanParts, GanTraining } from './gan-config.js';

/** What is measured unless told otherwise: all of samples. */
export const GAN_METRICS = ['frechet', 'precision', 'recall', 'density', 'coverage', 'copies'] as const;

interface GanPreset extends Preset {
  readonly parts: GanParts;
  readonly training: GanTraining;
}

type Changes = Partial<Omit<GanTraining, 'regularizers'>> & {
  readonly regularizers?: Partial<GanTraining['regularizers']>;
};

/** Settings for grey images of 28 × 28, such as Fashion-MNIST and digits. */
function training({ regularizers, ...changes }: Changes): GanTraining {
  return {
    steps: 3_000,
    batch: 64,
    learningRate: 2e-4,
    seed: 0,
    loss: 'nonSaturating',
    regularizers: {
      ...{ r1: 0, r2: 0, gradientPenalty: 0, dragan: 0, leCam: 0, consistency: 0, pathLength: 0 },
      ...regularizers,
    },
    criticRatio: 1,
    updates: 1,
    b1: 0.5,
    b2: 0.999,
    ema: 0.995,
    augmentation: {
      ...{ strength: 0, speed: 0, target: 0.6 },
      ...{ color: true, translation: 1 / 8, cutout: 1 / 2, flip: false },
    },
    ...changes,
  };
}

export const GAN_PRESETS: { readonly [name: string]: GanPreset } = {
  gan: {
    about: 'dense layers, images of any size',
    parts: { kind: 'dense', hidden: [256, 256], latents: 64 },
    training: training({ steps: 5_000, regularizers: { r1: 1 } }),
  },
  dcgan: {
    about: 'strided convolutions with batch norm (Radford et al. 2016)',
    parts: { kind: 'dcgan', width: 32, latents: 64, norm: true },
    // Three times the paper's rate: the better after as many steps on Fashion-MNIST (docs/results/fashion-gan).
    training: training({ learningRate: 6e-4 }),
  },
  'wgan-gp': {
    about: 'the Wasserstein distance with a gradient penalty, 5 updates of the critic (Gulrajani et al. 2017)',
    parts: { kind: 'dcgan', width: 32, latents: 64, norm: false },
    training: training({
      ...{ loss: 'wasserstein', regularizers: { gradientPenalty: 10 }, updates: 5 },
      ...{ learningRate: 1e-4, b1: 0, b2: 0.9, steps: 2_000 },
    }),
  },
  sngan: {
    about: 'residual nets, spectral norm, hinge loss, 5 updates of the critic (Miyato et al. 2018)',
    parts: { kind: 'residual', width: 32, latents: 128 },
    training: training({ loss: 'hinge', updates: 5, b1: 0, b2: 0.9, steps: 2_000 }),
  },
  r3gan: {
    about: 'residual nets without norms, relativistic loss with R1 and R2 (Huang et al. 2024)',
    parts: { kind: 'r3gan', width: 16, latents: 64, blocks: 1, expansion: 2 },
    training: training({ loss: 'relativistic', regularizers: { r1: 1, r2: 1 }, b1: 0, b2: 0.99 }),
  },
  stylegan: {
    about: 'styles and modulated convolutions, small (Karras et al. 2020)',
    parts: { kind: 'style', width: 16, latents: 64, style: 64, depth: 4 },
    training: training({ regularizers: { r1: 1 }, learningRate: 5e-4, b1: 0, b2: 0.99 }),
  },
  'conditional-dcgan': {
    about: 'dcgan given the class of the image: data with labels (Miyato and Koyama 2018)',
    // In one run of each on digits the critic with batch norm was soon sure of everything, and samples followed the class less.
    parts: { kind: 'dcgan', width: 32, latents: 64, norm: false, conditional: true },
    training: training({ regularizers: { r1: 1 } }),
  },
};
