import { GenaiError } from '@genai/core';
import type { QuantisedArrays, QuantisedBits } from '@genai/tensor';
import { fieldsOf } from '../hugging-face/fields.js';
import type { NamedTensor } from '../layouts/named-tensor.js';
import { paramsFrom } from '../layouts/params-from.js';
import type { Place } from '../layouts/place.js';
import { type WeightBits, weightBits } from '../quantised/weight-bits.js';
import type { TransformerParams } from '../transformer.js';
import { fullConfig, type TransformerConfig } from '../transformer-config.js';
import { type GgufMetadata, recordOf } from './gguf-field.js';
import { NO_TEXT_PIECE } from './piece-fields.js';
import { rotaryRows } from './rotary-rows.js';
import { ARCHITECTURES } from './to-gguf.js';
import { NO_TEXT } from './tokenizer-fields.js';

/**
 * A model from the metadata and tensors of a GGUF file, of llama.cpp's architectures `gpt2`, `llama`, `qwen2`, `qwen3`, `gemma` and
 * `gemma2`: what `transformer(config)` computes with. Tensors are read one by one. Rotary pairs become halves. The tokenizer is in the
 * metadata: {@link tokenizerFromGguf}.
 *
 * With `bits` the large weights are in 16, 8 or 4 bits, as `quantised` makes them, and never all in float32. Weights that the file has in
 * as few, or fewer, keep their codes and scales, where a tensor brings its `codes`: none is rounded twice.
 *
 * @example
 * const { metadata, tensors } = decodeGguf(bytes); // of @genai/checkpoint, as ggufFloats and ggufCodes
 * const named = Array.from(tensors, ([name, tensor]) => {
 *   return { name, file: 'model.gguf', shape: tensor.shape, values: () => ggufFloats(tensor), codes: ggufCodes(tensor) };
 * });
 * const { config, params } = await fromGguf(metadata, named, { bits: 8 });
 * const model = transformer(config);
 * @throws GenaiError if the architecture is another, a field is missing or out of range, or a tensor is surplus, missing or of another
 *   shape, or has a weight too large for 16 bits, beyond 65504. No tensor is left over then.
 * @source https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
 */
export async function fromGguf(
  metadata: GgufMetadata,
  tensors: Iterable<NamedTensor>,
  options: WeightBits = {},
): Promise<{ readonly config: TransformerConfig; readonly params: TransformerParams }> {
  const asked = weightBits('fromGguf', options);
  const fields = fieldsOf('fromGguf', recordOf(metadata));
  const name = fields.text('general.architecture');
  const architecture = ARCHITECTURES.find((known) => known.name === name);
  if (!architecture) {
    return fields.refuse('general.architecture', `one of ${ARCHITECTURES.map(({ name }) => name).join(', ')}`);
  }
  const byName = new Map(Array.from(tensors, (tensor) => [tensor.name, tensor]));
  const table = byName.get('token_embd.weight');
  if (table?.shape.length !== 2) {
    throw new GenaiError(
      'fromGguf: the tensor "token_embd.weight" is missing or no table. The file is not a whole model.',
    );
  }
  const vocabulary = table.shape[0]!;
  const slower = byName.get(SLOWER)?.values();
  const read = architecture.read({ fields, has: (tensor) => byName.has(tensor), vocabulary, slower });
  const config = { ...read, ...endsOf(metadata, vocabulary) };
  const full = fullConfig(config);

  const halved = Array.from(byName.values(), (tensor): NamedTensor => {
    if (!architecture.interleaved || !/\.attn_[qk]\./.test(tensor.name)) return tensor;
    return turned(tensor, full.headWidth);
  });
  const places = architecture.places(full);
  const params = await paramsFrom(halved, {
    where: 'fromGguf',
    places,
    bits: fewest(asked, heldBits(places, byName)),
    known: (name) => (name === SLOWER ? undefined : name),
  });
  return { config, params };
}

const SLOWER = 'rope_freqs.weight';

/** The tensor with rotary pairs as halves. */
function turned(tensor: NamedTensor, headWidth: number): NamedTensor {
  const { codes, shape } = tensor;
  const turn = <T extends Float32Array | Int32Array>(of: T): T => rotaryRows(of, shape[0]!, headWidth, 'halves');
  const read = (): QuantisedArrays => {
    const { codes: of, scales } = codes!.read();
    return { codes: turn(of), ...(scales && { scales: turn(scales) }) };
  };
  return { ...tensor, values: () => turn(tensor.values()), codes: codes && { bits: codes.bits, read } };
}

/** The bits that the file has for the leaf at each path: of tensors that are parts of one, the most. */
function heldBits(places: readonly Place[], tensors: ReadonlyMap<string, NamedTensor>): ReadonlyMap<string, Bits> {
  const held = new Map<string, Bits>();
  for (const { name, path } of places) {
    const bits = tensors.get(name)?.codes?.bits ?? 32;
    if (bits > (held.get(path) ?? 0)) held.set(path, bits);
  }
  return held;
}

type Bits = QuantisedBits | 32;

/** What is asked for, or what the file has if that is less; float32 that is asked for stays. */
function fewest(asked: (path: string) => Bits, held: ReadonlyMap<string, Bits>): (path: string) => Bits {
  return (path) => {
    const [most, has] = [asked(path), held.get(path) ?? 32];
    return most === 32 || most < has ? most : has;
  };
}

/** The tokens that begin and end a text, where the model has them: a byte that no text has, or the unknown token, stands for none. */
function endsOf(metadata: GgufMetadata, vocabulary: number): Pick<TransformerConfig, 'beginToken' | 'endToken'> {
  const texts = metadata.get('tokenizer.ggml.tokens')?.value;
  const [unknown, kind] = ['unknown_token_id', 'model'].map((name) => metadata.get(`tokenizer.ggml.${name}`)?.value);
  const token = (name: string): number | undefined => {
    const value = metadata.get(`tokenizer.ggml.${name}_token_id`)?.value;
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value >= vocabulary) return undefined;
    const isUnknown = name === 'eos' && kind === 't5' && value === unknown;
    const isNone = isUnknown || (Array.isArray(texts) && [NO_TEXT, NO_TEXT_PIECE].includes(texts[value]));
    return isNone ? undefined : value;
  };
  const [beginToken, endToken] = [token('bos'), token('eos')];
  return { ...(beginToken !== undefined && { beginToken }), ...(endToken !== undefined && { endToken }) };
}
