import { GenaiError } from '@genai/core';
import type { Fields } from '../hugging-face/fields.js';
import { rotaryFrequencies } from '../positions/rotary-frequencies.js';
import type { Positions, RotaryScaling } from '../transformer-config.js';
import { f32, type GgufFields, string, u32 } from './gguf-field.js';

type Rotary = Extract<Positions, { kind: 'rotary' }>;

/** Rotary positions as llama.cpp's fields, without the architecture's name in front. Llama 3's scaling is a tensor: see {@link slowerOf}. */
export function ropeFields({ base = 10_000, scaling }: Rotary, headWidth: number): GgufFields {
  const isNtk = scaling?.kind === 'ntk'; // a larger base, and nothing else
  return {
    'rope.dimension_count': u32(headWidth),
    'rope.freq_base': f32(isNtk ? base * scaling.factor ** (headWidth / (headWidth - 2)) : base),
    ...(scaling?.kind === 'linear' && {
      'rope.scaling.type': string('linear'),
      'rope.scaling.factor': f32(scaling.factor),
    }),
    ...(scaling?.kind === 'yarn' && yarnFields(scaling)),
  };
}

/** What the angles of Llama 3's scaling are divided by: the tensor `rope_freqs.weight`. `undefined` for other scalings. */
export function slowerOf({ base, scaling }: Rotary, headWidth: number): Float32Array | undefined {
  if (scaling?.kind !== 'llama3') return undefined;
  const [plain, scaled] = [undefined, scaling].map((scaling) => {
    return rotaryFrequencies(
      { kind: 'rotary', ...(base !== undefined && { base }), ...(scaling && { scaling }) },
      headWidth,
    );
  });
  return Float32Array.from(plain!.frequencies, (f, i) => f / scaled!.frequencies[i]!);
}

/**
 * Rotary positions of the fields of an architecture, whose heads have `headWidth` numbers.
 *
 * @throws GenaiError for a scaling that is none of the config's, or heads of which only a part is turned.
 */
export function ropeOf(fields: Fields, name: string, headWidth: number, slower: Float32Array | undefined): Rotary {
  const turned = fields.integer(`${name}.rope.dimension_count`, headWidth);
  if (turned !== headWidth) fields.refuse(`${name}.rope.dimension_count`, `the width of a head, ${headWidth}`);
  const base = fields.number(`${name}.rope.freq_base`, 10_000);
  const plain: Rotary = { kind: 'rotary', ...(base !== 10_000 && { base }) };
  const scaling = slower ? llama3Of(plain, headWidth, slower) : scalingOf(fields, name);
  return scaling ? { ...plain, scaling } : plain;
}

function scalingOf(fields: Fields, name: string): RotaryScaling | undefined {
  const kind = fields.text(`${name}.rope.scaling.type`, 'none');
  if (kind === 'none') return undefined;
  const factor = fields.number(`${name}.rope.scaling.factor`, 1);
  if (kind === 'linear') return { kind, factor };
  if (kind !== 'yarn') return fields.refuse(`${name}.rope.scaling.type`, 'one of none, linear, yarn');
  const original = fields.integer(
    `${name}.rope.scaling.original_context_length`,
    fields.integer(`${name}.context_length`),
  );
  const attention = fields.number(`${name}.rope.scaling.attn_factor`, 1);
  const fast = fields.number(`${name}.rope.scaling.yarn_beta_fast`, 32);
  const slow = fields.number(`${name}.rope.scaling.yarn_beta_slow`, 1);
  return {
    ...{ kind, factor, original },
    ...(fast !== 32 && { fast }),
    ...(slow !== 1 && { slow }),
    ...(attention !== 1 && { attentionFactor: attention * usualFactor(factor) }),
  };
}

function yarnFields({ factor, original, attentionFactor }: Extract<RotaryScaling, { kind: 'yarn' }>): GgufFields {
  return {
    'rope.scaling.type': string('yarn'),
    'rope.scaling.factor': f32(factor),
    'rope.scaling.original_context_length': u32(original),
    'rope.scaling.attn_factor': attentionFactor === undefined ? undefined : f32(attentionFactor / usualFactor(factor)),
  };
}

/** What llama.cpp multiplies by itself. */
function usualFactor(factor: number): number {
  return 0.1 * Math.log(factor) + 1;
}

/**
 * The scaling that divides the angles by `slower`. Of its four numbers three can be told apart: the share of the fast angle, a ramp in
 * the frequency, is 0 where a pair turns `lowFrequencyFactor` times over the original length. That factor is taken for 1, as in all models.
 */
function llama3Of(plain: Rotary, headWidth: number, slower: Float32Array): RotaryScaling {
  const { frequencies } = rotaryFrequencies(plain, headWidth);
  const fail = (problem: string): never => {
    throw new GenaiError(
      `fromGguf: the tensor "rope_freqs.weight" ${problem}, expected the factors of Llama 3's scaling. Files with other factors are not read.`,
    );
  };
  if (slower.length !== frequencies.length) fail(`has ${slower.length} elements for ${frequencies.length} pairs`);
  const factor = slower.reduce((most, x) => Math.max(most, x), 1);
  const ramp = frequencies.flatMap((f, i) => {
    const kept = (1 / slower[i]! - 1 / factor) / (1 - 1 / factor);
    return kept > 1e-4 && kept < 1 - 1e-4 ? [{ f, kept }] : [];
  });
  const [first, last] = [ramp[0], ramp.at(-1)];
  if (!first || !last || first === last) return fail('has no ramp of two pairs or more');
  const slope = (first.kept - last.kept) / (first.f - last.f);
  const lowest = first.f - first.kept / slope;
  const scaling: RotaryScaling = {
    ...{ kind: 'llama3', factor, lowFrequencyFactor: 1, original: rounded((2 * Math.PI) / lowest) },
    highFrequencyFactor: rounded((lowest + 1 / slope) / lowest),
  };
  const made = slowerOf({ ...plain, scaling }, headWidth)!;
  if (made.some((x, i) => !(Math.abs(x - slower[i]!) <= 1e-3 * x))) fail('is no ramp between 1 and a factor');
  return scaling;
}

/** As exact as float32 factors tell. */
function rounded(x: number): number {
  return Number(x.toPrecision(5));
}
