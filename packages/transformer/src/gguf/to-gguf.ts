import { GenaiError } from '@genai/core';
import { tensorsOf } from '../layouts/tensors-of.js';
import type { TransformerParams } from '../transformer.js';
import { type FullConfig, fullConfig, type TransformerConfig } from '../transformer-config.js';
import { GEMMA_GGUF, GEMMA2_GGUF, GEMMA3_GGUF } from './gemma-gguf.js';
import type { GgufArchitecture } from './gguf-architecture.js';
import { type GgufField, type GgufFields, string, u32 } from './gguf-field.js';
import { slowerOf } from './gguf-rope.js';
import { GPT2_GGUF } from './gpt2-gguf.js';
import { LLAMA_GGUF, QWEN2_GGUF, QWEN3_GGUF, QWEN3_MOE_GGUF } from './llama-gguf.js';
import { rotaryRows } from './rotary-rows.js';
import { type GgufTokenizer, tokenizerFields } from './tokenizer-fields.js';

/** How weights are written; vectors are `F32` always. */
export type GgufWeights = 'F32' | 'F16' | 'Q8_0' | 'Q4_0';

export interface GgufOptions {
  /** Default `F32`. */
  readonly weights?: GgufWeights;
  /** What the `toJSON` of a tokenizer of `@genai/data` gives, or its `sentencePiecesOf`. Without one tokens are named by their numbers. */
  readonly tokenizer?: GgufTokenizer;
  /** The program puts `beginToken` before every prompt. Default: as pieces say, else llama.cpp's for the kind of tokenizer, `false` for GPT-2's. */
  readonly addBegin?: boolean;
  /** Jinja template that chats are written with. */
  readonly chatTemplate?: string;
  /** Name of the model. */
  readonly name?: string;
}

/** A tensor to be written: `ggufTensor(type, shape, values)` of `@genai/checkpoint`. */
export interface GgufFloats {
  readonly type: GgufWeights;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** What goes into a GGUF file. */
export interface GgufModel {
  readonly metadata: ReadonlyMap<string, GgufField>;
  readonly tensors: ReadonlyMap<string, GgufFloats>;
}

/**
 * A model as llama.cpp runs it: in the first of its architectures `gpt2`, `qwen2`, `llama`, `qwen3`, `gemma`, `gemma2`, `gemma3`
 * and `qwen3moe` that computes just this config. Rows of queries and keys are put in the order it expects; of `Q4_0` the last layer is `Q8_0`; rows that
 * are no multiple of 32 are `F16`, what chooses among experts is `F32`.
 *
 * @example
 * const { metadata, tensors } = await toGguf(model.config, params, { weights: 'Q8_0', tokenizer: tokenizer.toJSON() });
 * const written = new Map([...tensors].map(([name, { type, shape, values }]) => [name, ggufTensor(type, shape, values)]));
 * await writeFile('model.gguf', encodeGguf({ metadata, tensors: written })); // both of @genai/checkpoint
 * @throws GenaiError if no architecture computes the config, and what the nearest lacks; if parameters are not of the config, or have
 *   adapters; if the tokenizer cannot be written, or has more tokens than the model.
 * @source https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
 */
export async function toGguf(
  config: TransformerConfig,
  params: TransformerParams,
  options: GgufOptions = {},
): Promise<GgufModel> {
  const { metadata, tensors } = lazyGguf(config, params, options);
  const read = new Map<string, GgufFloats>();
  for (const [name, { type, shape, values }] of tensors) read.set(name, { type, shape, values: await values() });
  return { metadata, tensors: read };
}

/** What {@link toGguf} gives, each tensor to be read when it is written. */
export interface LazyGguf {
  readonly metadata: ReadonlyMap<string, GgufField>;
  readonly tensors: ReadonlyMap<string, Omit<GgufFloats, 'values'> & { readonly values: () => Promise<Float32Array> }>;
}

/**
 * What {@link toGguf} gives, each tensor to be read when it is written: for models that do not fit into the memory twice.
 *
 * @throws GenaiError as {@link toGguf}.
 */
export function lazyGguf(
  config: TransformerConfig,
  params: TransformerParams,
  { weights = 'F32', tokenizer, addBegin, chatTemplate, name = 'genai' }: GgufOptions = {},
): LazyGguf {
  const full = fullConfig(config);
  const architecture = architectureFor(full);
  const metadata = new Map<string, GgufField>();
  const add = (fields: GgufFields, prefix = ''): void => {
    for (const [field, value] of Object.entries(fields)) if (value) metadata.set(prefix + field, value);
  };
  add({
    'general.architecture': string(architecture.name),
    'general.name': string(name),
    'general.file_type': u32(FILE_TYPES[weights]),
    'general.quantization_version': u32(2),
  });
  add(architecture.write(full), `${architecture.name}.`);
  const { vocabulary, beginToken, endToken } = full;
  add(tokenizerFields(tokenizer, { vocabulary, beginToken, endToken, addBegin, chatTemplate }));

  const tensors = new Map<string, ValueOf<LazyGguf['tensors']>>();
  const places = architecture.places(full);
  const present = places.filter(({ absent }) => !absent);
  const held = new Map(tensorsOf(params, present, 'toGguf').map((tensor) => [tensor.name, tensor]));
  const turn = turnOf(full, architecture);
  for (const { name, shape } of places) {
    const type = typeOf(name, shape, weights, full.tied);
    const data = async (): Promise<Float32Array> => (await held.get(name)?.values()) ?? new Float32Array(shape[0]!);
    tensors.set(name, { type, shape, values: async () => turn(name, shape, await data()) });
  }
  const slower = full.positions.kind === 'rotary' && slowerOf(full.positions, full.headWidth);
  if (slower) tensors.set('rope_freqs.weight', { type: 'F32', shape: [slower.length], values: async () => slower });
  return { metadata, tensors };
}

type ValueOf<M> = M extends ReadonlyMap<string, infer V> ? V : never;

/** All architectures; of several that compute a config the first is taken. */
export const ARCHITECTURES: readonly GgufArchitecture[] = [
  ...[GPT2_GGUF, QWEN2_GGUF, LLAMA_GGUF, QWEN3_GGUF, GEMMA_GGUF, GEMMA2_GGUF],
  ...[GEMMA3_GGUF, QWEN3_MOE_GGUF],
];

function architectureFor(config: FullConfig): GgufArchitecture {
  const lacking = ARCHITECTURES.map((architecture) => ({ architecture, lacks: architecture.lacks(config) }));
  // The one that lacks least computes the config, or is named with what is the matter.
  const [nearest] = lacking.sort((a, b) => a.lacks.length - b.lacks.length);
  const { architecture, lacks } = nearest!;
  if (lacks.length === 0) return architecture;
  throw new GenaiError(
    `toGguf: llama.cpp has no architecture that computes this config; the nearest, ${architecture.name}, does not, since ${lacks.join('; ')}. ` +
      'Export it to safetensors, or make a model that llama.cpp has, with the presets.',
  );
}

/** Rows of queries and keys in the order of the architecture, if the config has the other. */
function turnOf(
  { positions, headWidth }: FullConfig,
  { interleaved }: GgufArchitecture,
): (name: string, shape: readonly number[], values: Float32Array) => Float32Array {
  const own = positions.kind === 'rotary' ? (positions.interleaved ?? false) : interleaved;
  const to = interleaved ? 'neighbours' : 'halves';
  return (name, shape, values) =>
    own !== interleaved && /\.attn_[qk](_norm)?\./.test(name) ? rotaryRows(values, shape[0]!, headWidth, to) : values;
}

function typeOf(name: string, shape: readonly number[], weights: GgufWeights, tied: boolean): GgufWeights {
  if (shape.length === 1 || name === 'position_embd.weight' || name.endsWith('.ffn_gate_inp.weight')) return 'F32';
  if (weights === 'F32' || weights === 'F16') return weights;
  if (shape.at(-1)! % 32 !== 0) return 'F16';
  return name === (tied ? 'token_embd.weight' : 'output.weight') ? 'Q8_0' : weights;
}

/** llama.cpp's `enum llama_ftype`. */
const FILE_TYPES: { readonly [weights in GgufWeights]: number } = { F32: 0, F16: 1, Q4_0: 2, Q8_0: 7 };
