import { expectIntegers, GenaiError } from '@genai/core';
import type { Pretrained } from '../hugging-face/from-hugging-face.js';
import { LLAMA } from '../hugging-face/llama-architectures.js';
import type { NamedTensor } from '../layouts/named-tensor.js';
import { paramsFrom } from '../layouts/params-from.js';
import { llama } from '../presets/llama.js';
import { transformer } from '../transformer.js';
import { type FullConfig, fullConfig, type TransformerConfig } from '../transformer-config.js';

/**
 * A model and its parameters from a `.bin` of llama2.c, version 0: seven int32 and the weights in float32. As there, token 1 begins and
 * ends a text.
 *
 * @example
 * const { model, params } = await fromLlama2c(new Uint8Array(await readFile('stories15M.bin')));
 * @throws GenaiError if the file is of another version, its sizes are out of range, or its length is not what they ask for.
 * @source https://github.com/karpathy/llama2.c, run.c, `memory_map_weights`.
 */
export async function fromLlama2c(bytes: Uint8Array): Promise<Pretrained> {
  const config = configOf(bytes);
  const full = fullConfig(config);
  const model = transformer(config);
  const sizes = arraysOf(full);
  const count = sizes.reduce((sum, { shape, layers = 1 }) => sum + layers * shape.reduce((size, n) => size * n, 1), 0);
  if (bytes.byteLength !== HEADER + 4 * count) {
    throw new GenaiError(
      `${WHERE}: the file has ${bytes.byteLength} bytes, by its header it must have ${HEADER + 4 * count}. It is cut short or of another version.`,
    );
  }
  const params = await paramsFrom(tensorsIn(bytes, sizes), { where: WHERE, places: LLAMA.places(full) });
  return { model, params, endTokens: [BOUNDARY] };
}

const WHERE = 'fromLlama2c';
const HEADER = 28;
/** The token between texts. */
const BOUNDARY = 1;

function configOf(bytes: Uint8Array): TransformerConfig {
  if (bytes.byteLength < HEADER)
    throw new GenaiError(`${WHERE}: got ${bytes.byteLength} bytes, a file has at least ${HEADER}.`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, HEADER);
  if (view.getUint32(0, true) === 0x616b3432) {
    throw new GenaiError(
      `${WHERE}: the file is of version ${view.getInt32(4, true)}, expected version 0. Export it with --version 0.`,
    );
  }
  const [width, hidden, layers, heads, keyHeads, vocabulary, context] = Array.from({ length: 7 }, (_, i) =>
    view.getInt32(4 * i, true),
  ) as [number, number, number, number, number, number, number];
  const sizes = { width, hidden, layers, heads, keyHeads, vocabulary: Math.abs(vocabulary), context };
  expectIntegers(`${WHERE}: the header`, sizes);
  // Each layer has more floats than that, so that a header cannot claim more of them than the file has.
  if (layers * width * 4 > bytes.byteLength) {
    throw new GenaiError(
      `${WHERE}: ${layers} layers of width ${width} do not fit into ${bytes.byteLength} bytes. It is of another kind.`,
    );
  }
  return llama({
    ...sizes,
    positions: { kind: 'rotary', interleaved: true },
    tied: vocabulary > 0, // a negative one says that the last layer has weights of its own
    ...(sizes.vocabulary > BOUNDARY && { beginToken: BOUNDARY, endToken: BOUNDARY }),
  });
}

/** An array of the file: of all layers one after the other, or of none; without a name it is not needed. */
interface FileArray {
  readonly name?: string;
  readonly shape: readonly number[];
  readonly layers?: number;
}

function arraysOf({
  vocabulary,
  width,
  hidden,
  layers,
  heads,
  keyHeads,
  headWidth,
  context,
  tied,
}: FullConfig): readonly FileArray[] {
  const [queries, keys] = [heads * headWidth, keyHeads * headWidth];
  const angles = { shape: [context, headWidth / 2] };
  return [
    { name: 'embed_tokens', shape: [vocabulary, width] },
    { name: 'input_layernorm', shape: [width], layers },
    { name: 'self_attn.q_proj', shape: [queries, width], layers },
    { name: 'self_attn.k_proj', shape: [keys, width], layers },
    { name: 'self_attn.v_proj', shape: [keys, width], layers },
    { name: 'self_attn.o_proj', shape: [width, queries], layers },
    { name: 'post_attention_layernorm', shape: [width], layers },
    { name: 'mlp.gate_proj', shape: [hidden, width], layers },
    { name: 'mlp.down_proj', shape: [width, hidden], layers },
    { name: 'mlp.up_proj', shape: [hidden, width], layers },
    { name: 'norm', shape: [width] },
    ...[angles, angles], // cosines and sines, which the model computes itself
    ...(tied ? [] : [{ name: 'lm_head', shape: [vocabulary, width] }]),
  ];
}

function* tensorsIn(bytes: Uint8Array, arrays: readonly FileArray[]): Iterable<NamedTensor> {
  const whole = bytes.byteOffset % 4 === 0 ? bytes : new Uint8Array(bytes);
  const floats = new Float32Array(whole.buffer, whole.byteOffset + HEADER, (whole.byteLength - HEADER) / 4);
  let at = 0;
  for (const { name, shape, layers } of arrays) {
    const size = shape.reduce((product, n) => product * n, 1);
    for (let layer = 0; layer < (layers ?? 1); layer++) {
      const from = at;
      at += size;
      if (name === undefined) continue;
      const full = layers === undefined ? `${name}.weight` : `layers.${layer}.${name}.weight`;
      yield { name: full, file: 'the file', shape, values: () => floats.subarray(from, from + size) };
    }
  }
}
