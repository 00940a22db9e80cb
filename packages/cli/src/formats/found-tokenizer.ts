import { extname } from 'node:path';
import type { Store } from '@genai/checkpoint';
import { GenaiError } from '@genai/core';
import {
  chatTemplate,
  llama2cTokenizerJson,
  type TextTokenizer,
  tokenizerFrom,
  tokenizerFromHuggingFace,
} from '@genai/data';
import { jsonFile, parsedJson, TOKENIZER_FILE } from '../model/text/kept-tokenizer.js';
import { UsageError } from '../usage-error.js';

/** The tokenizer that a model from elsewhere comes with. */
export interface FoundTokenizer {
  readonly tokenizer: TextTokenizer;
  readonly chat?: FoundChat | undefined;
}

/** How it writes dialogues. */
export interface FoundChat {
  readonly template: string;
  readonly bosToken?: string;
  readonly eosToken?: string;
}

/** The tokenizer of a folder of Hugging Face, `undefined` if it has none. */
export async function folderTokenizer(store: Store): Promise<FoundTokenizer | undefined> {
  const json = await jsonFile(store, TOKENIZER_FILE);
  if (json === undefined) return undefined;
  const tokenizer = await tokenizerFromHuggingFace(json);
  const settings = Object((await jsonFile(store, 'tokenizer_config.json')) ?? {}) as { [field: string]: unknown };
  const file = await store.read('chat_template.jinja');
  const template = file ? new TextDecoder().decode(file) : templateOf(settings.chat_template);
  const [bosToken, eosToken] = [nameOf(settings.bos_token), nameOf(settings.eos_token)];
  const names = { ...(bosToken !== undefined && { bosToken }), ...(eosToken !== undefined && { eosToken }) };
  return { tokenizer, chat: template === undefined ? undefined : { template, ...names } };
}

/**
 * The tokenizer in a file: a `tokenizer.json` of Hugging Face or of ours, or the `tokenizer.bin` of llama2.c.
 *
 * @throws UsageError if it is none of them.
 */
export async function fileTokenizer(shown: string, bytes: Uint8Array): Promise<FoundTokenizer> {
  try {
    if (extname(shown) === '.bin') return { tokenizer: await tokenizerFromHuggingFace(llama2cTokenizerJson(bytes)) };
    const json = parsedJson(bytes, shown);
    const isOwn = 'kind' in Object(json);
    return { tokenizer: isOwn ? tokenizerFrom(json) : await tokenizerFromHuggingFace(json) };
  } catch (error) {
    if (!GenaiError.is(error)) throw error;
    throw new UsageError(`${shown} is no tokenizer: ${error.message}`, { cause: error });
  }
}

/** Whether dialogues can be written by a template, and if not why. */
export async function templateFault(
  tokenizer: TextTokenizer,
  { template, ...marks }: FoundChat,
): Promise<string | undefined> {
  try {
    await chatTemplate(template, { tokenizer, ...marks });
    return undefined;
  } catch (error) {
    if (!GenaiError.is(error)) throw error;
    return error.message;
  }
}

/** A text, or the one called `default` of several. */
function templateOf(field: unknown): string | undefined {
  if (typeof field === 'string') return field;
  const several = (Array.isArray(field) ? field : []) as { name?: unknown; template?: unknown }[];
  const { template } = several.find(({ name }) => name === 'default') ?? {};
  return typeof template === 'string' ? template : undefined;
}

/** The name of a token, given as text or as an object with its content. */
function nameOf(token: unknown): string | undefined {
  const name = typeof token === 'string' ? token : (Object(token) as { content?: unknown }).content;
  return typeof name === 'string' ? name : undefined;
}
