import { type Key, split } from '@genai/core';
import { bernoulli } from '@genai/distributions';
import { type ConvolutionParams, conv2d } from '@genai/nn';
import { elu, gatedTanh, linear, scope } from '@genai/tensor';
import { adam } from '@genai/train';
import {
  add,
  type backend_util,
  fused,
  mean,
  neg,
  pad,
  reshape,
  slice,
  type Tensor,
  type Tensor1D,
  type Tensor4D,
  zeros,
} from '@tensorflow/tfjs-core';
import { binaryPixels, fixedBatches } from '../fixed-batches.js';
import { initLayers, type ParamsOf, peerInit } from '../init-layers.js';
import { descent, workload } from '../workload.js';

const CHANNELS = 64;
const LAYERS = 7;

/**
 * A filter of which a mask hides what must not be seen. Only the seen part takes part in the convolution, which is the
 * product with the mask without its zeros: of 3 × 3 the rows above and this one, of 1 × 3 the pixels before and this one.
 */
const masked = (inputs: number, kernel: readonly [number, number]) => {
  const outputs = inputs === 1 ? CHANNELS : 2 * CHANNELS;
  return {
    init: (key: Key): ConvolutionParams =>
      scope(() => ({ weight: peerInit(key, [...kernel, inputs, outputs]), bias: zeros([outputs]) })),
  };
};
const tall = [3, 3] as const;
const wide = [1, 3] as const;
const ends = {
  down: masked(1, tall),
  right: masked(1, wide),
  logits: conv2d(CHANNELS, 1, { kernel: 1, initializer: peerInit }),
};
const layer = {
  down: masked(CHANNELS, tall),
  right: masked(CHANNELS, wide),
  across: conv2d(2 * CHANNELS, 2 * CHANNELS, { kernel: 1, initializer: peerInit }),
  back: conv2d(CHANNELS, CHANNELS, { kernel: 1, initializer: peerInit }),
};
type LayerParams = ParamsOf<typeof layer>;
export type Params = { readonly ends: ParamsOf<typeof ends>; readonly layers: readonly LayerParams[] };

/** Gated PixelCNN of 28 × 28 binary images: 7 layers of 64 channels; Adam 1e-3. */
export const pixelcnn = workload({
  name: 'pixelcnn',
  params: 835_585,
  batch: 32,
  warmup: 3,
  setup: ({ batch, key }) =>
    descent(
      {
        init: (key: Key): Params => {
          const [first, second] = split(key);
          return scope(() => ({
            ends: initLayers(ends, first),
            layers: split(second, LAYERS).map((key) => initLayers(layer, key)),
          }));
        },
        loss: (params, x: Tensor) => scope(() => ({ loss: neg(mean(bernoulli(logits(params, x)).logProb(x))) })),
      },
      adam(1e-3),
      fixedBatches(4, key, (key) => binaryPixels(key, [batch, 28, 28, 1])),
    ),
});

/** van den Oord et al. 2016, "Conditional image generation with PixelCNN decoders", figure 2. */
export function logits({ ends: params, layers }: Params, x: Tensor): Tensor {
  const { weight, bias } = params.down;
  let v: Tensor = before(x, slice(weight, [0, 0, 0, 0], [1, 3, 1, CHANNELS]), bias!); // the row above
  const first = slice(params.right.weight, [0, 0, 0, 0], [1, 1, 1, CHANNELS]); // the pixel to the left
  let h: Tensor = add(before(x, first, params.right.bias!), v);
  for (const layer of layers) [v, h] = scope(() => gatedLayer(layer, v, h)); // a scope frees what no gradient needs
  return pointwise(elu(h), params.logits); // (batch, 28, 28, 1)
}

function gatedLayer({ down, right, across, back }: LayerParams, v: Tensor, h: Tensor): [v: Tensor, h: Tensor] {
  const above = seen(v, slice(down.weight, [0, 0, 0, 0], [2, 3, CHANNELS, 2 * CHANNELS]), down.bias);
  const left = seen(h, slice(right.weight, [0, 0, 0, 0], [1, 2, CHANNELS, 2 * CHANNELS]));
  // One bias for the sum of both: (batch, 28, 28, 128)
  const both = add(left, pointwise(above, { weight: across.weight, bias: add(across.bias!, right.bias!) }));
  return [gatedTanh(above), add(h, pointwise(gatedTanh(both), back))];
}

/** A convolution of 1 × 1 is a product of matrices. */
function pointwise(x: Tensor, { weight, bias }: ConvolutionParams): Tensor {
  return linear(x, reshape(weight, weight.shape.slice(2)), bias);
}

/**
 * Convolves with a filter that ends at the pixel itself: 2 × 3 or 1 × 2. With zeros for the row below, the first is one of
 * 3 × 3, which takes fewer products by Winograd's way.
 */
function seen(x: Tensor, filter: Tensor, bias?: Tensor): Tensor {
  if (filter.shape[1] === 2)
    return convolve(x, filter, bias, [
      [0, 0],
      [0, 0],
      [1, 0],
      [0, 0],
    ]);
  const below: [number, number][] = [
    [0, 1],
    [0, 0],
    [0, 0],
    [0, 0],
  ];
  return convolve(x, pad(filter, below), bias, 'same');
}

/** Convolves with a filter that ends before the pixel: 1 × 3 over the row above, 1 × 1 over the pixel to the left. */
function before(x: Tensor, filter: Tensor, bias: Tensor): Tensor {
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const shifted =
    filter.shape[1] === 3
      ? pad(slice(x, [0, 0, 0, 0], [batch, height - 1, width, channels]), [
          [0, 0],
          [1, 0],
          [1, 1],
          [0, 0],
        ])
      : pad(slice(x, [0, 0, 0, 0], [batch, height, width - 1, channels]), [
          [0, 0],
          [0, 0],
          [1, 0],
          [0, 0],
        ]);
  return convolve(shifted, filter, bias, 'valid');
}

/** With the bias in the same kernel. */
function convolve(
  x: Tensor,
  filter: Tensor,
  bias: Tensor | undefined,
  pad: 'valid' | 'same' | backend_util.ExplicitPadding,
): Tensor {
  const images = { x: x as Tensor4D, filter: filter as Tensor4D, strides: 1, pad };
  return fused.conv2d(bias ? { ...images, bias: bias as Tensor1D } : images);
}
