import { GenaiError } from '@genai/core';
import { encodeJson } from './encode-json.js';
import { encodeSafetensors } from './encode-safetensors.js';
import type { SafetensorsEntry } from './safetensors-dtype.js';
import type { Store } from './store.js';

export interface SaveTensorsOptions {
  /** Kept as `config.json`: plain JSON, or its text. */
  readonly config?: object | string | undefined;
  /** Strings about the tensors. Default `{ format: 'pt' }`, which readers in PyTorch ask for. */
  readonly metadata?: { readonly [name: string]: string } | undefined;
  /** The largest file in bytes, unless one tensor alone is larger; what does not fit goes to shards and an index. Default 5 GB. */
  readonly limit?: number | undefined;
  /** Stops the work; what was saved before stays. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Saves tensors under the names that they have: as `model.safetensors`, or in shards with `model.safetensors.index.json`, all written
 * together or not at all. {@link readTensors} reads them.
 *
 * @example
 * const { config, tensors } = await toHuggingFace(model, params);
 * await saveTensors(directory('models/mine'), tensors, { config });
 * @throws GenaiError if a tensor cannot be written or the store fails.
 */
export async function saveTensors(
  store: Store,
  tensors: ReadonlyMap<string, SafetensorsEntry>,
  { config, metadata = { format: 'pt' }, limit = 5e9, signal }: SaveTensorsOptions = {},
): Promise<void> {
  if (!(limit > 0)) throw new GenaiError(`saveTensors: limit must be above 0, got ${limit}.`);
  const files: { [name: string]: Uint8Array } = {};
  if (typeof config === 'string') files['config.json'] = new TextEncoder().encode(config);
  else if (config !== undefined) files['config.json'] = encodeJson(config, 'saveTensors: config');
  const shards = sharded(tensors, limit);
  const of = (shard: number): string =>
    shards.length === 1
      ? 'model.safetensors'
      : `model-${String(shard + 1).padStart(5, '0')}-of-${String(shards.length).padStart(5, '0')}.safetensors`;
  for (const [i, shard] of shards.entries()) files[of(i)] = encodeSafetensors(shard, metadata);
  if (shards.length > 1) {
    const map = shards.flatMap((shard, i) => [...shard.keys()].map((name) => [name, of(i)]));
    const size = [...tensors.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
    const index = { metadata: { total_size: size }, weight_map: Object.fromEntries(map) };
    files['model.safetensors.index.json'] = encodeJson(index, 'saveTensors: the index');
  }
  await store.write(files, { signal });
}

/** The tensors in order, cut before the one that would make a file too large. */
function sharded(tensors: ReadonlyMap<string, SafetensorsEntry>, limit: number): Map<string, SafetensorsEntry>[] {
  const shards = [new Map<string, SafetensorsEntry>()];
  let size = 0;
  for (const [name, entry] of tensors) {
    const more = entry.data.byteLength;
    if (size > 0 && size + more > limit) {
      shards.push(new Map());
      size = 0;
    }
    shards.at(-1)!.set(name, entry);
    size += more;
  }
  return shards;
}
