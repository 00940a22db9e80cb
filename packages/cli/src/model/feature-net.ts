import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { load, memory } from '@genai/checkpoint';
import { GenaiError, key } from '@genai/core';
import { fashionClassifier, type ImageClassifierParams } from '@genai/eval';
import { owned, scope } from '@genai/tensor';
import type { Features } from './features.js';

/** Features of the classifier of Fashion-MNIST. */
export interface FeatureNet extends Features {
  /** Of its file. */
  readonly sha256: string;
}

/**
 * The feature net that `@genai/eval` carries, for images (count, 28, 28, 1), its file checked by hash.
 *
 * @throws GenaiError if the file is not the one the package was made with.
 */
export async function featureNet(): Promise<FeatureNet> {
  const { net, file, sha256 } = fashionClassifier();
  const bytes = await readFile(createRequire(import.meta.url).resolve(file));
  const found = createHash('sha256').update(bytes).digest('hex');
  if (found !== sha256) {
    throw new GenaiError(`${file} has the sha256 ${found}, expected ${sha256}. Install @genai/eval again.`);
  }
  const store = memory();
  await store.write({ 'model.safetensors': bytes });
  return {
    name: `fashion-classifier ${sha256.slice(0, 8)}`,
    sha256,
    of: async (images) => {
      // Small enough to be made anew each time: nobody has to free it in the end.
      using fresh = owned(scope(() => net.init(key(0))));
      using params = owned(await load(store, fresh as ImageClassifierParams));
      return net.features(params as ImageClassifierParams, images);
    },
  };
}
