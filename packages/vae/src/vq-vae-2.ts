import { type Distribution, expectIntegers, type Key, type Layer, type Model, split } from '@genai/core';
import { expectShape, gather, scope } from '@genai/tensor';
import { concat, type Tensor } from '@tensorflow/tfjs-core';
import { nearestCode } from './nearest-code.js';
import { straightThrough } from './vq-loss.js';
import { freshCodes, type VqVae, type VqVaeParams } from './vq-vae.js';

/** What there is one of for each of the two code books. */
export type TwoBooks<T = Tensor> = { readonly top: T; readonly bottom: T };

/** The parts of a {@link vqVae2}; the bottom grid is the finer one. */
export interface VqVae2Parts<F, T, A, B, U, D, X extends Distribution<Tensor>> {
  readonly encoder: {
    /** x to features on the bottom grid, (batch, …bottom, channels). */
    readonly features: Layer<Tensor, F>;
    /** Features to the top grid, (batch, …top, width). */
    readonly top: Layer<Tensor, T>;
    /** Top codes back to the bottom grid, (batch, …bottom, channels′), beside the features. */
    readonly across: Layer<Tensor, A>;
    /** Features and what came across, channels + channels′ of them, to (batch, …bottom, width). */
    readonly bottom: Layer<Tensor, B>;
  };
  readonly decoder: {
    /** Top codes to the bottom grid, (batch, …bottom, channels″). */
    readonly upsample: Layer<Tensor, U>;
    /** p(x | what was upsampled, bottom codes), channels″ + width of them. */
    readonly pixels: Model<D, X, Tensor>;
  };
  /** Codes in each book; 512 unless given. */
  readonly codes?: number;
  /** Numbers of a code; 64 unless given. */
  readonly width?: number;
}

type EncoderParams<F, T, A, B> = { readonly features: F; readonly top: T; readonly across: A; readonly bottom: B };
type DecoderParams<U, D> = { readonly upsample: U; readonly pixels: D };

/**
 * A vector-quantised autoencoder with two code books: a coarse grid of codes for the whole of an image, a fine one, which
 * depends on it, for the details. Codes are `{ top, bottom }`; losses, updates and uses are those of {@link vqVae}.
 *
 * @example
 * const model = vqVae2({
 *   encoder: {
 *     features: sequential(conv2d(1, 64, { kernel: 4, strides: 2 }), activation(silu)), // (batch, 14, 14, 64)
 *     top: conv2d(64, 32, { kernel: 4, strides: 2 }), //                                   (batch, 7, 7, 32)
 *     across: conv2dTranspose(32, 32, { kernel: 4, strides: 2 }), //                       (batch, 14, 14, 32)
 *     bottom: conv2d(64 + 32, 32, { kernel: 1 }), //                                       (batch, 14, 14, 32)
 *   },
 *   decoder: {
 *     upsample: conv2dTranspose(32, 32, { kernel: 4, strides: 2 }),
 *     pixels: binary(conv2dTranspose(32 + 32, 1, { kernel: 4, strides: 2 })),
 *   },
 *   width: 32,
 * });
 * using codes = owned(encodeCodes(model, params, images)); // top: (batch, 7, 7), bottom: (batch, 14, 14)
 * @throws GenaiError unless `codes` is an integer of at least 2 and `width` of at least 1; when used, if the last axis of what
 * is quantised is not `width`.
 * @source Razavi et al. 2019, "Generating diverse high-fidelity images with VQ-VAE-2", algorithm 1.
 */
export function vqVae2<F, T, A, B, U, D, X extends Distribution<Tensor>>(
  parts: VqVae2Parts<F, T, A, B, U, D, X>,
): VqVae<VqVaeParams<EncoderParams<F, T, A, B>, DecoderParams<U, D>, TwoBooks>, TwoBooks, X> {
  const { encoder, decoder, codes = 512, width = 64 } = parts;
  expectIntegers('vqVae2', { codes }, 2);
  expectIntegers('vqVae2', { width });
  return {
    init: (key) => {
      const [a, b, c, d, e, f, g, h] = split(key, 8) as Keys;
      return scope<unknown>(() => ({
        encoder: {
          features: encoder.features.init(a),
          top: encoder.top.init(b),
          across: encoder.across.init(c),
          bottom: encoder.bottom.init(d),
        },
        decoder: { upsample: decoder.upsample.init(e), pixels: decoder.pixels.init(f) },
        codes: { top: freshCodes(g, codes, width), bottom: freshCodes(h, codes, width) },
      })) as VqVaeParams<EncoderParams<F, T, A, B>, DecoderParams<U, D>, TwoBooks>;
    },
    encode: (params, x, key) =>
      scope(() => {
        const keys = key && (split(key, 4) as [Key, Key, Key, Key]);
        const own = params.encoder;
        const h = encoder.features.apply(own.features, x, keys?.[0]); // (batch, …bottom, channels)
        const top = encoder.top.apply(own.top, h, keys?.[1]); // (batch, …top, width)
        expectShape('vqVae2: the output of encoder.top', top, ['…', width]);
        const e = straightThrough(top, gather(params.codes.top, nearestCode(params.codes.top, top)));
        const beside = encoder.across.apply(own.across, e, keys?.[2]);
        const bottom = encoder.bottom.apply(own.bottom, concat([h, beside], -1), keys?.[3]); // (batch, …bottom, width)
        expectShape('vqVae2: the output of encoder.bottom', bottom, ['…', width]);
        return { top, bottom };
      }),
    decode: (params, { top, bottom }, key) => {
      const [first, second] = key ? split(key) : [undefined, undefined];
      const upsampled = decoder.upsample.apply(params.decoder.upsample, top, first);
      return decoder.pixels.given(params.decoder.pixels, concat([upsampled, bottom], -1), second);
    },
  };
}

type Keys = [Key, Key, Key, Key, Key, Key, Key, Key];
