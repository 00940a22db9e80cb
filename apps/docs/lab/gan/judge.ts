/** A judge that the generator never meets: the classifier of Fashion-MNIST that `@genai/eval` carries, 92.5 % right on real pictures. */
import { load, memory } from '@genai/checkpoint';
import { GenaiError, key } from '@genai/core';
import { fashionClassifier, type ImageClassifierParams } from '@genai/eval';
import { owned, scope } from '@genai/tensor';
import { argMax, cast, equal, sum, type Tensor } from '@tensorflow/tfjs-core';

/** Fetches the weights of the judge from where the site serves them. */
export async function fetchJudge(address: string): Promise<Uint8Array> {
  const response = await fetch(address);
  if (!response.ok) throw new GenaiError(`The judge could not be fetched: ${response.status} for ${response.url}.`);
  return new Uint8Array(await response.arrayBuffer());
}

/** How many of `images`, (batch, 28, 28, 1) in [0, 1], the judge takes for what was asked for, int32 (batch). */
export async function countRecognised(weights: Uint8Array, images: Tensor, asked: Tensor): Promise<number> {
  const { net } = fashionClassifier();
  // Small enough to be made anew each time: then an engine may change in between.
  using fresh = owned(scope(() => net.init(key(0))));
  using params = owned(await load(memory({ 'model.safetensors': weights }), fresh as ImageClassifierParams));
  using right = owned(
    scope(() => ({
      count: sum(cast(equal(argMax(net.logits(params as ImageClassifierParams, images), 1), asked), 'float32')),
    })),
  );
  return (await right.count.data())[0]!;
}
