import { GenaiError, isLeaf, type Key, type Tree } from '@genai/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { crc32 } from './crc32.js';
import { isRecord, parseJson } from './parse-json.js';

/** Numbers watched in training by name, as they were at the last step. */
export type Metrics = { readonly [name: string]: number };

/** What `state.json` says. */
export interface RunFile {
  readonly step: number;
  readonly key: Key;
  readonly cursor: number;
  readonly metrics: Metrics;
  /** The safetensors files of the same save, with their CRC-32: parts of two saves are never put together. */
  readonly files: { readonly [name: string]: string };
}

const VERSION = 1;

export function runFileOf(run: Omit<RunFile, 'files'>, tensors: { readonly [name: string]: Uint8Array }): object {
  const metrics = Object.entries(run.metrics).map(([name, value]) => [
    name,
    Number.isFinite(value) ? value : String(value), // JSON has no NaN
  ]);
  const files = Object.entries(tensors).map(([name, bytes]) => [name, crc32(bytes)]);
  return {
    format: 'genai.run',
    version: VERSION,
    step: run.step,
    key: [...run.key],
    cursor: run.cursor,
    metrics: Object.fromEntries(metrics),
    files: Object.fromEntries(files),
  };
}

/** @throws GenaiError if `bytes` is not a `state.json` of this version, with all that belongs to it. */
export function parseRunFile(bytes: Uint8Array, where: string): RunFile {
  const json = parseJson(bytes, where);
  if (!isRecord(json) || json.format !== 'genai.run') {
    throw new GenaiError(`${where} is not the state of a run: it lacks "format": "genai.run".`);
  }
  if (json.version !== VERSION) {
    throw new GenaiError(
      `${where} has version ${JSON.stringify(json.version)}, this release of @genai/checkpoint reads version ${VERSION}. ` +
        'Load it with the release that saved it.',
    );
  }
  const { step, cursor, key, metrics, files } = json;
  checkCounts(where, { step, cursor, key });
  if (!isRecord(metrics)) throw new GenaiError(`${where}: "metrics" must be an object.`);
  if (!isRecord(files) || !Object.values(files).every((crc) => typeof crc === 'string')) {
    throw new GenaiError(`${where}: "files" must be an object of checksums.`);
  }
  return {
    step: step as number,
    cursor: cursor as number,
    key: key as unknown as Key,
    metrics: Object.fromEntries(Object.entries(metrics).map(([name, value]) => [name, metric(where, name, value)])),
    files: files as { [name: string]: string },
  };
}

/** @throws GenaiError unless step, cursor and key can be those of a run. */
export function checkCounts(where: string, run: { readonly [name in 'step' | 'cursor' | 'key']: unknown }): void {
  for (const name of ['step', 'cursor'] as const) {
    if (!Number.isSafeInteger(run[name]) || (run[name] as number) < 0) {
      throw new GenaiError(`${where}: "${name}" must be an integer of at least 0, got ${JSON.stringify(run[name])}.`);
    }
  }
  const isWord = (word: unknown): boolean => typeof word === 'number' && word >>> 0 === word;
  if (!Array.isArray(run.key) || run.key.length !== 2 || !run.key.every(isWord)) {
    throw new GenaiError(`${where}: "key" must be two 32-bit words, got ${JSON.stringify(run.key)}.`);
  }
}

/** The parameters in a state: its member `params` if it has one. */
export function paramsOf(state: Tree<Tensor>): Tree<Tensor> | undefined {
  const has = !isLeaf(state) && !Array.isArray(state) && Object.hasOwn(state, 'params');
  return has ? (state as { readonly [name: string]: Tree<Tensor> }).params : undefined;
}

/** Where a tensor of `model.safetensors` stands in the state. */
export function pathInState(path: string): string {
  return path ? `params.${path}` : 'params';
}

function metric(where: string, name: string, value: unknown): number {
  if (typeof value === 'number') return value;
  if (value === 'NaN' || value === 'Infinity' || value === '-Infinity') return Number(value);
  throw new GenaiError(`${where}: the metric "${name}" must be a number, got ${JSON.stringify(value)}.`);
}
