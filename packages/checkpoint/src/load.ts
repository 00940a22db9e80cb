import { GenaiError, type Tree } from '@genai/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { decodeSafetensors } from './decode-safetensors.js';
import { restore } from './restore.js';
import type { Store, StoreOptions } from './store.js';

/**
 * Loads the parameters that {@link save} or `saveRun` kept, as a new tree of the form of `like`. The caller owns it.
 *
 * The model is the schema: `like`, say `model.init(key(0))`, gives the paths, shapes and types; its values are not looked
 * at. Halves (F16, BF16) and F64 become float32, other integers int32 where they fit.
 *
 * @example
 * using fresh = owned(model.init(key(0)));
 * const params = await load(directory('runs/digits'), fresh);
 * @throws CheckpointMismatchError if paths, shapes or types differ; it lists them.
 * @throws GenaiError if there is no `model.safetensors` or it is damaged. No tensor is left over then.
 */
export async function load<P extends Tree<Tensor>>(store: Store, like: P, options: StoreOptions = {}): Promise<P> {
  const bytes = await store.read('model.safetensors', options);
  if (bytes === undefined) {
    throw new GenaiError(`load: ${store.name} has no model.safetensors. Save one there first, or mend the path.`);
  }
  options.signal?.throwIfAborted();
  const where = `load: model.safetensors of ${store.name}`;
  return restore(where, like, decodeSafetensors(bytes, where).entries);
}
