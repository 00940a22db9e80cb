// Not from index.js: without TensorFlow.js the worker starts in a fifth of the time.
import { indexedDb } from '../../src/indexed-db.js';
import { opfs } from '../../src/opfs.js';

/** What the worker is told: where to write, and the number after which it goes on counting. */
export interface Work {
  readonly kind: 'indexedDb' | 'opfs';
  readonly name: string;
  readonly from: number;
}

/** Writes group after group, and posts the number of each that is done (0: it begins), until it is terminated. */
self.onmessage = async ({ data: { kind, name, from } }: MessageEvent<Work>): Promise<void> => {
  const store = kind === 'opfs' ? opfs(name) : indexedDb(name);
  const bytes = (length: number, version: number): Uint8Array =>
    new Uint8Array(new Uint32Array(length).fill(version).buffer);
  self.postMessage(0);
  for (let version = from + 1; ; version++) {
    await store.write({ a: bytes(1, version), b: bytes(50_000, version), c: bytes(3, version) });
    self.postMessage(version);
  }
};
