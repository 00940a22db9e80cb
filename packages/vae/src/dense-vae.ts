import { GenaiError, type Model, type NoParams, sizeOf } from '@genai/core';
import { type Bernoulli, binary, gaussian, type Independent, type Normal, standardNormal } from '@genai/distributions';
import { type DenseParams, flatten, mlp, reshape, sequential } from '@genai/nn';
import { silu } from '@genai/tensor';
import type { Tensor } from '@tensorflow/tfjs-core';

export interface DenseVaeOptions {
  /** Shape of one example, without batch; 28 × 28 × 1 unless given. */
  readonly shape?: readonly number[];
  /** Sizes of the hidden layers, from the data inwards; the decoder has them in reverse. [256] unless given. */
  readonly hidden?: readonly number[];
  /** Features of z; 16 unless given. */
  readonly latents?: number;
}

type EncoderParams = readonly [NoParams, readonly DenseParams[]];
type DecoderParams = readonly [readonly DenseParams[], NoParams];

/** The three parts of a variational autoencoder for numbers from 0 to 1. */
export interface BinaryVaeParts<E, D> {
  readonly encoder: Model<E, Independent<Normal>, Tensor>;
  readonly decoder: Model<D, Independent<Bernoulli>, Tensor>;
  readonly prior: Model<NoParams, Independent<Normal>>;
}

/**
 * Parts made of dense layers with SiLU between, for data of any shape: (batch, …shape), 0 or 1 (or between).
 *
 * @example
 * const digits = vae(denseVae({ shape: [28, 28, 1], hidden: [256], latents: 16 }));
 * @throws GenaiError if a size is not an integer of at least 1.
 */
export function denseVae({
  shape = [28, 28, 1],
  hidden = [256],
  latents = 16,
}: DenseVaeOptions = {}): BinaryVaeParts<EncoderParams, DecoderParams> {
  if (shape.length === 0) throw new GenaiError('denseVae: shape is empty. Pass the shape of one example, [784] say.');
  const inputs = sizeOf(shape);
  const inwards = mlp([inputs, ...hidden, 2 * latents], { activation: silu });
  const outwards = mlp([latents, ...hidden.toReversed(), inputs], { activation: silu });
  return {
    encoder: gaussian(sequential<EncoderParams>(flatten(), inwards)),
    decoder: binary(sequential<DecoderParams>(outwards, reshape(shape))),
    prior: standardNormal(latents),
  };
}
