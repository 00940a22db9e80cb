import { GenaiError } from '@genai/core';
import type { NamedTensors } from '../layouts/named-tensor.js';
import { paramsFrom } from '../layouts/params-from.js';
import { type WeightBits, weightBits } from '../quantised/weight-bits.js';
import { type Transformer, type TransformerParams, transformer } from '../transformer.js';
import { type FullConfig, fullConfig, type TransformerConfig } from '../transformer-config.js';
import type { Architecture } from './architecture.js';
import { architectureOf } from './architectures.js';
import { type Fields, fieldsOf } from './fields.js';

/** What a checkpoint holds: a model and its parameters, which are the caller's. */
export interface Pretrained {
  readonly model: Transformer;
  readonly params: TransformerParams;
  /** All tokens that end a text; the model's `endToken` is the first of them. */
  readonly endTokens: readonly number[];
}

/**
 * A model and its parameters from a checkpoint of Hugging Face's `transformers`: GPT-2, Llama 2 and 3, SmolLM, Mistral, Mixtral, Qwen
 * 2, 2.5 and 3 (also of experts), Gemma 1, 2 and 3 (text). Half precision becomes float32, or with `bits` the large weights 16, 8 or
 * 4 bits, as `quantised` makes them: each tensor as it comes, so that they are never all in float32.
 *
 * `config` is what its `config.json` says, `tensors` are those of its safetensors files, which are held one at a time.
 *
 * @example
 * const store = directory('models/Qwen3-0.6B'); // or hub('Qwen/Qwen3-0.6B', { cache })
 * const { model, params } = await fromHuggingFace(await loadConfig(store), readTensors(store));
 * const halves = await fromHuggingFace(await loadConfig(store), readTensors(store), { bits: 16 }); // in half the memory
 * @throws GenaiError that names the field, if a config is of no known kind or asks for what this model cannot do; that names file and
 * tensor, if one is surplus, missing or of another shape, or has a weight too large for 16 bits, beyond 65504. No tensor is left over then.
 */
export async function fromHuggingFace(
  config: unknown,
  tensors: NamedTensors,
  options: WeightBits = {},
): Promise<Pretrained> {
  const bits = weightBits('fromHuggingFace', options);
  const { architecture, full, plain, endTokens } = readConfig('fromHuggingFace: config.json', config);
  const model = transformer(plain);
  const params = await paramsFrom(tensors, {
    where: 'fromHuggingFace',
    places: architecture.places(full),
    known: (name) => plainName(architecture, full, name),
    bits,
  });
  return { model, params, endTokens };
}

/** A config of Hugging Face as one of ours. */
export interface ReadConfig {
  readonly architecture: Architecture;
  readonly plain: TransformerConfig;
  readonly full: FullConfig;
  readonly endTokens: readonly number[];
}

/** @throws GenaiError as {@link fromHuggingFace}. `where` begins its message. */
export function readConfig(where: string, json: unknown): ReadConfig {
  const config = fieldsOf(where, json);
  const architecture = architectureOf(config);
  const read = architecture.read(config);
  const endTokens = config.tokens('eos_token_id', read.vocabulary);
  const plain = { ...read, ...specialTokens(config, read.vocabulary) };
  try {
    return { architecture, plain, full: fullConfig(plain), endTokens };
  } catch (cause) {
    if (!GenaiError.is(cause)) throw cause;
    throw new GenaiError(`${where} does not fit together: ${(cause as Error).message}`, { cause });
  }
}

function specialTokens(config: Fields, vocabulary: number): Pick<TransformerConfig, 'beginToken' | 'endToken'> {
  const [beginToken] = config.tokens('bos_token_id', vocabulary);
  const [endToken] = config.tokens('eos_token_id', vocabulary);
  return { ...(beginToken !== undefined && { beginToken }), ...(endToken !== undefined && { endToken }) };
}

/** The name without the prefix; `undefined` for what files hold that is no parameter, or is one already. */
function plainName({ prefix }: Architecture, { tied }: FullConfig, name: string): string | undefined {
  if (name === 'lm_head.weight') return tied ? undefined : name;
  const plain = name.startsWith(prefix) ? name.slice(prefix.length) : name;
  return CONSTANTS.test(plain) ? undefined : plain;
}

/** Masks and angles, which early releases kept among the weights. */
const CONSTANTS = /^h\.\d+\.attn\.(bias|masked_bias)$|^(layers\.\d+\.self_attn\.)?rotary_emb\.inv_freq$/;
