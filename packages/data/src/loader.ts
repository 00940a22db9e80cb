import { type Batches, disposeTree, mapLeaves, type Tree } from '@genai/core';
import { clone, type Tensor } from '@tensorflow/tfjs-core';
import { expectInteger } from './expect.js';

/** Makes the batches from a number on. Each belongs to whoever asked for it. */
export type Open<B> = (cursor: number) => AsyncGenerator<B, void, undefined>;

/**
 * Batches over `open` that keep the contract: each is freed when the next is asked for or the iterator returns.
 *
 * Loaders of this package also hand on `open` itself, so that a loader built on another takes each batch over instead
 * of copying it.
 */
export function loader<B extends Tree<Tensor>>(open: Open<B>): Batches<B> {
  const from = (cursor: number): AsyncIterable<B> => {
    expectInteger('batches.from', 'the cursor', cursor, 0);
    return { [Symbol.asyncIterator]: () => lend(open(cursor)) };
  };
  return { from, [Symbol.asyncIterator]: () => lend(open(0)), [OPEN]: open } as Batches<B>;
}

/** The batches of any loader, each owned by the receiver. */
export function opened<B extends Tree<Tensor>>(batches: Batches<B>): Open<B> {
  return (batches as { readonly [OPEN]?: Open<B> })[OPEN] ?? ((cursor) => copies(batches.from(cursor)));
}

const OPEN: unique symbol = /* @__PURE__ */ Symbol.for('genai.data.open') as never;

async function* lend<B extends Tree<Tensor>>(source: AsyncIterable<B>): AsyncGenerator<B, void, undefined> {
  for await (const batch of source) {
    try {
      yield batch;
    } finally {
      disposeTree(batch);
    }
  }
}

/** A foreign loader frees its batch when asked for the next, so what outlives that is a copy. */
async function* copies<B extends Tree<Tensor>>(source: AsyncIterable<B>): AsyncGenerator<B, void, undefined> {
  for await (const batch of source) yield mapLeaves<Tensor, B>(batch, (leaf) => clone(leaf));
}
