import { type Distribution, expectIntegers, type Key, type Layer, type Model, split, type Tree } from '@genai/core';
import { expectShape, normalNoise, scope } from '@genai/tensor';
import { div, type Tensor } from '@tensorflow/tfjs-core';

/** The parameters of a vector-quantised autoencoder; `codes` is its code book (codes, width), or a tree of several. */
export type VqVaeParams<E, D, C extends Tree<Tensor> = Tensor> = {
  readonly encoder: E;
  readonly decoder: D;
  readonly codes: C;
};

/**
 * A vector-quantised autoencoder: examples become grids of codes, int32. It has no distribution of codes of its own:
 * {@link withCodePrior} adds one.
 *
 * @typeParam P - the parameters, a tree of tensors.
 * @typeParam C - the form of what there is one of for each code book: a tensor, or a tree for several.
 * @typeParam X - what the decoder gives.
 */
export interface VqVae<
  P extends { readonly codes: C },
  C extends Tree<Tensor> = Tensor,
  X extends Distribution<Tensor> = Distribution<Tensor>,
> {
  /** Draws fresh parameters. */
  readonly init: (key: Key) => P;
  /** The vectors that are to be quantised, (batch, …grid, width). A `key` makes stochastic layers such as dropout act. */
  readonly encode: (params: P, x: Tensor, key?: Key) => C;
  /** p(x | z) for codes z, vectors of (batch, …grid, width). A `key` makes stochastic layers such as dropout act. */
  readonly decode: (params: P, z: C, key?: Key) => X;
}

/**
 * A vector-quantised autoencoder: `encoder` gives vectors (batch, …grid, width), each of which becomes the nearest of `codes`
 * vectors (512 of `width` 64 unless given), and `decoder` p(x | z) sees those.
 *
 * Train it by {@link vqLoss}, with the code book moved by gradients or, which keeps more codes in use, by
 * {@link codeBookUpdates}. {@link encodeCodes} and {@link decodeCodes} go from examples to grids of codes and back.
 *
 * @example
 * const model = vqVae({
 *   encoder: sequential(conv2d(1, 32, { kernel: 4, strides: 2 }), activation(silu), conv2d(32, 64, { kernel: 3, strides: 2 })),
 *   decoder: binary(sequential(conv2dTranspose(64, 32, { kernel: 4, strides: 2 }), activation(silu), conv2dTranspose(32, 1, { kernel: 4, strides: 2 }))),
 *   codes: 128,
 *   width: 64,
 * });
 * const step = codeBookUpdates(minimize(vqLoss(model), adam(1e-3)), model);
 * @throws GenaiError unless `codes` is an integer of at least 2 and `width` of at least 1; when used, if the last axis of what
 * the encoder gives is not `width`.
 * @source van den Oord et al. 2017, "Neural discrete representation learning".
 */
export function vqVae<E, D, X extends Distribution<Tensor>>(parts: {
  readonly encoder: Layer<Tensor, E>;
  readonly decoder: Model<D, X, Tensor>;
  readonly codes?: number;
  readonly width?: number;
}): VqVae<VqVaeParams<E, D>, Tensor, X> {
  const { encoder, decoder, codes = 512, width = 64 } = parts;
  expectIntegers('vqVae', { codes }, 2);
  expectIntegers('vqVae', { width });
  return {
    init: (key) => {
      const [a, b, c] = split(key, 3);
      return scope(() => ({
        encoder: encoder.init(a),
        decoder: decoder.init(b),
        codes: freshCodes(c, codes, width),
      }));
    },
    encode: (params, x, key) => {
      const z = encoder.apply(params.encoder, x, key); // (batch, …grid, width)
      expectShape("vqVae: the encoder's output", z, ['…', width]);
      return z;
    },
    decode: (params, z, key) => decoder.given(params.decoder, z, key),
  };
}

/** Rows of length about 1, (codes, width). */
export function freshCodes(key: Key, codes: number, width: number): Tensor {
  return scope(() => div(normalNoise(key, [codes, width]), Math.sqrt(width)));
}
