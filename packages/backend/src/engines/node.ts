import { findBackendFactory } from '@tensorflow/tfjs-core';
import { isNode, nodeBuiltin } from '../node-builtin.js';
import type { Engine } from './engine.js';
import { importFailure } from './import-failure.js';

let version: string | undefined;

/** TensorFlow's own library through `@tensorflow/tfjs-node`, which the user installs: it fetches a binary. */
export const node: Engine = {
  name: 'node',
  registeredAs: 'tensorflow',
  async passedOver() {
    if (!isNode()) return 'only in Node';
    return findBackendFactory('tensorflow') ? undefined : "only when asked for: useBackend('node')";
  },
  async load() {
    if (!isNode()) throw new Error('only in Node');
    if (findBackendFactory('tensorflow')) return;
    restoreNullCheck(nodeBuiltin('node:util') ?? {});
    const name = '@tensorflow/tfjs-node'; // a variable: bundlers must not follow it
    try {
      const module = await import(/* @vite-ignore */ /* webpackIgnore: true */ name);
      version = (module.version ?? module.default?.version)?.['tfjs-node'];
    } catch (error) {
      throw importFailure(name, error);
    }
  },
  facts: () => ({ ...(version && { version }), device: 'TensorFlow C library' }),
};

/** tfjs-node 4.22 calls `util.isNullOrUndefined`, which Node 23 removed. */
export function restoreNullCheck(util: { isNullOrUndefined?: (value: unknown) => boolean }): void {
  util.isNullOrUndefined ??= (value) => value === null || value === undefined;
}
