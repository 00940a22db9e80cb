import type { Preset } from '../family.js';
import type { TextParts, TextTraining } from './text-config.js';

/** What can be measured of text held out. */
export const TEXT_METRICS = ['nllPerToken', 'bitsPerByte'] as const;

interface TextPreset extends Preset {
  readonly parts: TextParts;
  readonly training: TextTraining;
}

const PARTS: TextParts = {
  ...{ net: 'lstm', layers: 2, width: 256, dropout: 0.2, tied: false },
  ...{ tokenizer: 'characters', vocabulary: 1024 },
};
const TRAINING: TextTraining = { steps: 3_000, batch: 32, learningRate: 3e-3, seed: 0, length: 64, clip: 1 };

export const TEXT_PRESETS: { readonly [name: string]: TextPreset } = {
  lstm: { about: 'two layers of long short-term memory over characters', parts: PARTS, training: TRAINING },
  gru: { about: 'the same of gated recurrent units', parts: { ...PARTS, net: 'gru' }, training: TRAINING },
  'min-gru': {
    about: 'minimal gated units, trained by a parallel scan',
    parts: { ...PARTS, net: 'min-gru', layers: 3 },
    training: TRAINING,
  },
  mamba: {
    about: 'selective state spaces, constant memory while drawing',
    parts: { ...PARTS, net: 'state-space', layers: 3, width: 128, tied: true },
    training: TRAINING,
  },
  'wave-net': {
    about: 'dilated causal convolutions',
    parts: { ...PARTS, net: 'wave-net', layers: 6, width: 128 },
    training: TRAINING,
  },
  'lstm-byte-pairs': {
    about: 'long short-term memory over byte pairs, whose merges are learnt from the text',
    parts: { ...PARTS, tokenizer: 'byte-pairs', tied: true },
    training: TRAINING,
  },
};
