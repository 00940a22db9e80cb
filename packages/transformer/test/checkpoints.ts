import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Tensor, tensor2d } from '@tensorflow/tfjs-core';
// @boundaries-ignore checkpoints are read here by a package that this one must not import
import { directory } from '../../checkpoint/src/directory.js';
// @boundaries-ignore as above
import type { Store } from '../../checkpoint/src/store.js';

// @boundaries-ignore as above
export { loadConfig } from '../../checkpoint/src/load-config.js';
// @boundaries-ignore as above
export { memory as memoryStore } from '../../checkpoint/src/memory.js';
// @boundaries-ignore as above
export { readTensors, type StoredTensor } from '../../checkpoint/src/read-tensors.js';
// @boundaries-ignore as above
export { saveTensors } from '../../checkpoint/src/save-tensors.js';

/** A folder of golden/. */
export function goldenStore(name: string): Store {
  return directory(folder(name));
}

/** The tokens of a golden model, (rows, time), and the logits that the reference gives for them, flat. */
export function expectedOf(name: string, file = 'expected'): { readonly tokens: Tensor; readonly logits: number[] } {
  const { tokens, logits } = JSON.parse(readFileSync(`${folder(name)}/${file}.json`, 'utf8')) as {
    readonly tokens: number[][];
    readonly logits: number[][][];
  };
  return { tokens: tensor2d(tokens, undefined, 'int32'), logits: logits.flat(2) };
}

function folder(name: string): string {
  return fileURLToPath(new URL(`../golden/${name}`, import.meta.url));
}
