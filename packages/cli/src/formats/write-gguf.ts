import { basename, extname } from 'node:path';
import { encodeGgufHead, type GgufTensor, ggufTensor } from '@genai/checkpoint';
import { type LazyGguf, lazyGguf } from '@genai/transformer';
import type { ExportableModel } from './exportable.js';
import { ggufTokenizerOf } from './gguf-tokenizer-of.js';
import { inPlace } from './in-place.js';
import type { WriteOptions } from './write-options.js';
import { writePieces } from './write-pieces.js';

/** Writes a GGUF file that llama.cpp runs, with the tokenizer and how dialogues are written. */
export async function writeGguf(
  { model, params, tokenizer, chatTemplate }: ExportableModel,
  { path, shown, type, signal, onBytes }: WriteOptions,
): Promise<readonly string[]> {
  const { config } = model;
  const gguf = lazyGguf(config, params, {
    weights: type.toUpperCase() as 'F32' | 'F16' | 'Q8_0' | 'Q4_0',
    tokenizer: ggufTokenizerOf(tokenizer),
    addBegin: config.beginToken !== undefined,
    name: basename(shown, extname(shown)),
    ...(chatTemplate !== undefined && { chatTemplate }),
  });
  const all = gguf.tensors.size;
  await inPlace(path, shown, (temporary) =>
    writePieces(
      temporary,
      piecesOf(gguf, (written) => onBytes(written, all)),
      { signal },
    ),
  );
  return [shown];
}

/** `onTensor` is told how many tensors are made. */
async function* piecesOf(
  { metadata, tensors }: LazyGguf,
  onTensor: (count: number) => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { head, alignment } = encodeGgufHead({ metadata, tensors });
  yield head;
  let count = 0;
  for (const { type, shape, values } of tensors.values()) {
    const { bytes }: GgufTensor = ggufTensor(type, shape, await values());
    yield bytes;
    const rest = bytes.length % alignment;
    if (rest > 0) yield new Uint8Array(alignment - rest);
    count += 1;
    onTensor(count);
  }
}
