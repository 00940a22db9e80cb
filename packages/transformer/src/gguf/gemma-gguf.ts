import { llama } from '../presets/llama.js';
import type { FullConfig } from '../transformer-config.js';
import type { GgufArchitecture } from './gguf-architecture.js';
import { f32, u32 } from './gguf-field.js';
import { ggufPlaces } from './gguf-places.js';
import { type GgufTraits, lacks } from './lacks.js';
import { commonFields, commonOf } from './llama-gguf.js';

const traitsOf = ({ width }: FullConfig): GgufTraits => ({
  ...{ norm: 'rms', placement: 'pre', activation: 'gelu-tanh', gated: true, queryKeyNorm: false, positions: 'rotary' },
  ...{ embeddingScale: Math.sqrt(width), tied: true },
});

/** Gemma. Its file has the scales of norms whole, where Hugging Face's has what they are above 1. */
export const GEMMA_GGUF: GgufArchitecture = {
  name: 'gemma',
  interleaved: false,
  lacks: (config) => lacks(config, traitsOf(config)),
  read: (source) => {
    const common = commonOf(source, 'gemma');
    return llama({ ...common, activation: 'gelu-tanh', embeddingScale: Math.sqrt(common.width), tied: true });
  },
  write: commonFields,
  places: (config) => ggufPlaces(config),
};

/** Gemma 2: norms on both sides, caps, every other block, from the first on, with one window. */
export const GEMMA2_GGUF: GgufArchitecture = {
  name: 'gemma2',
  interleaved: false,
  lacks: (config) => {
    const scoreScale = scoreScaleOf(config);
    const found = lacks(config, { ...traitsOf(config), placement: 'both', capped: true, windowed: true, scoreScale });
    const sizes = config.windows.map((window) => Math.min(window ?? config.context, config.context));
    const isKnown = sizes.every((size, layer) => size === (layer % 2 ? config.context : sizes[0]));
    return isKnown ? found : [...found, 'window is not of every other block from the first on'];
  },
  read: (source) => {
    const { fields } = source;
    const common = commonOf(source, 'gemma2');
    const window = fields.integer('gemma2.attention.sliding_window', 4_096);
    return llama({
      ...common,
      ...{ placement: 'both', activation: 'gelu-tanh', tied: true, embeddingScale: Math.sqrt(common.width) },
      scoreCap: fields.number('gemma2.attn_logit_softcapping', 50),
      logitCap: fields.number('gemma2.final_logit_softcapping', 30),
      scoreScale: scoreScaleOf(common as Sizes),
      window: Array.from({ length: common.layers }, (_, layer) => (layer % 2 ? 0 : window)),
    });
  },
  write: (config) => ({
    ...commonFields(config),
    'attention.sliding_window': u32(config.windows[0] ?? config.context),
    attn_logit_softcapping: f32(config.scoreCap ?? 0),
    final_logit_softcapping: f32(config.logitCap ?? 0),
  }),
  places: (config) => ggufPlaces(config),
};

type Sizes = Pick<FullConfig, 'width' | 'heads' | 'headWidth' | 'layers'>;

/** No field says it: llama.cpp knows the model of 27 B by its 46 blocks. */
function scoreScaleOf({ width, heads, headWidth, layers }: Sizes): number {
  return 1 / Math.sqrt(layers === 46 ? width / heads : headWidth);
}
