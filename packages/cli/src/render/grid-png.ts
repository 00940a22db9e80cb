import { encodePng, imageGrid } from '@genai/data';
import { owned, scope } from '@genai/tensor';
import type { Tensor } from '@tensorflow/tfjs-core';

/** Dark grey between the tiles, so that they can be told apart on black and on white. */
const BACKGROUND = 48;

/**
 * The images that `draw` makes, (count, height, width, channels) in [0, 1], side by side as a PNG file.
 *
 * @example
 * await writeFile('samples.png', await gridPng(() => model.given(params).sample(key(0), [64])));
 */
export async function gridPng(draw: () => Tensor, columns?: number): Promise<Uint8Array> {
  using made = owned(scope(() => ({ images: draw() })));
  const data = (await made.images.data()) as Float32Array;
  const options = { padding: 2, background: BACKGROUND, ...(columns !== undefined && { columns }) };
  return encodePng(imageGrid({ data, shape: made.images.shape }, options));
}
