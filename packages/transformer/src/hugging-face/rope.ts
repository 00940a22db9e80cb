import type { Positions, RotaryScaling } from '../transformer-config.js';
import type { Fields } from './fields.js';

type Rotary = Extract<Positions, { kind: 'rotary' }>;

/**
 * Rotary positions of a config: `rope_parameters` since release 5 of transformers, before that `rope_theta` and `rope_scaling`.
 *
 * @throws GenaiError for a kind of scaling that is not known, such as `dynamic`, whose angles depend on the length.
 */
export function ropeOf(config: Fields, base = 10_000): Rotary {
  return ropeFrom(config.record('rope_parameters') ?? config.record('rope_scaling'), config, base);
}

/** Rotary positions of a record of parameters, with what it leaves out taken from the config. */
export function ropeFrom(rope: Fields | undefined, config: Fields, missing: number): Rotary {
  const theta = rope?.has('rope_theta') ? rope : config;
  const base = theta.number('rope_theta', missing);
  const share = (rope?.has('partial_rotary_factor') ? rope : config).number('partial_rotary_factor', 1);
  const scaling = rope && scalingOf(rope, config);
  return {
    kind: 'rotary',
    ...(base !== 10_000 && { base }),
    ...(share !== 1 && { share }),
    ...(scaling && { scaling }),
  };
}

/** The fields that say it in every release. @see ropeOf */
export function ropeFields({ base = 10_000, share = 1, scaling }: Rotary): { readonly [name: string]: unknown } {
  return {
    rope_theta: base,
    rope_scaling: scaling ? scalingFields(scaling) : null,
    ...(share !== 1 && { partial_rotary_factor: share }),
  };
}

function scalingOf(rope: Fields, config: Fields): RotaryScaling | undefined {
  const named = rope.has('rope_type') ? 'rope_type' : 'type';
  const kind = rope.text(named, 'default');
  if (kind === 'default') return undefined;
  const original = (): number =>
    [rope, config].find((fields) => fields.has(ORIGINAL))?.integer(ORIGINAL) ??
    config.integer('max_position_embeddings');
  if (kind === 'linear') return { kind, factor: rope.number('factor') };
  if (kind === 'llama3') {
    return {
      ...{ kind, factor: rope.number('factor'), lowFrequencyFactor: rope.number('low_freq_factor') },
      ...{ highFrequencyFactor: rope.number('high_freq_factor'), original: original() },
    };
  }
  if (kind === 'yarn') {
    if (!rope.boolean('truncate', true)) rope.refuse('truncate', 'true or absent');
    const factor = rope.has('factor') ? rope.number('factor') : config.integer('max_position_embeddings') / original();
    return { kind, factor, original: original(), ...yarnOptions(rope, factor) };
  }
  return rope.refuse(named, 'one of default, linear, llama3, yarn');
}

const ORIGINAL = 'original_max_position_embeddings';

function yarnOptions(rope: Fields, factor: number): { fast?: number; slow?: number; attentionFactor?: number } {
  const fast = rope.number('beta_fast', 32);
  const slow = rope.number('beta_slow', 1);
  const scale = (of: number): number => (factor <= 1 ? 1 : 0.1 * of * Math.log(factor) + 1);
  const by = rope.has('mscale') && rope.has('mscale_all_dim'); // both: the factor is their quotient
  const usual = by ? scale(rope.number('mscale')) / scale(rope.number('mscale_all_dim')) : scale(1);
  const attentionFactor = rope.number('attention_factor', usual);
  return {
    ...(fast !== 32 && { fast }),
    ...(slow !== 1 && { slow }),
    ...(attentionFactor !== 0.1 * Math.log(factor) + 1 && { attentionFactor }),
  };
}

function scalingFields(scaling: RotaryScaling): { readonly [name: string]: unknown } {
  const { kind, factor } = scaling;
  if (kind === 'linear' || kind === 'ntk') return { rope_type: kind, factor };
  const common = { rope_type: kind, factor, [ORIGINAL]: scaling.original };
  if (kind === 'llama3') {
    const { lowFrequencyFactor: low, highFrequencyFactor: high } = scaling;
    return { ...common, low_freq_factor: low, high_freq_factor: high };
  }
  const { fast, slow, attentionFactor } = scaling;
  return {
    ...common,
    ...(fast !== undefined && { beta_fast: fast }),
    ...(slow !== undefined && { beta_slow: slow }),
    ...(attentionFactor !== undefined && { attention_factor: attentionFactor }),
  };
}
