import { type Key, split, type Tree } from '@genai/core';
import { denoise, interpolate, reconstruct } from '@genai/vae';
import { concat, gather, reshape, slice, type Tensor, tensor1d, transpose } from '@tensorflow/tfjs-core';
import type { BuiltVae } from '../model/vae/build-vae.js';
import { gridPng } from '../render/grid-png.js';
import { corrupt } from './corrupt.js';

/** The pictures of the demonstration, as PNG files by name. */
export type Pictures = { readonly [name in 'samples' | 'reconstructions' | 'walk' | 'denoised']: Uint8Array };

/** Tiles in a row. */
const COLUMNS = 10;
/** The noise of `denoised`: so many of the pixels become a coin toss. */
export const SHOWN_NOISE = 0.3;

/**
 * Draws everything from the prior, and from held-out digits: `digits`, at least 20 of them, the first ten one of each class.
 */
export async function pictures(
  model: BuiltVae,
  params: Tree<Tensor>,
  { digits, key }: { readonly digits: Tensor; readonly key: Key },
): Promise<Pictures> {
  const [sampleKey, noiseKey] = split(key);
  return {
    samples: await png(() => {
      const z = model.prior(params).sample(sampleKey, [COLUMNS * COLUMNS]);
      return model.decode(params, z).mean();
    }),
    reconstructions: await png(() => above(digits, reconstruct(model, params, digits))),
    // Every digit on its way to the next: 0 to 1, 2 to 3, …
    walk: await png(() => {
      const [from, to] = [0, 1].map((parity) =>
        gather(
          digits,
          tensor1d(
            [0, 2, 4, 6, 8].map((i) => i + parity),
            'int32',
          ),
        ),
      );
      const path = interpolate(model, params, from!, to!, { steps: COLUMNS, spherical: true }); // (steps, 5, h, w, c)
      return reshape(transpose(path, [1, 0, 2, 3, 4]), [-1, ...digits.shape.slice(1)]);
    }),
    denoised: await png(() => {
      const noisy = corrupt(digits, noiseKey, SHOWN_NOISE);
      return above(noisy, denoise(model, params, noisy));
    }),
  };
}

/** Rows of tiles in turn: ten of `top`, the same ten of `bottom`, the next ten of `top`, … */
function above(top: Tensor, bottom: Tensor): Tensor {
  const rows = top.shape[0]! / COLUMNS;
  const cut = (x: Tensor, row: number) => slice(x, [row * COLUMNS], [COLUMNS]);
  return concat(Array.from({ length: rows }, (_, row) => [cut(top, row), cut(bottom, row)]).flat(), 0);
}

const png = (draw: () => Tensor): Promise<Uint8Array> => gridPng(draw, COLUMNS);
