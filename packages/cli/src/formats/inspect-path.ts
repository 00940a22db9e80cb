import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { decodeGguf, decodeSafetensors, type GgufValue, loadConfig, type Store } from '@genai/checkpoint';
import { directory } from '@genai/checkpoint/node';
import { jsonFile, TOKENIZER_FILE } from '../model/text/kept-tokenizer.js';
import { UsageError } from '../usage-error.js';
import { readFile } from './read-file.js';

/** A tensor of a file. */
export interface InspectedTensor {
  readonly name: string;
  readonly type: string;
  readonly shape: readonly number[];
}

type Facts = { readonly [name: string]: unknown };

/** What a model is. */
export interface Inspection {
  readonly format: string;
  /** Of all its files. */
  readonly bytes: number;
  readonly parameters: number;
  /** How many numbers are of each type. */
  readonly types: { readonly [type: string]: number };
  readonly tensors: readonly InspectedTensor[];
  /** What it says of itself, as it says it. */
  readonly config?: Facts;
  readonly tokenizer?: Facts;
  readonly metadata?: Facts;
}

/**
 * What lies at a path: a folder of a checkpoint, of Hugging Face or of nanoGPT, a safetensors or GGUF file, a `.bin` of llama2.c.
 *
 * @throws UsageError if it is none of them; GenaiError if a file is damaged.
 */
export async function inspectPath(shown: string, cwd: string, signal: AbortSignal): Promise<Inspection> {
  const path = resolve(cwd, shown);
  const found = await stat(path).catch(() => undefined);
  if (!found) throw new UsageError(`there is no ${shown}. Give a folder or a file.`);
  if (found.isDirectory()) return inspectFolder(path, shown, signal);
  const bytes = await readFile(path, shown, signal);
  const text = String.fromCharCode(...bytes.subarray(0, 4));
  if (text === 'GGUF') return inspectGguf(bytes, shown);
  if (shown.endsWith('.safetensors')) {
    const { entries, metadata } = decodeSafetensors(bytes, shown);
    return { ...counted('safetensors', tensorsOf(entries), bytes.length), metadata };
  }
  if (shown.endsWith('.bin')) return inspectLlama2c(bytes, shown);
  throw new UsageError(
    `${shown} is no model that is known: expected a folder, .safetensors, .gguf, or a .bin of llama2.c.`,
  );
}

async function inspectFolder(path: string, shown: string, signal: AbortSignal): Promise<Inspection> {
  const names = await readdir(path);
  const store = directory(path);
  const weights = names.filter((name) => /^(model|pytorch_model|adapter_model)(-\d+-of-\d+)?\.safetensors$/.test(name));
  const config = (await loadConfig(store)) as Facts | undefined;
  if (config === undefined && weights.length === 0) {
    throw new UsageError(`${shown} holds neither a config.json nor safetensors. Give the folder of a model.`);
  }
  const tensors: InspectedTensor[] = [];
  for (const name of weights.sort()) {
    tensors.push(
      ...tensorsOf(decodeSafetensors(await readFile(join(path, name), join(shown, name), signal), name).entries),
    );
  }
  const sizes = await Promise.all(names.map(async (name) => stat(join(path, name))));
  const bytes = sizes.reduce((sum, file) => sum + (file.isFile() ? file.size : 0), 0);
  const tokenizer = await tokenizerFacts(store, config);
  return {
    ...counted(formatOf(config), tensors, bytes),
    ...(config && { config: factsOf(config) }),
    ...(tokenizer && { tokenizer }),
  };
}

function formatOf(config: Facts | undefined): string {
  if (!config) return 'safetensors';
  if ('family' in config && 'parts' in config) return 'genai';
  if ('model_type' in config) return 'Hugging Face';
  return 'n_embd' in config && 'block_size' in config ? 'nanoGPT' : 'config.json of another kind';
}

/** Of ours the parts; the tokenizer is told apart. */
function factsOf(config: Facts): Facts {
  if (!('family' in config && 'parts' in config)) return config;
  const { family, preset, parts } = config;
  return { family, preset, ...Object(parts) };
}

async function tokenizerFacts(store: Store, config: Facts | undefined): Promise<Facts | undefined> {
  const { tokenizer } = Object(config?.data) as Facts;
  const { kind, alphabet, symbols, merges, special } = Object(tokenizer) as Facts;
  if (kind !== undefined && kind !== 'hugging-face') {
    return {
      kind,
      ...(typeof alphabet === 'string' && { characters: [...alphabet].length }),
      ...(Array.isArray(symbols) && { tokens: symbols.length }),
      ...(Array.isArray(merges) && { merges: merges.length }),
      ...(Array.isArray(special) && { special: special.length }),
    };
  }
  const json = (await jsonFile(store, TOKENIZER_FILE)) as Facts | undefined;
  if (json === undefined) return undefined;
  const { type, vocab } = Object(json.model) as Facts;
  const added = json.added_tokens;
  return {
    kind: `tokenizer.json, ${String(type ?? 'BPE')}`,
    tokens: Object.keys(Object(vocab)).length,
    added: Array.isArray(added) ? added.length : 0,
  };
}

function inspectGguf(file: Uint8Array, shown: string): Inspection {
  const { metadata, tensors } = decodeGguf(file, shown);
  const list = Array.from(tensors, ([name, { type, shape }]) => ({ name, type, shape }));
  const facts = Array.from(metadata, ([name, { value }]) => [name, plain(value)] as const);
  const [own, others] = [true, false].map((wanted) =>
    Object.fromEntries(facts.filter(([name]) => name.startsWith('tokenizer.') === wanted)),
  );
  return { ...counted('GGUF', list, file.length), tokenizer: own!, metadata: others! };
}

/** A list by its length, a 64-bit integer as a number. */
function plain(value: GgufValue['value']): unknown {
  if (typeof value === 'bigint') return Number(value);
  return typeof value === 'object' ? `${value.length} values` : value;
}

/** Seven int32, then float32 to the end. */
function inspectLlama2c(file: Uint8Array, shown: string): Inspection {
  if (file.length < 28) throw new UsageError(`${shown} is too short for a .bin of llama2.c. Give the whole file.`);
  const view = new DataView(file.buffer, file.byteOffset);
  const names = ['dim', 'hidden_dim', 'n_layers', 'n_heads', 'n_kv_heads', 'vocab_size', 'seq_len'];
  const config = Object.fromEntries(names.map((name, i) => [name, view.getInt32(4 * i, true)]));
  const isOne = Object.entries(config).every(([name, size]) => name === 'vocab_size' || (size > 0 && size < 2 ** 24));
  if (!isOne) throw new UsageError(`${shown} is no .bin of llama2.c, version 0: its head has sizes out of range.`);
  const count = Math.floor((file.length - 28) / 4);
  return { ...counted('llama2.c', [{ name: 'all', type: 'F32', shape: [count] }], file.length), config };
}

function tensorsOf(entries: ReadonlyMap<string, { dtype: string; shape: readonly number[] }>): InspectedTensor[] {
  return Array.from(entries, ([name, { dtype, shape }]) => ({ name, type: dtype, shape }));
}

function counted(
  format: string,
  tensors: readonly InspectedTensor[],
  bytes: number,
): Pick<Inspection, 'format' | 'bytes' | 'parameters' | 'types' | 'tensors'> {
  const types: { [type: string]: number } = {};
  for (const { type, shape } of tensors) types[type] = (types[type] ?? 0) + shape.reduce((size, n) => size * n, 1);
  const parameters = Object.values(types).reduce((sum, count) => sum + count, 0);
  return { format, bytes, parameters, types, tensors };
}
