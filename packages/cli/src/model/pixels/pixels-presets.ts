import type { Preset } from '../family.js';
import type { ConvolutionalParts, PixelsParts, PixelsTraining } from './pixels-config.js';

/** What can be measured, both exact: −log p(x) of an image in nats, and for each of its numbers in bits. */
export const PIXELS_METRICS = ['nll', 'bitsPerDim'] as const;

interface PixelsPreset extends Preset {
  readonly parts: PixelsParts;
  readonly training: PixelsTraining;
}

const TRAINING: PixelsTraining = { steps: 1_000, batch: 32, learningRate: 3e-3, seed: 0, clip: 1 };
const GATED: ConvolutionalParts = { kind: 'gated-pixelcnn', layers: 6, width: 20, pixels: 'binary', mixtures: 5 };

export const PIXELS_PRESETS: { readonly [name: string]: PixelsPreset } = {
  made: {
    about: 'a masked autoencoder of black and white pixels, images of any size',
    parts: { kind: 'made', hidden: [500], direct: true },
    training: { ...TRAINING, steps: 2_000, batch: 100 },
  },
  pixelcnn: {
    about: 'masked convolutions, black and white pixels',
    parts: { kind: 'pixelcnn', layers: 7, width: 16, pixels: 'binary', mixtures: 5 },
    training: TRAINING,
  },
  'gated-pixelcnn': {
    about: 'gated convolutions down and along the rows, black and white pixels',
    parts: GATED,
    training: { ...TRAINING, learningRate: 6e-3 },
  },
  'conditional-gated-pixelcnn': {
    about: 'the same, given the class of the image: data with labels',
    parts: { ...GATED, conditional: true },
    training: { ...TRAINING, learningRate: 6e-3 },
  },
  'pixelcnn-levels': {
    about: 'gated convolutions, pixels of 256 levels',
    parts: { ...GATED, pixels: 'levels' },
    training: TRAINING,
  },
};
