import { leaves, type Snapshot, type Tree } from '@genai/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { capture } from './capture.js';
import { encodeJson } from './encode-json.js';
import { encodeSafetensors } from './encode-safetensors.js';
import { checkCounts, type Metrics, paramsOf, pathInState, runFileOf } from './run-file.js';
import type { SafetensorsEntry } from './safetensors-dtype.js';
import type { Store } from './store.js';

export interface SaveRunOptions {
  /** What the run is made of, kept as `config.json`: plain JSON. Without it a `config.json` that is there stays. */
  readonly config?: object | undefined;
  /** Numbers to keep with the run, such as its last losses. */
  readonly metrics?: Metrics | undefined;
  /** Stops the work; what was saved before stays. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Saves a run at rest so that {@link loadRun} goes on with it bit for bit. All files are written together or not at all.
 *
 * `state.params`, if the state has it, goes to `model.safetensors`, so that `load` and other programs find a model there;
 * everything else in the state to `state.safetensors`; step, key, data cursor and metrics to `state.json`. A state without
 * `params` stands in `state.safetensors` alone. What is saved is the state as it is at the call: training may go on, and
 * dispose it, while the promise is pending.
 *
 * @example
 * await saveRun(directory('runs/digits'), run.snapshot(), { config, metrics: { loss: 98.7 } });
 * @throws GenaiError if a leaf cannot be written, step, cursor or key cannot be those of a run, or the store fails.
 */
export async function saveRun<S extends Tree<Tensor>>(
  store: Store,
  snapshot: Snapshot<S>,
  options: SaveRunOptions = {},
): Promise<void> {
  const { config, metrics = {}, signal } = options;
  const { step, key, cursor, state } = snapshot;
  checkCounts('saveRun', { step, cursor, key });
  const files: { [name: string]: Uint8Array } = {};
  if (config !== undefined) files['config.json'] = encodeJson(config, 'saveRun: config');
  const params = paramsOf(state);
  const names = new Map(params === undefined ? [] : leaves<Tensor>(params).map(([path]) => [pathInState(path), path]));
  const tensors: { [name: string]: Uint8Array } = {};
  const captured = capture('saveRun', state); // before the first await
  try {
    const model = new Map<string, SafetensorsEntry>();
    const rest = new Map<string, SafetensorsEntry>();
    for (const [path, entry] of await captured.read({ signal })) {
      const name = names.get(path);
      if (name === undefined) rest.set(path, entry);
      else model.set(name, entry);
    }
    if (params !== undefined) tensors['model.safetensors'] = encodeSafetensors(model);
    tensors['state.safetensors'] = encodeSafetensors(rest);
  } finally {
    captured.dispose();
  }
  files['state.json'] = encodeJson(runFileOf({ step, key, cursor, metrics }, tensors), 'saveRun: state.json');
  await store.write({ ...files, ...tensors }, { signal });
}
