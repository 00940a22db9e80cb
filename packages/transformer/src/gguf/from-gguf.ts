import { GenaiError } from '@genai/core';
import { fieldsOf } from '../hugging-face/fields.js';
import type { NamedTensor } from '../layouts/named-tensor.js';
import { paramsFrom } from '../layouts/params-from.js';
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
 * @example
 * const { metadata, tensors } = decodeGguf(bytes); // of @genai/checkpoint, as ggufFloats
 * const named = Array.from(tensors, ([name, tensor]) => ({ name, file: 'model.gguf', shape: tensor.shape, values: () => ggufFloats(tensor) }));
 * const { config, params } = await fromGguf(metadata, named);
 * const model = transformer(config);
 * @throws GenaiError if the architecture is another, a field is missing or out of range, or a tensor is surplus, missing or of another
 *   shape. No tensor is left over then.
 * @source https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
 */
export async function fromGguf(
  metadata: GgufMetadata,
  tensors: Iterable<NamedTensor>,
): Promise<{ readonly config: TransformerConfig; readonly params: TransformerParams }> {
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
    return { ...tensor, values: () => rotaryRows(tensor.values(), tensor.shape[0]!, full.headWidth, 'halves') };
  });
  const params = await paramsFrom(halved, {
    where: 'fromGguf',
    places: architecture.places(full),
    known: (name) => (name === SLOWER ? undefined : name),
  });
  return { config, params };
}

const SLOWER = 'rope_freqs.weight';

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
