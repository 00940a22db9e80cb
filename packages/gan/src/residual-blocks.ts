import type { Key, Layer, Tree } from '@genai/core';
import { type ConvolutionParams, conv2d, downsample, glorotUniform, upsample } from '@genai/nn';
import { scope } from '@genai/tensor';
import { add, relu, type Tensor } from '@tensorflow/tfjs-core';
import { initParts } from './init-parts.js';
import type { NormOf } from './norm-of.js';

export type UpBlockParams<N> = {
  readonly first: ConvolutionParams;
  readonly firstNorm: N;
  readonly second: ConvolutionParams;
  readonly secondNorm: N;
  readonly shortcut: ConvolutionParams;
};

/**
 * A block of a generator that doubles the image: norm, ReLU, nearest neighbours, 3 × 3, norm, ReLU, 3 × 3, beside a 1 × 1.
 *
 * y: (batch, height, width, inputs) → (batch, 2 · height, 2 · width, outputs).
 */
export function upBlock<N extends Tree<Tensor>, X>(
  inputs: number,
  outputs: number,
  normOf: (channels: number) => NormOf<N, X>,
): NormOf<UpBlockParams<N>, X> {
  const firstNorm = normOf(inputs);
  const first = conv2d(inputs, outputs, { bias: false }); // the norm behind it would take it away
  const secondNorm = normOf(outputs);
  const second = conv2d(outputs, outputs);
  const shortcut = conv2d(inputs, outputs, { kernel: 1, initializer: glorotUniform });
  const doubled = (y: Tensor): Tensor => upsample().apply({}, y);
  return {
    init: (key) => initParts<UpBlockParams<N>>({ first, firstNorm, second, secondNorm, shortcut }, key),
    apply: (params, y, input) =>
      scope(() => {
        const a = relu(firstNorm.apply(params.firstNorm, y, input));
        const b = first.apply(params.first, doubled(a)); // (batch, 2 · height, 2 · width, outputs)
        const c = relu(secondNorm.apply(params.secondNorm, b, input));
        // A 1 × 1 convolution and copies of pixels commute: the small image is the cheaper.
        return add(second.apply(params.second, c), doubled(shortcut.apply(params.shortcut, y)));
      }),
  };
}

export type DownBlockParams = {
  readonly first: ConvolutionParams;
  readonly second: ConvolutionParams;
  /** None in a block that leaves the image as large as it is. */
  readonly shortcut?: ConvolutionParams;
};

/** How the layers of a critic are kept tame, spectral norm say. */
export type Tamed = (layer: Layer<Tensor, ConvolutionParams>) => Layer<Tensor, ConvolutionParams>;

/**
 * A block of a critic, without norm: ReLU (unless it is the `opening`), 3 × 3, ReLU, 3 × 3, and with `halved` the mean of
 * each 2 × 2, beside a 1 × 1.
 *
 * (batch, height, width, inputs) → (batch, height, width, outputs), with `halved` half as high and wide.
 */
export function downBlock(
  inputs: number,
  outputs: number,
  tamed: Tamed,
  { halved, opening = false }: { readonly halved: boolean; readonly opening?: boolean },
): Layer<Tensor, DownBlockParams> {
  const first = tamed(conv2d(inputs, outputs));
  const second = tamed(conv2d(outputs, outputs));
  const shortcut = tamed(conv2d(inputs, outputs, { kernel: 1, initializer: glorotUniform }));
  const shrunk = (y: Tensor): Tensor => (halved ? downsample().apply({}, y) : y);
  const direct = !halved && inputs === outputs;
  return {
    init: (key: Key) => initParts<DownBlockParams>(direct ? { first, second } : { first, second, shortcut }, key),
    apply: (params, x) =>
      scope(() => {
        const a = first.apply(params.first, opening ? x : relu(x)); // (batch, height, width, outputs)
        const b = shrunk(second.apply(params.second, relu(a)));
        return add(b, params.shortcut ? shortcut.apply(params.shortcut, shrunk(x)) : x);
      }),
  };
}
