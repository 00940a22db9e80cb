import type { Tree } from '@genai/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { capture, type SavedFloat } from './capture.js';
import { encodeJson } from './encode-json.js';
import { encodeSafetensors } from './encode-safetensors.js';
import type { Store } from './store.js';

export interface SaveOptions {
  /** What the model is made of, kept as `config.json`: plain JSON. Without it a `config.json` that is there stays. */
  readonly config?: object | undefined;
  /** Strings about the tensors, kept in `model.safetensors`. */
  readonly metadata?: { readonly [name: string]: string } | undefined;
  /** How float32 tensors are written: exactly (`F32`, the default), or in half the space, rounded to nearest. */
  readonly dtype?: SavedFloat | undefined;
  /** Stops the work; what was saved before stays. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Saves parameters as `model.safetensors` (and `config.json`), both written together or not at all.
 *
 * Tensors are named by their dotted paths. What is saved is the tree as it is at the call: training may go on, and the
 * tensors may be disposed, while the promise is pending.
 *
 * @example
 * await save(directory('runs/digits'), params, { config: { family: 'vae', latent: 16 } });
 * @throws GenaiError if a leaf cannot be written (complex or string tensors, two leaves of one path) or the store fails.
 */
export async function save(store: Store, tree: Tree<Tensor>, options: SaveOptions = {}): Promise<void> {
  const { config, metadata, dtype = 'F32', signal } = options;
  const files = config === undefined ? {} : { 'config.json': encodeJson(config, 'save: config') };
  const captured = capture('save', tree); // before the first await
  let model: Uint8Array;
  try {
    model = encodeSafetensors(await captured.read({ dtype, signal }), metadata);
  } finally {
    captured.dispose();
  }
  await store.write({ ...files, 'model.safetensors': model }, { signal });
}
