import { expectIntegers, GenaiError, type Layer, type NoParams } from '@genai/core';
import { expectShape, scope } from '@genai/tensor';
import { add, concat, mean, mul, ones, reshape, sqrt, square, sub, type Tensor } from '@tensorflow/tfjs-core';

export interface MinibatchDeviationOptions {
  /** Examples, neighbours in the batch, that are compared with each other. Default 4; a smaller batch is one group. */
  readonly groupSize?: number;
}

/**
 * How much the examples of a group differ, as one more channel, which tells a discriminator when samples lack variety: the
 * standard deviation of each feature over the group, averaged over all features. (batch, …, channels) → (batch, …, channels + 1).
 *
 * @example
 * sequential(minibatchDeviation(), conv2d(257, 256), activation((x) => leakyRelu(x, 0.2)));
 * @throws GenaiError if `groupSize` is not an integer of at least 1; when applied, if the input is not at least (batch,
 * channels), or `groupSize` does not divide a batch that is larger.
 * @source Karras et al. 2018, "Progressive growing of GANs for improved quality, stability, and variation", section 3; with
 * groups as in Karras et al. 2019, "A style-based generator architecture for generative adversarial networks".
 */
export function minibatchDeviation({ groupSize = 4 }: MinibatchDeviationOptions = {}): Layer<Tensor, NoParams> {
  expectIntegers('minibatchDeviation', { groupSize });
  return {
    init: () => ({}),
    apply: (_params, x) =>
      scope(() => {
        expectShape('minibatchDeviation', x, ['…', 'batch', 'channels']);
        const batch = x.shape[0]!;
        const size = Math.min(groupSize, batch);
        if (batch % size !== 0) {
          throw new GenaiError(
            `minibatchDeviation: got a batch of ${batch}, expected a multiple of the group size ${size}. Drop the rest or pass another groupSize.`,
          );
        }
        const grouped = reshape(x, [batch / size, size, x.size / batch]); // (groups, size, features)
        const variance = mean(square(sub(grouped, mean(grouped, 1, true))), 1); // (groups, features)
        const deviation = mean(sqrt(add(variance, EPSILON)), 1); // (groups)
        const places = [...x.shape.slice(0, -1), 1];
        const positions = x.size / batch / x.shape.at(-1)!;
        const everywhere = mul(reshape(deviation, [-1, 1, 1]), ones([batch / size, size, positions]));
        return concat([x, reshape(everywhere, places)], -1); // (batch, …, channels + 1)
      }),
  };
}

/** The slope of a root is infinite at 0, where a group of equals would be. */
const EPSILON = 1e-8;
