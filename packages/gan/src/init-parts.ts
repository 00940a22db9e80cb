import { type Key, split, type Tree } from '@genai/core';
import { scope } from '@genai/tensor';
import type { Tensor } from '@tensorflow/tfjs-core';

/** Fresh parameters of several layers, in an array or a record like theirs. */
export function initParts<P extends { readonly [name: string]: Tree<Tensor> } | readonly Tree<Tensor>[]>(
  parts: { readonly [K in keyof P]: { readonly init: (key: Key) => P[K] } },
  key: Key,
): P {
  const entries = Object.entries<{ readonly init: (key: Key) => Tree<Tensor> }>(parts as never);
  const keys = split(key, entries.length);
  return scope(() => {
    const made = entries.map(([name, part], i) => [name, part.init(keys[i]!)] as const);
    return (Array.isArray(parts) ? made.map(([, params]) => params) : Object.fromEntries(made)) as P;
  });
}

/** Several layers of one kind as something with an array of parameters. */
export function each<P extends Tree<Tensor>>(
  parts: readonly { readonly init: (key: Key) => P }[],
): { readonly init: (key: Key) => readonly P[] } {
  return { init: (key) => initParts<readonly P[]>(parts, key) };
}
