import type { Preset } from '../family.js';
import type { FlowParts, FlowTraining } from './flow-config.js';

/** What can be measured: an upper bound of −log₂ P(x) for each number of an image of 8 bits. */
export const FLOW_METRICS = ['bitsPerDimBound'] as const;

interface FlowPreset extends Preset {
  readonly parts: FlowParts;
  readonly training: FlowTraining;
}

const TRAINING: FlowTraining = { steps: 300, batch: 32, learningRate: 2e-3, seed: 0, clip: 1 };

export const FLOW_PRESETS: { readonly [name: string]: FlowPreset } = {
  flow: {
    about: 'couplings of pixels on a checkerboard, images of any size',
    parts: { kind: 'checkerboard', couplings: 4, hidden: 12, noise: 0 },
    training: TRAINING,
  },
  'flow-multiscale': {
    about: 'couplings of pixels and channels at three scales, images whose sides are multiples of 4',
    parts: { kind: 'multiscale', hidden: [8, 16, 24], noise: 0 },
    training: TRAINING,
  },
  glow: {
    about: 'actnorm, 1 × 1 convolutions, couplings, images whose sides can be halved as often as it has levels',
    parts: { kind: 'glow', levels: 2, steps: 6, hidden: 64, noise: 0 },
    training: { ...TRAINING, steps: 600 },
  },
};
