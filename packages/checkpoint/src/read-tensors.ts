import { fromBfloat16, fromFloat16, GenaiError } from '@genai/core';
import { decodeSafetensors } from './decode-safetensors.js';
import { isRecord, parseJson } from './parse-json.js';
import type { SafetensorsEntry } from './safetensors-dtype.js';
import type { Store, StoreOptions } from './store.js';

/** One tensor of a checkpoint, as it comes from its file. */
export interface StoredTensor {
  readonly name: string;
  /** The file it stands in. */
  readonly file: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  /**
   * Its elements as float32; those of `F32` may be a view of the file, to be copied by whoever keeps them.
   *
   * @throws GenaiError if they are integers or booleans.
   */
  readonly values: () => Float32Array;
}

/**
 * All tensors of a checkpoint, one by one: of `model.safetensors`, or of the shards that `model.safetensors.index.json` names. Only
 * one file is held at a time.
 *
 * @example
 * for await (const { name, shape } of readTensors(directory('models/qwen3'))) console.log(name, shape);
 * @throws GenaiError if there is neither file, one is damaged, a shard is missing, or shards and index do not agree.
 */
export async function* readTensors(store: Store, options: StoreOptions = {}): AsyncIterable<StoredTensor> {
  const whole = await store.read(SINGLE, options);
  if (whole) {
    yield* tensorsOf(store, SINGLE, whole);
    return;
  }
  const where = `readTensors: ${INDEX} of ${store.name}`;
  const index = await store.read(INDEX, options);
  if (!index) throw new GenaiError(`readTensors: ${store.name} has neither ${SINGLE} nor ${INDEX}. Mend the path.`);
  const files = filesOf(parseJson(index, where), where);
  for (const [file, expected] of files) {
    options.signal?.throwIfAborted();
    const shard = await store.read(file, options);
    if (!shard) throw new GenaiError(`${where} names ${file}, which is missing. Fetch the checkpoint again.`);
    for (const tensor of tensorsOf(store, file, shard)) {
      if (!expected.delete(tensor.name)) {
        throw new GenaiError(`${where} does not say that ${file} holds "${tensor.name}". They are not of one save.`);
      }
      yield tensor;
    }
    const [missing] = expected;
    if (missing !== undefined) {
      throw new GenaiError(
        `${where} says that ${file} holds "${missing}", which it does not. They are not of one save.`,
      );
    }
  }
}

const SINGLE = 'model.safetensors';
const INDEX = 'model.safetensors.index.json';

function* tensorsOf(store: Store, file: string, bytes: Uint8Array): Iterable<StoredTensor> {
  const where = `readTensors: ${file} of ${store.name}`;
  for (const [name, entry] of decodeSafetensors(bytes, where).entries) {
    const { dtype, shape } = entry;
    yield { name, file, dtype, shape, values: () => floatsOf(`${where}: tensor "${name}"`, entry) };
  }
}

/** The files of an index in the order of their names, each with the names of its tensors. */
function filesOf(json: unknown, where: string): [file: string, names: Set<string>][] {
  const map = isRecord(json) ? json.weight_map : undefined;
  if (!isRecord(map)) throw new GenaiError(`${where} lacks its "weight_map", an object of file names.`);
  const files = new Map<string, Set<string>>();
  for (const [name, file] of Object.entries(map)) {
    if (typeof file !== 'string') {
      throw new GenaiError(`${where}: "${name}" must be the name of a file, got ${JSON.stringify(file)}.`);
    }
    files.set(file, (files.get(file) ?? new Set()).add(name));
  }
  return [...files].sort(([a], [b]) => (a < b ? -1 : 1));
}

function floatsOf(where: string, { dtype, data }: SafetensorsEntry): Float32Array {
  if (dtype === 'F32') return data;
  if (dtype === 'F16') return fromFloat16(data);
  if (dtype === 'BF16') return fromBfloat16(data);
  if (dtype === 'F64') return new Float32Array(data);
  throw new GenaiError(`${where} is of type ${dtype}, expected F32, F16, BF16 or F64. Convert it before.`);
}
