import { loadRun, type Store } from '@genai/checkpoint';
import type { Batches, Key, Step, Tree } from '@genai/core';
import { owned, scope } from '@genai/tensor';
import { type Run, train } from '@genai/train';
import type { Tensor } from '@tensorflow/tfjs-core';

/** A run that goes on with what `store` holds of it, or from its beginning; and the numbers that were kept with it. */
export async function keptRun<S extends Tree<Tensor>, B, M extends string>(
  step: Step<S, B, { readonly [name in M]: Tensor }>,
  {
    store,
    data,
    steps,
    key,
  }: { readonly store: Store; readonly data: Batches<B>; readonly steps: number; readonly key: Key },
): Promise<{ readonly run: Run<S, M>; readonly metrics: { readonly [name: string]: number } }> {
  if (!(await store.read('state.json'))) return { run: train(step, { data, steps, key }), metrics: {} };
  const from = await loadedLike(
    () => step.init(key),
    (like) => loadRun(store, like),
  );
  return { run: train(step, { data, steps, key, from }), metrics: from.metrics };
}

/** What `load` gives for a tree of this form; the tree itself is freed. */
export async function loadedLike<S extends Tree<Tensor>, R>(init: () => S, load: (like: S) => Promise<R>): Promise<R> {
  using like = owned(scope(() => ({ state: init() })));
  return await load(like.state);
}
