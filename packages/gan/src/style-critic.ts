import type { Layer, NoParams } from '@genai/core';
import {
  activation,
  type ConvolutionParams,
  conv2d,
  type DenseParams,
  downsample,
  flatten,
  glorotNormal,
  minibatchDeviation,
  mlp,
  sequential,
} from '@genai/nn';
import { expectShape, leakyRelu, scope } from '@genai/tensor';
import { add, mul, type Tensor } from '@tensorflow/tfjs-core';
import { initParts } from './init-parts.js';
import { pyramid } from './pyramid.js';

type BlockParams = {
  readonly first: ConvolutionParams;
  readonly second: ConvolutionParams;
  readonly shortcut: ConvolutionParams;
};

/** From images to blocks, then compared with each other, a convolution and dense layers. */
export type StyleCriticParams = readonly [
  ConvolutionParams,
  NoParams,
  readonly BlockParams[],
  NoParams,
  ConvolutionParams,
  NoParams,
  NoParams,
  readonly DenseParams[],
];

/** Images (batch, size, size, channels) to (batch, 1). */
export function styleCritic(
  where: string,
  { size, channels, width, groupSize }: Readonly<Record<'size' | 'channels' | 'width' | 'groupSize', number>>,
): Layer<Tensor, StyleCriticParams> {
  const { side, doublings } = pyramid(where, size);
  const widths = Array.from({ length: doublings + 1 }, (_, i) => width * 2 ** i);
  const last = widths.at(-1)!;
  const net = sequential<StyleCriticParams>(
    conv2d(channels, width, { kernel: 1 }),
    activation(leaky), // (batch, size, size, width)
    sequential<readonly BlockParams[]>(...widths.slice(1).map((outputs, i) => block(widths[i]!, outputs))),
    minibatchDeviation({ groupSize }), // (batch, side, side, last + 1)
    conv2d(last + 1, last),
    activation(leaky),
    flatten(),
    mlp([side * side * last, last, 1], { activation: leaky }),
  );
  return {
    init: net.init,
    apply: (params, x, key) => {
      expectShape(`${where}: images`, x, ['batch', size, size, channels]);
      return net.apply(params, x, key);
    },
  };
}

/** Two 3 × 3 and a mean of 2 × 2, beside a 1 × 1; their sum is scaled to the variance of each. */
function block(inputs: number, outputs: number): Layer<Tensor, BlockParams> {
  const first = conv2d(inputs, inputs);
  const second = conv2d(inputs, outputs);
  const shortcut = conv2d(inputs, outputs, { kernel: 1, bias: false, initializer: glorotNormal });
  const halved = (y: Tensor): Tensor => downsample().apply({}, y);
  return {
    init: (key) => initParts<BlockParams>({ first, second, shortcut }, key),
    apply: (params, x) =>
      scope(() => {
        const a = leaky(first.apply(params.first, x)); // (batch, height, width, inputs)
        const b = halved(leaky(second.apply(params.second, a))); // (batch, height / 2, width / 2, outputs)
        return mul(add(b, shortcut.apply(params.shortcut, halved(x))), Math.SQRT1_2);
      }),
  };
}

function leaky(x: Tensor): Tensor {
  return leakyRelu(x, 0.2);
}
