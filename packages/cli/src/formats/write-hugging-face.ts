import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { TextTokenizer } from '@genai/data';
import { lazyHuggingFace } from '@genai/transformer';
import type { ExportableModel } from './exportable.js';
import { expectFree, inPlace } from './in-place.js';
import { safetensorsPieces } from './safetensors-pieces.js';
import { bytesOf } from './tensor-bytes.js';
import { tokenizerJsonOf } from './tokenizer-json-of.js';
import type { WriteOptions } from './write-options.js';
import { writePieces } from './write-pieces.js';

/**
 * Writes a folder that `AutoModelForCausalLM` and `AutoTokenizer` of Hugging Face's `transformers` load.
 *
 * @throws UsageError if the folder is not empty; GenaiError if none of their architectures is the model.
 */
export async function writeHuggingFace(
  { model, params, tokenizer, chatTemplate }: ExportableModel,
  { path, shown, type, signal, onBytes }: WriteOptions,
): Promise<readonly string[]> {
  await expectFree(path, shown);
  const dtype = type === 'f16' ? 'F16' : 'F32';
  const { config, tensors } = lazyHuggingFace(model, params);
  const { beginToken, endToken, context } = model.config;
  const names = namesOf(tokenizer, { bos_token: beginToken, eos_token: endToken });
  const generation = {
    ...{ bos_token_id: beginToken ?? null, eos_token_id: endToken ?? null, _from_model_config: true },
  };
  const settings = {
    ...{ tokenizer_class: 'PreTrainedTokenizerFast', model_max_length: context, clean_up_tokenization_spaces: false },
    ...names,
  };
  const texts = {
    'config.json': dtype === 'F16' ? config.replace('"torch_dtype": "float32"', '"torch_dtype": "float16"') : config,
    'generation_config.json': pretty(generation),
    'tokenizer.json': `${JSON.stringify(tokenizerJsonOf(tokenizer.toJSON()))}\n`,
    'tokenizer_config.json': pretty(settings),
    'special_tokens_map.json': pretty(names),
    ...(chatTemplate !== undefined && { 'chat_template.jinja': chatTemplate }),
  };
  const all = bytesOf(tensors, dtype);
  await inPlace(path, shown, async (temporary) => {
    await mkdir(temporary);
    for (const [name, text] of Object.entries(texts)) {
      await writePieces(join(temporary, name), [new TextEncoder().encode(text)], { signal });
    }
    const pieces = safetensorsPieces(tensors, { dtype, metadata: { format: 'pt' } });
    await writePieces(join(temporary, 'model.safetensors'), pieces, {
      signal,
      onBytes: (written) => onBytes(Math.min(written, all), all),
    });
  });
  return [...Object.keys(texts), 'model.safetensors'].map((name) => join(shown, name));
}

/** The names of tokens that have one. */
function namesOf(
  { special, specialToken }: TextTokenizer,
  tokens: { readonly [role: string]: number | undefined },
): { readonly [role: string]: string } {
  const named = Object.entries(tokens).map(([role, token]) => {
    return [role, special.find((name) => specialToken(name) === token)] as const;
  });
  return Object.fromEntries(named.flatMap(([role, name]) => (name === undefined ? [] : [[role, name]])));
}

function pretty(json: object): string {
  return `${JSON.stringify(json, null, 2)}\n`;
}
