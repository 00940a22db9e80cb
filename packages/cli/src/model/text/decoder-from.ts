import type { Experts, Positions, RotaryScaling } from '@genai/transformer';
import type { ConfigReader } from '../config-reader.js';
import type { Decoder } from './text-config.js';

/**
 * The transformer that the field `decoder` of `parts` describes, each of its fields seen to be of the right type and range; whether they fit
 * together is seen when it is built. Where nothing is `filled` in, positions and norm must be given.
 *
 * @throws UsageError that names the field that is wrong.
 */
export function decoderFrom(parts: ConfigReader, { filled }: { readonly filled: boolean }): Decoder {
  const fields = parts.record('decoder', FIELDS);
  const { has, integer, number, oneOf } = fields;
  return {
    ...{ width: integer('width', 1), layers: integer('layers', 1), heads: integer('heads', 1) },
    context: integer('context', 1),
    ...given(fields, SIZES, (name) => integer(name, 1)),
    ...((has('positions') || !filled) && { positions: positionsFrom(fields) }),
    ...((has('norm') || !filled) && { norm: oneOf('norm', ['layer', 'rms']) }),
    ...(has('placement') && { placement: oneOf('placement', ['pre', 'post', 'both']) }),
    ...(has('activation') && { activation: oneOf('activation', ['gelu', 'gelu-tanh', 'silu', 'relu']) }),
    ...given(fields, NUMBERS, (name) => number(name, LEAST)),
    ...given(fields, SWITCHES, fields.boolean),
    ...given(fields, TOKENS, (name) => integer(name, 0)),
    ...(has('biases') && { biases: biasesFrom(fields) }),
    ...(has('window') && { window: fields.isList('window') ? fields.integers('window', 0) : integer('window', 0) }),
    ...(has('experts') && { experts: expertsFrom(fields) }),
    ...(has('dropout') && { dropout: number('dropout', 0, MOST_DROPPED) }),
  };
}

const SIZES = ['vocabulary', 'keyHeads', 'headWidth', 'hidden'] as const;
const NUMBERS = ['epsilon', 'scoreScale', 'scoreCap', 'logitCap', 'embeddingScale'] as const;
const SWITCHES = ['gated', 'queryKeyNorm', 'tied'] as const;
const TOKENS = ['beginToken', 'endToken'] as const;
const FIELDS = [
  ...['width', 'layers', 'heads', 'context', 'positions', 'norm', 'placement', 'activation'],
  ...[...SIZES, ...NUMBERS, ...SWITCHES, ...TOKENS, 'biases', 'window', 'experts', 'dropout'],
];
const BIASES = ['qkv', 'output', 'feedForward', 'norms'] as const;
const MOST_DROPPED = 0.9;
/** Of numbers that must be above 0. */
const LEAST = 1e-12;

/** What `read` makes of those fields that are there. */
function given<const N extends string, V>(
  { has }: ConfigReader,
  names: readonly N[],
  read: (name: N) => V,
): { readonly [name in N]?: V } {
  const found = names.filter(has).map((name) => [name, read(name)] as const);
  return Object.fromEntries(found) as { readonly [name in N]?: V };
}

function positionsFrom(decoder: ConfigReader): Positions {
  const fields = decoder.record('positions', ['kind', 'base', 'share', 'interleaved', 'scaling', 'windowBase']);
  const kind = fields.oneOf('kind', ['none', 'learned', 'rotary', 'alibi']);
  if (kind !== 'rotary') return { kind };
  return {
    kind,
    ...given(fields, ['base', 'windowBase'], (name) => fields.number(name, 1)),
    ...(fields.has('share') && { share: fields.number('share', 0, 1) }),
    ...(fields.has('interleaved') && { interleaved: fields.boolean('interleaved') }),
    ...(fields.has('scaling') && { scaling: scalingFrom(fields) }),
  };
}

function scalingFrom(positions: ConfigReader): RotaryScaling {
  const fields = positions.record('scaling', [
    ...['kind', 'factor', 'original', 'lowFrequencyFactor', 'highFrequencyFactor', 'fast', 'slow', 'attentionFactor'],
  ]);
  const kind = fields.oneOf('kind', ['linear', 'ntk', 'llama3', 'yarn']);
  const read = (name: string): number => fields.number(name, LEAST);
  const factor = read('factor');
  switch (kind) {
    case 'linear':
    case 'ntk':
      return { kind, factor };
    case 'llama3':
      return {
        ...{ kind, factor, original: read('original') },
        ...{ lowFrequencyFactor: read('lowFrequencyFactor'), highFrequencyFactor: read('highFrequencyFactor') },
      };
    case 'yarn':
      return { kind, factor, original: read('original'), ...given(fields, ['fast', 'slow', 'attentionFactor'], read) };
  }
}

function biasesFrom(decoder: ConfigReader): NonNullable<Decoder['biases']> {
  const fields = decoder.record('biases', BIASES);
  return given(fields, BIASES, fields.boolean);
}

function expertsFrom(decoder: ConfigReader): Experts {
  const fields = decoder.record('experts', ['count', 'active', 'normalised']);
  return {
    count: fields.integer('count', 1),
    active: fields.integer('active', 1),
    ...(fields.has('normalised') && { normalised: fields.boolean('normalised') }),
  };
}
