import { conv2d, type Padding, scope } from '@genai/tensor';
import { add, avgPool, concat, maxPool, relu, type Tensor, type Tensor4D } from '@tensorflow/tfjs-core';

/** The weights of the convolutions by the names of PyTorch's file, batch norms folded in; `fc` gives the logits. */
export type InceptionParams = {
  readonly [layer: string]: {
    /** (height, width, inputs, outputs); that of `fc`: (2048, 1008). */
    readonly weight: Tensor;
    /** (outputs) */
    readonly bias: Tensor;
  };
};

/** A part of the net, from images or maps (batch, height, width, channels) to maps. */
export type InceptionPart = (params: InceptionParams, x: Tensor) => Tensor;

export interface InceptionGraph {
  /** Four parts behind each other, which end in 64, 192, 768 and 2048 channels. */
  readonly stages: readonly InceptionPart[];
  /** The shape of each filter, (height, width, inputs, outputs), by the name of its convolution. */
  readonly filters: ReadonlyMap<string, readonly [height: number, width: number, inputs: number, outputs: number]>;
}

/**
 * The graph of Inception v3 as TensorFlow ran it in 2015, from which FID's features come: averages at the borders leave out what lies
 * outside, and the last block takes a maximum where the paper has an average.
 *
 * @source Szegedy et al. 2016, "Rethinking the inception architecture for computer vision", figures 4 to 7, 10 and table 1.
 */
export function inceptionGraph(): InceptionGraph {
  const filters = new Map<string, readonly [number, number, number, number]>();

  /** A convolution with bias and ReLU. */
  const conv = (
    name: string,
    inputs: number,
    outputs: number,
    kernel: number | readonly [height: number, width: number] = 1,
    { strides = 1, padding = strides > 1 ? 'valid' : 'same' }: { strides?: number; padding?: Padding } = {},
  ): InceptionPart => {
    const [height, width] = typeof kernel === 'number' ? [kernel, kernel] : kernel;
    filters.set(name, [height, width, inputs, outputs]);
    return (params, x) => {
      const { weight, bias } = params[name]!;
      return scope(() => relu(add(conv2d(x, weight, { strides, padding }), bias)));
    };
  };

  const blockA = (name: string, inputs: number, pooled: number): InceptionPart =>
    beside(
      conv(`${name}.branch1x1`, inputs, 64),
      chain(conv(`${name}.branch5x5_1`, inputs, 48), conv(`${name}.branch5x5_2`, 48, 64, 5)),
      chain(
        conv(`${name}.branch3x3dbl_1`, inputs, 64),
        conv(`${name}.branch3x3dbl_2`, 64, 96, 3),
        conv(`${name}.branch3x3dbl_3`, 96, 96, 3),
      ),
      chain(average, conv(`${name}.branch_pool`, inputs, pooled)),
    );

  const blockB = (name: string, inputs: number): InceptionPart =>
    beside(
      conv(`${name}.branch3x3`, inputs, 384, 3, { strides: 2 }),
      chain(
        conv(`${name}.branch3x3dbl_1`, inputs, 64),
        conv(`${name}.branch3x3dbl_2`, 64, 96, 3),
        conv(`${name}.branch3x3dbl_3`, 96, 96, 3, { strides: 2 }),
      ),
      halve,
    );

  const blockC = (name: string, inputs: number, inner: number): InceptionPart =>
    beside(
      conv(`${name}.branch1x1`, inputs, 192),
      chain(
        conv(`${name}.branch7x7_1`, inputs, inner),
        conv(`${name}.branch7x7_2`, inner, inner, [1, 7]),
        conv(`${name}.branch7x7_3`, inner, 192, [7, 1]),
      ),
      chain(
        conv(`${name}.branch7x7dbl_1`, inputs, inner),
        conv(`${name}.branch7x7dbl_2`, inner, inner, [7, 1]),
        conv(`${name}.branch7x7dbl_3`, inner, inner, [1, 7]),
        conv(`${name}.branch7x7dbl_4`, inner, inner, [7, 1]),
        conv(`${name}.branch7x7dbl_5`, inner, 192, [1, 7]),
      ),
      chain(average, conv(`${name}.branch_pool`, inputs, 192)),
    );

  const blockD = (name: string, inputs: number): InceptionPart =>
    beside(
      chain(conv(`${name}.branch3x3_1`, inputs, 192), conv(`${name}.branch3x3_2`, 192, 320, 3, { strides: 2 })),
      chain(
        conv(`${name}.branch7x7x3_1`, inputs, 192),
        conv(`${name}.branch7x7x3_2`, 192, 192, [1, 7]),
        conv(`${name}.branch7x7x3_3`, 192, 192, [7, 1]),
        conv(`${name}.branch7x7x3_4`, 192, 192, 3, { strides: 2 }),
      ),
      halve,
    );

  const blockE = (name: string, inputs: number, pool: InceptionPart): InceptionPart =>
    beside(
      conv(`${name}.branch1x1`, inputs, 320),
      chain(
        conv(`${name}.branch3x3_1`, inputs, 384),
        beside(conv(`${name}.branch3x3_2a`, 384, 384, [1, 3]), conv(`${name}.branch3x3_2b`, 384, 384, [3, 1])),
      ),
      chain(
        conv(`${name}.branch3x3dbl_1`, inputs, 448),
        conv(`${name}.branch3x3dbl_2`, 448, 384, 3),
        beside(conv(`${name}.branch3x3dbl_3a`, 384, 384, [1, 3]), conv(`${name}.branch3x3dbl_3b`, 384, 384, [3, 1])),
      ),
      chain(pool, conv(`${name}.branch_pool`, inputs, 192)),
    );

  const stages = [
    chain(
      conv('Conv2d_1a_3x3', 3, 32, 3, { strides: 2 }),
      conv('Conv2d_2a_3x3', 32, 32, 3, { padding: 'valid' }),
      conv('Conv2d_2b_3x3', 32, 64, 3),
      halve,
    ),
    chain(conv('Conv2d_3b_1x1', 64, 80), conv('Conv2d_4a_3x3', 80, 192, 3, { padding: 'valid' }), halve),
    chain(
      blockA('Mixed_5b', 192, 32),
      blockA('Mixed_5c', 256, 64),
      blockA('Mixed_5d', 288, 64),
      blockB('Mixed_6a', 288),
      blockC('Mixed_6b', 768, 128),
      blockC('Mixed_6c', 768, 160),
      blockC('Mixed_6d', 768, 160),
      blockC('Mixed_6e', 768, 192),
    ),
    chain(blockD('Mixed_7a', 768), blockE('Mixed_7b', 1280, average), blockE('Mixed_7c', 2048, greatest)),
  ];
  return { stages, filters };
}

/** One part behind the other. */
function chain(...parts: readonly InceptionPart[]): InceptionPart {
  return (params, x) => scope(() => parts.reduce((y, part) => part(params, y), x));
}

/** All parts of the same maps, their channels side by side. */
function beside(...parts: readonly InceptionPart[]): InceptionPart {
  return (params, x) =>
    scope(() =>
      concat(
        parts.map((part) => part(params, x)),
        3,
      ),
    );
}

/** The mean of 3 × 3 pixels, of those that lie inside. */
const average: InceptionPart = (_, x) => avgPool(x as Tensor4D, 3, 1, 'same');

/** The greatest of 3 × 3 pixels. */
const greatest: InceptionPart = (_, x) => maxPool(x as Tensor4D, 3, 1, 'same');

/** The same, at every second pixel. */
const halve: InceptionPart = (_, x) => maxPool(x as Tensor4D, 3, 2, 'valid');
