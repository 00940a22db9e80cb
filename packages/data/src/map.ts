import { type Batches, GenaiError, leaves, type Tree } from '@genai/core';
import { scope } from '@genai/tensor';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Dataset } from './dataset.js';
import { loader, opened } from './loader.js';

/**
 * Applies a pure function to every group of examples as it is read, or to every batch as it is made.
 *
 * What `f` is given is freed unless it returns it, and so is whatever else it makes. Beside the tensors it gets their
 * place: the numbers of the examples for a dataset, the number of the batch for batches; fold it into a key and noise
 * stays exact when a run goes on.
 *
 * @example
 * const images = map(data, (batch) => batch.images);
 * const noisy = map(batches(images, { size: 64 }), (x, number) => add(x, normalNoise(fold(key(0), number), x.shape)));
 * @throws GenaiError, when read, if `f` returns a promise.
 */
export function map<B extends Tree<Tensor>, C extends Tree<Tensor>>(
  dataset: Dataset<B>,
  f: (group: B, indices: Uint32Array) => C,
): Dataset<C>;
export function map<B extends Tree<Tensor>, C extends Tree<Tensor>>(
  batches: Batches<B>,
  f: (batch: B, number: number) => C,
): Batches<C>;
export function map<B extends Tree<Tensor>, C extends Tree<Tensor>>(
  source: Dataset<B> | Batches<B>,
  f: (tensors: B, place: never) => C,
): Dataset<C> | Batches<C> {
  if ('read' in source) {
    return {
      length: source.length,
      read: (indices) => {
        const group = source.read(indices);
        const apply = (tensors: B): C => applied(tensors, (b) => f(b, indices as never));
        return isPromise<B>(group) ? group.then(apply) : apply(group);
      },
    };
  }
  const open = opened(source);
  return loader(async function* (cursor) {
    let number = cursor;
    for await (const batch of open(cursor)) {
      const place = number++;
      yield applied(batch, (b) => f(b, place as never));
    }
  });
}

/** f(tensors), owning the result and nothing else. */
function applied<B extends Tree<Tensor>, C extends Tree<Tensor>>(tensors: B, f: (tensors: B) => C): C {
  let kept = new Set<Tensor>();
  try {
    return scope<unknown>(() => {
      const made: unknown = f(tensors);
      if (isPromise(made)) {
        made.then(undefined, () => undefined);
        throw new GenaiError('map: f returned a promise. Its tensors cannot be kept track of: make it synchronous.');
      }
      kept = new Set(leaves<Tensor>(made as C).map(([, leaf]) => leaf));
      return made;
    }) as C;
  } finally {
    for (const [, leaf] of leaves<Tensor>(tensors)) if (!kept.has(leaf)) leaf.dispose();
  }
}

function isPromise<B>(value: unknown): value is Promise<B> {
  return typeof (value as { then?: unknown } | null)?.then === 'function';
}
