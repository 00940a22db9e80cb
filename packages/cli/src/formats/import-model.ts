import { decodeGguf, ggufFloats, loadConfig, readTensors, type Store } from '@genai/checkpoint';
import {
  sentencePiecesJson,
  type TextTokenizer,
  textMarks,
  tokenizerFrom,
  tokenizerFromHuggingFace,
} from '@genai/data';
import {
  fromGguf,
  fromHuggingFace,
  fromLlama2c,
  fromNanoGpt,
  type GgufMetadata,
  type GgufTokenizer,
  type TransformerConfig,
  type TransformerParams,
  tokenizerFromGguf,
} from '@genai/transformer';
import { UsageError } from '../usage-error.js';
import { type FoundTokenizer, fileTokenizer, folderTokenizer } from './found-tokenizer.js';
import type { Source } from './open-source.js';
import { tokenizerJsonOf } from './tokenizer-json-of.js';

/** A model from elsewhere; the parameters are the caller's. */
export interface ImportedModel {
  /** What it was: `Hugging Face`, `GGUF`, … */
  readonly format: string;
  readonly config: TransformerConfig;
  readonly params: TransformerParams;
}

export interface ImportOptions {
  /** A tokenizer for files that come without one. */
  readonly tokenizer?: FoundTokenizer | undefined;
  readonly signal?: AbortSignal;
}

/**
 * The model in a folder of Hugging Face or nanoGPT, or in a file of llama.cpp (GGUF) or llama2.c, with its tokenizer.
 *
 * The tokenizer says whether a begin token stands before every text: that of the config may only be for other uses.
 *
 * @throws UsageError if it is none of them, or has no tokenizer; GenaiError that names what is wrong within. No tensor is left over then.
 */
export async function importModel(
  source: Source,
  options: ImportOptions,
): Promise<ImportedModel & { readonly found: FoundTokenizer }> {
  return source.kind === 'folder' ? importFolder(source, options) : importFile(source, options);
}

async function importFolder(
  { store, shown }: Source & { readonly kind: 'folder' },
  { tokenizer, signal }: ImportOptions,
): Promise<ImportedModel & { readonly found: FoundTokenizer }> {
  const json = Object((await loadConfig(store)) ?? (await noConfig(store, shown))) as {
    readonly [field: string]: unknown;
  };
  if ('family' in json && 'parts' in json) {
    throw new UsageError(`${shown} is a checkpoint of genai already: sample, chat, eval and export take it as it is.`);
  }
  const isNanoGpt = 'n_embd' in json && 'block_size' in json;
  const found = tokenizer ?? (await folderTokenizer(store)) ?? noTokenizer(shown, TOKENIZERS.json);
  const tensors = readTensors(store, signal ? { signal } : {});
  if (isNanoGpt) {
    const { model, params } = await fromNanoGpt(json, tensors);
    return { format: 'nanoGPT', config: model.config, params, found };
  }
  const { model, params } = await fromHuggingFace(json, tensors);
  return { format: 'Hugging Face', config: begun(model.config, found), params, found };
}

async function importFile(
  { shown, read, beside }: Source & { readonly kind: 'file' },
  { tokenizer }: ImportOptions,
): Promise<ImportedModel & { readonly found: FoundTokenizer }> {
  const bytes = await read();
  if (startsWith(bytes, 'GGUF')) {
    const { metadata, tensors } = decodeGguf(bytes, shown);
    const found = tokenizer ?? (await ggufTokenizer(metadata, shown));
    const named = Array.from(tensors, ([name, tensor]) => {
      return { name, file: shown, shape: tensor.shape, values: () => ggufFloats(tensor) };
    });
    const { config, params } = await fromGguf(metadata, named);
    return { format: 'GGUF', config: addsBegin(metadata) ? config : unbegun(config), params, found };
  }
  if (shown.endsWith('.safetensors')) {
    throw new UsageError(`${shown} holds tensors alone. Give the folder it is in, which has the config.json too.`);
  }
  if (startsWith(bytes, 'PK')) {
    throw new UsageError(
      `${shown} is a pickle of PyTorch, a program that nobody should run unseen. Save its tensors as safetensors where it was made.`,
    );
  }
  const own = await beside('tokenizer.bin');
  const found = tokenizer ?? (own ? await fileTokenizer('tokenizer.bin', own) : noTokenizer(shown, TOKENIZERS.bin));
  const { model, params } = await fromLlama2c(bytes);
  return { format: 'llama2.c', config: model.config, params, found };
}

const TOKENIZERS = { json: 'tokenizer.json', bin: 'tokenizer.bin beside it' } as const;

async function ggufTokenizer(metadata: GgufMetadata, shown: string): Promise<FoundTokenizer> {
  const kind = metadata.get('tokenizer.ggml.model')?.value;
  if (!KINDS.includes(kind as string)) {
    throw new UsageError(
      `${shown} has a tokenizer of the kind ${JSON.stringify(kind ?? 'none')}, which is not read from GGUF. Add --tokenizer FILE, the tokenizer.json of the model.`,
    );
  }
  const { tokenizer, chatTemplate } = tokenizerFromGguf(metadata);
  return {
    tokenizer: await textTokenizer(tokenizer),
    chat: chatTemplate === undefined ? undefined : { template: chatTemplate, ...endNames(metadata) },
  };
}

/** Kinds of tokenizers that are read from GGUF. */
const KINDS = ['gpt2', 'rwkv', 'llama', 't5'];

/** Ours as they are; pieces, and words of another kind, as a `tokenizer.json`. */
async function textTokenizer(found: GgufTokenizer): Promise<TextTokenizer> {
  if (found.kind === 'sentence-pieces') return tokenizerFromHuggingFace(sentencePiecesJson(found));
  const isOwn = found.kind !== 'byte-pairs' || !found.pattern;
  return isOwn ? tokenizerFrom(found) : tokenizerFromHuggingFace(tokenizerJsonOf(found));
}

function endNames(metadata: GgufMetadata): { readonly bosToken?: string; readonly eosToken?: string } {
  const texts = metadata.get('tokenizer.ggml.tokens')?.value as readonly string[];
  const name = (of: string): string | undefined => texts[Number(metadata.get(`tokenizer.ggml.${of}_token_id`)?.value)];
  const [bosToken, eosToken] = [name('bos'), name('eos')];
  return { ...(bosToken !== undefined && { bosToken }), ...(eosToken !== undefined && { eosToken }) };
}

/** As llama.cpp does where the file says nothing: pieces have a begin token, byte pairs do not. */
function addsBegin(metadata: GgufMetadata): boolean {
  const said = metadata.get('tokenizer.ggml.add_bos_token')?.value;
  return said === undefined ? metadata.get('tokenizer.ggml.model')?.value === 'llama' : said === true;
}

function begun(config: TransformerConfig, { tokenizer }: FoundTokenizer): TransformerConfig {
  const description = tokenizer.toJSON();
  if (description.kind !== 'hugging-face') return config;
  const [before] = textMarks(description.json).before;
  return before === undefined ? unbegun(config) : { ...config, beginToken: before };
}

function unbegun({ beginToken, ...config }: TransformerConfig): TransformerConfig {
  return config;
}

function startsWith(bytes: Uint8Array, text: string): boolean {
  return Array.from(text).every((letter, i) => bytes[i] === letter.charCodeAt(0));
}

async function noConfig(store: Store, shown: string): Promise<never> {
  const isAdapter = await store.read('adapter_config.json');
  throw new UsageError(
    isAdapter
      ? `${shown} holds an adapter, not a whole model. Merge it into its model where it was made.`
      : `${shown} has no config.json. Give a folder of Hugging Face or nanoGPT, a .gguf, or a .bin of llama2.c.`,
  );
}

function noTokenizer(shown: string, file: string): never {
  throw new UsageError(
    `${shown} has no ${file}. Add --tokenizer FILE, or --tokenizer bytes for a model whose tokens are bytes.`,
  );
}
