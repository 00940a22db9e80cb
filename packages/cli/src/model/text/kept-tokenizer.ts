import type { Store } from '@genai/checkpoint';
import { GenaiError } from '@genai/core';
import { chatTemplate, tokenizerFrom, tokenizerFromHuggingFace } from '@genai/data';
import { UsageError } from '../../usage-error.js';
import type { ConfigReader } from '../config-reader.js';
import type { KeptTokenizer, OpenedTokenizer } from '../family.js';
import { chatMarks } from './text-tokenizer-of.js';

/** Finds the tokenizer that an untyped description is of. @throws GenaiError if it is none. */
export type OpenTokenizer = (described: object) => Promise<OpenedTokenizer>;

/** The file of a tokenizer from elsewhere. */
export const TOKENIZER_FILE = 'tokenizer.json';
/** How such a model writes dialogues: a Jinja template, and JSON with the names of the tokens about a text. */
export const CHAT_FILES = { template: 'chat_template.jinja', marks: 'chat_marks.json' } as const;

/** Of a description that is whole. */
export const openOwnTokenizer: OpenTokenizer = async (described) => ({ tokenizer: tokenizerFrom(described) });

/** Of a description in the `config.json` of a store, which may name a file there. */
export function tokenizerIn(store: Store): OpenTokenizer {
  return async (described) => {
    const { kind, file: name } = described as { readonly kind?: unknown; readonly file?: unknown };
    if (kind !== 'hugging-face') return openOwnTokenizer(described);
    if (name !== TOKENIZER_FILE) throw new UsageError(`file must be "${TOKENIZER_FILE}", got ${JSON.stringify(name)}.`);
    const json = await jsonFile(store, TOKENIZER_FILE);
    if (json === undefined)
      throw new UsageError(`${store.name} has no ${name}. Put it back, or import the model again.`);
    const tokenizer = await tokenizerFromHuggingFace(json);
    const file = await store.read(CHAT_FILES.template);
    if (!file) return { tokenizer };
    const template = new TextDecoder().decode(file);
    const marks = chatMarks((await jsonFile(store, CHAT_FILES.marks)) ?? {});
    return { tokenizer, chat: await chatTemplate(template, { tokenizer, ...marks }), chatTemplate: template };
  };
}

/** What `config.json` keeps of a tokenizer that was opened. */
export function keptTokenizer(data: ConfigReader, { tokenizer }: OpenedTokenizer): KeptTokenizer {
  const described = tokenizer.toJSON();
  if (described.kind !== 'hugging-face') return described;
  const fields = data.record('tokenizer', ['kind', 'file']);
  return { kind: 'hugging-face', file: fields.text('file') };
}

/**
 * The content of a JSON file of a store, `undefined` if there is none.
 *
 * @throws GenaiError if it is no JSON, or larger than any tokenizer's.
 */
export async function jsonFile(store: Store, name: string): Promise<unknown> {
  const bytes = await store.read(name);
  return bytes && parsedJson(bytes, `${name} of ${store.name}`);
}

/** @throws GenaiError as {@link jsonFile}. */
export function parsedJson(bytes: Uint8Array, where: string): unknown {
  if (bytes.length > MOST_BYTES) {
    throw new GenaiError(`${where} has ${bytes.length} bytes, at most ${MOST_BYTES} are read. It is no such file.`);
  }
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new GenaiError(`${where} is not JSON: ${(cause as Error).message}`, { cause });
  }
}

/** Gemma's tokenizer.json, the largest of a known model, has 34 million. */
const MOST_BYTES = 2 ** 27;
