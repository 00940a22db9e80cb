import { GenaiError, type NoParams, sizeOf } from '@genai/core';
import { standardNormal } from '@genai/distributions';
import { activation, type DenseParams, flatten, mlp, reshape, sequential } from '@genai/nn';
import { leakyRelu } from '@genai/tensor';
import { type Tensor, tanh } from '@tensorflow/tfjs-core';
import type { GanParts } from './gan.js';

export interface DenseGanOptions {
  /** Shape of one example, without batch; 28 × 28 × 1 unless given. */
  readonly shape?: readonly number[];
  /** Sizes of the hidden layers, from the data inwards; the generator has them in reverse. [256, 256] unless given. */
  readonly hidden?: readonly number[];
  /** Features of a code; 64 unless given. */
  readonly latents?: number;
  /** What the generator ends with: tanh unless given, for numbers in [−1, 1]; the identity, `(x) => x`, for points. */
  readonly output?: (x: Tensor) => Tensor;
}

type GeneratorParams = readonly [readonly DenseParams[], NoParams, NoParams];
type CriticParams = readonly [NoParams, readonly DenseParams[]];

/**
 * Parts made of dense layers, for data of any shape, (batch, …shape): ReLU between those of the generator, leaky ReLU
 * with slope 0.2 between those of the critic.
 *
 * @example
 * const digits = gan(denseGan({ shape: [28, 28, 1], hidden: [256, 256], latents: 64 }));
 * const points = gan(denseGan({ shape: [2], hidden: [128, 128], latents: 2, output: (x) => x }));
 * @throws GenaiError if `shape` is empty or a size is not an integer of at least 1.
 */
export function denseGan({
  shape = [28, 28, 1],
  hidden = [256, 256],
  latents = 64,
  output = tanh,
}: DenseGanOptions = {}): GanParts<GeneratorParams, CriticParams> {
  if (shape.length === 0) throw new GenaiError('denseGan: shape is empty. Pass the shape of one example, [2] say.');
  const features = sizeOf(shape);
  return {
    generator: sequential<GeneratorParams>(
      mlp([latents, ...hidden.toReversed(), features]),
      activation(output),
      reshape(shape),
    ),
    critic: sequential<CriticParams>(
      flatten(),
      mlp([features, ...hidden, 1], { activation: (x) => leakyRelu(x, 0.2) }),
    ),
    prior: standardNormal(latents),
  };
}
