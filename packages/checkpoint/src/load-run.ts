import { GenaiError, type Snapshot, type Tree } from '@genai/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { crc32 } from './crc32.js';
import { decodeSafetensors } from './decode-safetensors.js';
import { restore } from './restore.js';
import { type Metrics, parseRunFile, pathInState, type RunFile } from './run-file.js';
import type { SafetensorsEntry } from './safetensors-dtype.js';
import type { Store, StoreOptions } from './store.js';

/**
 * Loads a run that `saveRun` kept, as a snapshot to go on from, with its metrics. The caller owns the tensors of its state.
 *
 * `like`, say `step.init(key(0))`, gives the form of the state; its values are not looked at. float32, int32 and bool come
 * back bit for bit.
 *
 * @example
 * using fresh = owned(step.init(key(0)));
 * const snapshot = await loadRun(directory('runs/digits'), fresh);
 * @throws CheckpointMismatchError if paths, shapes or types differ; it lists them.
 * @throws GenaiError if there is no run, its files are damaged or not of one save, or its version is another. No tensor is
 *   left over then.
 */
export async function loadRun<S extends Tree<Tensor>>(
  store: Store,
  like: S,
  options: StoreOptions = {},
): Promise<Snapshot<S> & { readonly metrics: Metrics }> {
  const { run, tensors } = await readWhole(store, options);
  const entries = new Map<string, SafetensorsEntry>();
  for (const [file, bytes] of tensors) {
    const where = `loadRun: ${file} of ${store.name}`;
    for (const [name, entry] of decodeSafetensors(bytes, where).entries) {
      const path = file === MODEL ? pathInState(name) : name;
      if (entries.has(path)) throw new GenaiError(`${where}: "${path}" stands in ${MODEL} and in ${STATE}.`);
      entries.set(path, entry);
    }
  }
  const state = restore(`loadRun: the run in ${store.name}`, like, entries);
  return { step: run.step, key: run.key, cursor: run.cursor, metrics: run.metrics, state };
}

const MODEL = 'model.safetensors';
const STATE = 'state.safetensors';

/**
 * Reads all files of one save. While another program saves to the same place they may be of several: then it reads again.
 * Only if `state.json` stays the same meanwhile, nobody is saving, and the files are at fault.
 */
async function readWhole(
  store: Store,
  options: StoreOptions,
): Promise<{ run: RunFile; tensors: Map<string, Uint8Array> }> {
  let before: string | undefined;
  for (let attempt = 1; ; attempt++) {
    const json = await store.read('state.json', options);
    if (json === undefined) throw new GenaiError(`loadRun: ${store.name} has no state.json. Save a run there first.`);
    const run = parseRunFile(json, `loadRun: state.json of ${store.name}`);
    const tensors = new Map<string, Uint8Array>();
    let torn: string | undefined;
    for (const file of [MODEL, STATE]) {
      const expected = run.files[file];
      if (expected === undefined && file === MODEL) continue; // a state without parameters of its own
      const bytes = await store.read(file, options);
      options.signal?.throwIfAborted();
      if (bytes !== undefined && crc32(bytes) === expected) tensors.set(file, bytes);
      else torn ??= `${file} ${bytes === undefined ? 'is missing' : 'is not that of its state.json'}`;
    }
    if (torn === undefined) return { run, tensors };
    const now = crc32(json);
    if (now === before || attempt === ATTEMPTS) {
      throw new GenaiError(
        `loadRun: in ${store.name}, ${torn}: it is damaged or was replaced. Restore it, or load only the model with load().`,
      );
    }
    before = now;
  }
}

const ATTEMPTS = 20;
