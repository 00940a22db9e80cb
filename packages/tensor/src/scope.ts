import { disposeTree, type Tree } from '@genai/core';
import { type Tensor, tidy } from '@tensorflow/tfjs-core';

/**
 * Runs `f` and frees every tensor made inside except those in its result.
 *
 * A promise is rejected by the type: its tensors would be freed before it settles. In asynchronous code use {@link owned}.
 *
 * @example
 * const y = scope(() => add(mul(x, 2), 1)); // the product is freed, the sum is yours
 */
export function scope<R>(f: () => R & { readonly then?: never }): R; // also takes what is still a type parameter
export function scope<R>(f: (() => R) & NotAPromise<R>): R; // also takes void, undefined and unknown
export function scope(f: () => unknown): unknown {
  return tidy(f as () => never);
}

/** A type alias, not the interface `Disposable`: a tree must keep its implicit index signature. */
export type Owned = { [Symbol.dispose](): void };

/**
 * Gives a tree to the block that holds it: its tensors are freed when the block ends, however it ends.
 *
 * @example
 * using params = owned(model.init(key(0)));
 */
export function owned<P extends Tree<Tensor>>(tree: P): P & Owned {
  return Object.defineProperty(tree as object, dispose, {
    value: () => disposeTree(tree),
    enumerable: false,
    configurable: true,
  }) as P & Owned;
}

// Browsers that lack the symbol get the one that compilers of `using` fall back to.
const dispose: symbol = Symbol.dispose ?? /* @__PURE__ */ Symbol.for('Symbol.dispose');

type NotAPromise<R> = [Extract<R, PromiseLike<unknown>>] extends [never]
  ? unknown
  : { readonly error: 'scope cannot hold a promise' };
