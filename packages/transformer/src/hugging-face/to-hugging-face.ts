import { GenaiError } from '@genai/core';
import { type FloatTensor, type LazyTensor, tensorsOf } from '../layouts/tensors-of.js';
import type { Transformer, TransformerParams } from '../transformer.js';
import { type FullConfig, fullConfig } from '../transformer-config.js';
import type { Architecture } from './architecture.js';
import { ARCHITECTURES } from './architectures.js';
import { readConfig } from './from-hugging-face.js';

/** A checkpoint of Hugging Face's `transformers`. */
export interface HuggingFaceFiles {
  /** The text of its `config.json`. */
  readonly config: string;
  /** Its tensors by name. */
  readonly tensors: ReadonlyMap<string, FloatTensor>;
}

/**
 * A model as a checkpoint that `AutoModelForCausalLM.from_pretrained` of Hugging Face's `transformers` loads, in whichever of its
 * architectures says the same; the way back of `fromHuggingFace`.
 *
 * @example
 * const { config, tensors } = await toHuggingFace(model, params);
 * await saveTensors(directory('models/mine'), tensors, { config });
 * @throws GenaiError if none of the architectures can say what the model is, with what differs; or if the parameters are not of it.
 */
export async function toHuggingFace(model: Transformer, params: TransformerParams): Promise<HuggingFaceFiles> {
  const { config, tensors } = lazyHuggingFace(model, params);
  const read = new Map<string, FloatTensor>();
  for (const { name, shape, values } of tensors) read.set(name, { dtype: 'F32', shape, data: await values() });
  return { config, tensors: read };
}

/**
 * What {@link toHuggingFace} gives, each tensor to be read when it is written: for models that do not fit into the memory twice.
 *
 * @throws GenaiError as {@link toHuggingFace}.
 */
export function lazyHuggingFace(
  model: Transformer,
  params: TransformerParams,
): { readonly config: string; readonly tensors: readonly LazyTensor[] } {
  const full = fullConfig(model.config);
  const { architecture, config } = written(full);
  const { prefix } = architecture;
  const places = architecture
    .places(full)
    .map((place) => (place.name === 'lm_head.weight' ? place : { ...place, name: prefix + place.name }));
  return { config: textOf(config), tensors: tensorsOf(params, places, 'toHuggingFace') };
}

type Json = { readonly [field: string]: unknown };

/** The first architecture whose config, written and read again, is this one. */
function written(full: FullConfig): { architecture: Architecture; config: Json } {
  let nearest: { name: string; differing: readonly string[] } | undefined;
  for (const architecture of ARCHITECTURES) {
    const config = configOf(architecture, full);
    const differing = differences(full, config);
    if (differing.length === 0) return { architecture, config };
    if (!nearest || differing.length < nearest.differing.length) nearest = { name: architecture.name, differing };
  }
  const { name, differing } = nearest!;
  throw new GenaiError(
    `toHuggingFace: no architecture says what this model is. The nearest, ${name}, differs in ${differing.join(', ')}. ` +
      'Save it with `save` of @genai/checkpoint, or make the model of a preset.',
  );
}

function configOf(architecture: Architecture, full: FullConfig): Json {
  return {
    architectures: [architecture.name],
    model_type: architecture.modelType,
    vocab_size: full.vocabulary,
    ...architecture.write(full),
    tie_word_embeddings: full.tied,
    bos_token_id: full.beginToken ?? null,
    eos_token_id: full.endToken ?? null,
    torch_dtype: 'float32',
  };
}

/** As JSON in which numbers that Python must take for floats have a point, which it checks. */
function textOf(config: Json): string {
  return `${JSON.stringify(config, null, 2).replaceAll(WHOLE_FLOATS, '$1.0')}\n`;
}

const WHOLE_FLOATS: RegExp =
  /^( *"(?:rms_norm_eps|layer_norm_epsilon|\w+_softcapping|rope_theta|rope_local_base_freq|\w*factor|beta_\w+)": \d+)(?=,?$)/gm;

/** The fields in which a config that is read differs from what it was written of. */
function differences(full: FullConfig, config: Json): readonly string[] {
  let read: FullConfig;
  try {
    read = readConfig('toHuggingFace', config).full;
  } catch (error) {
    if (GenaiError.is(error)) return Object.keys(full); // nothing of it can be said
    throw error;
  }
  const [before, after] = [comparable(full), comparable(read)];
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (field) => !same(before[field], after[field]),
  );
}

/** What makes the model what it is, defaults filled in. */
function comparable({ window, dropout, positions, experts, ...rest }: FullConfig): {
  readonly [field: string]: unknown;
} {
  const chosen = experts && { normalised: true, ...experts };
  return { ...rest, experts: chosen, positions: positions.kind === 'rotary' ? { ...ROTARY, ...positions } : positions };
}

const ROTARY = { base: 10_000, share: 1, interleaved: false };

/** Equal plain data; numbers up to what is lost between √x and x². */
function same(a: unknown, b: unknown): boolean {
  if (typeof a === 'number' && typeof b === 'number') return Math.abs(a - b) <= 1e-9 * Math.abs(b);
  if (typeof a !== 'object' || typeof b !== 'object' || !a || !b) return a === b;
  const [x, y] = [a as { [name: string]: unknown }, b as { [name: string]: unknown }];
  return [...new Set([...Object.keys(x), ...Object.keys(y)])].every((name) => same(x[name], y[name]));
}
