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

/**
 * Gemma 3, of text: norms on both sides and on the heads of queries and keys, every sixth block without a window. No fields say which
 * blocks have one, nor by what base they turn.
 */
export const GEMMA3_GGUF: GgufArchitecture = {
  name: 'gemma3',
  interleaved: false,
  lacks: (config) => {
    const traits: GgufTraits = { ...traitsOf(config), tied: false, queryKeyNorm: true, placement: 'both' };
    const scoreScale = scoreScaleOf(config, 62);
    const found = lacks(config, { ...traits, windowed: true, windowBase: WINDOW_BASE, scoreScale });
    const sizes = config.windows.map((window) => Math.min(window ?? config.context, config.context));
    const isKnown = sizes.every((size, layer) => size === (layer % 6 === 5 ? config.context : sizes[0]));
    return isKnown ? found : [...found, 'window is not of all but every sixth block'];
  },
  read: (source) => {
    const { positions, ...common } = commonOf(source, 'gemma3');
    const window = source.fields.integer('gemma3.attention.sliding_window');
    return llama({
      ...common,
      ...{ placement: 'both', activation: 'gelu-tanh', queryKeyNorm: true, embeddingScale: Math.sqrt(common.width) },
      positions: positions.kind === 'rotary' ? { ...positions, windowBase: WINDOW_BASE } : positions,
      scoreScale: scoreScaleOf(common as Sizes, 62),
      window: Array.from({ length: common.layers }, (_, layer) => (layer % 6 === 5 ? 0 : window)),
    });
  },
  write: (config) => ({
    ...commonFields(config),
    'attention.sliding_window': u32(config.windows[0] ?? config.context),
  }),
  places: (config) => ggufPlaces(config),
};

const WINDOW_BASE = 10_000;

type Sizes = Pick<FullConfig, 'width' | 'heads' | 'headWidth' | 'layers'>;

/** No field says it: llama.cpp knows the model of 27 B by its number of blocks, 46 in Gemma 2 and 62 in Gemma 3. */
function scoreScaleOf({ width, heads, headWidth, layers }: Sizes, largest = 46): number {
  return 1 / Math.sqrt(layers === largest ? width / heads : headWidth);
}
