import type { Preset } from '../family.js';
import type { TableParts, TableTraining } from './table-config.js';

/** What can be measured of every table. */
export const TABLE_METRICS = ['nllPerRow'] as const;
/** What can be measured if asked: of toys what they miss, of what is drawn how near it comes to training rows. */
export const MORE_TABLE_METRICS = ['aboveEntropy', 'closestRecord'] as const;

interface TablePreset extends Preset {
  readonly parts: TableParts;
  readonly training: TableTraining;
}

const TRAINING: TableTraining = { steps: 2_000, batch: 256, learningRate: 2e-3, seed: 0, clip: 5, weightDecay: 3_000 };

export const TABLE_PRESETS: { readonly [name: string]: TablePreset } = {
  nsf: {
    about:
      'a neural spline flow of the rows of a table, or of points of the plane; with --given of some columns given others',
    parts: { kind: 'spline', transforms: 4, hidden: [64, 64], bins: 16, bound: 3, given: [] },
    training: TRAINING,
  },
  maf: {
    about: 'a masked autoregressive flow of affine maps, smaller and smoother than nsf',
    parts: { kind: 'affine', transforms: 5, hidden: [64, 64], given: [] },
    training: TRAINING,
  },
};
