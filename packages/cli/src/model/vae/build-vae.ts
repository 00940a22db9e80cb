import { type Distribution, type Mean, type Model, sizeOf, type Tree } from '@genai/core';
import { standardNormal } from '@genai/distributions';
import { scope } from '@genai/tensor';
import {
  type ConditionalVae,
  conditionalVae,
  convolutionalVae,
  denseVae,
  type Vae,
  type VaeWithMeans,
  vae,
  type WithContext,
  withContext,
} from '@genai/vae';
import { reshape, type Tensor } from '@tensorflow/tfjs-core';
import { UsageError } from '../../usage-error.js';
import { denseWeights, expectSize } from '../expect-size.js';
import type { VaeConfig, VaeParts } from './vae-config.js';

type Known = Distribution<Tensor> & Mean<Tensor>;

/** A model whose parameters are known only as a tree: what a configuration can say. */
export type BuiltVae = VaeWithMeans<Tree<Tensor>>;
/** The same given classes, int32 (batch). */
export type BuiltConditionalVae = ConditionalVae<Tree<Tensor>, Tensor, Known, Known>;

type Described = Pick<VaeConfig, 'parts' | 'data'>;

/**
 * The model that a configuration without classes describes.
 *
 * @throws UsageError if its networks do not fit the shape of the data, or are larger than any that could be trained.
 */
export function buildVae({ parts, data: { shape } }: Described): BuiltVae {
  checkShape(parts, shape);
  const { hidden, latents } = parts;
  if (parts.kind === 'dense') return untyped(vae(denseVae({ shape, hidden, latents })));
  const [size, , channels] = shape;
  return untyped(vae(convolutionalVae({ size, channels, width: parts.width, hidden, latents })));
}

/**
 * The model of p(x | class) that a configuration describes, for so many `classes`.
 *
 * @throws UsageError if its networks do not fit the shape of the data, or are larger than any that could be trained.
 */
export function buildConditionalVae({ parts, data: { shape } }: Described, classes: number): BuiltConditionalVae {
  checkShape(parts, shape);
  const { hidden, latents } = parts;
  const [size, , channels] = shape;
  // The class stands beside what a part is given, so nets are so much wider there.
  if (parts.kind === 'dense') {
    const inward = denseVae({ shape: [sizeOf(shape) + classes], hidden, latents });
    const outward = denseVae({ shape, hidden, latents: latents + classes });
    const encoder = flattened(withContext(inward.encoder, { classes }));
    return joined(encoder, withContext(outward.decoder, { classes }), latents);
  }
  const { width } = parts;
  const inward = convolutionalVae({ size, channels: channels + classes, width, hidden, latents });
  const outward = convolutionalVae({ size, channels, width, hidden, latents: latents + classes });
  return joined(withContext(inward.encoder, { classes }), withContext(outward.decoder, { classes }), latents);
}

function joined<E, D>(
  encoder: Model<E, Known, WithContext>,
  decoder: Model<D, Known, WithContext>,
  latents: number,
): BuiltConditionalVae {
  const model = conditionalVae({ encoder, decoder, prior: standardNormal(latents) });
  return model as unknown as BuiltConditionalVae;
}

/** A model of vectors as one of images. */
function flattened<P, D>(model: Model<P, D, WithContext>): Model<P, D, WithContext> {
  return {
    init: model.init,
    given: (params, { input, context }, key) =>
      model.given(params, { input: scope(() => reshape(input, [input.shape[0]!, -1])), context }, key),
  };
}

function checkShape(parts: VaeParts, shape: readonly number[]): void {
  const [height, width, channels] = shape as [number, number, number];
  const convolutional = parts.kind === 'convolutional';
  const inputs = convolutional ? (height / 4) * (width / 4) * 2 * parts.width : height * width * channels;
  // Encoder and decoder are about alike.
  const dense = 2 * denseWeights([inputs, ...parts.hidden, 2 * parts.latents]);
  const kernels = convolutional ? 60 * parts.width * (parts.width + channels) : 0;
  expectSize(shape, { layers: parts.hidden.length, parameters: dense + kernels });
  if (convolutional && (height !== width || height % 4 !== 0)) {
    throw new UsageError(
      `convolutional parts need square images whose side is a multiple of 4, got ${height} by ${width}. Use the model "vae".`,
    );
  }
}

/** Forgets the type of the parameters. Sound as long as a model is only given parameters of its own `init`. */
function untyped<P>(model: Vae<P, Known, Known>): BuiltVae {
  return model as unknown as BuiltVae;
}
