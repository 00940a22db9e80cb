import {
  binaryPixels,
  conditionalPixelModel,
  gatedPixelCnn,
  levelPixels,
  made,
  mixturePixels,
  type PixelEmission,
  type PixelNet,
  pixelCnn,
  pixelModel,
} from '@genai/autoregressive';
import { type Distribution, type Model, sizeOf, type Tree } from '@genai/core';
import { embedding } from '@genai/nn';
import { scope } from '@genai/tensor';
import { cast, oneHot, reshape, type Tensor } from '@tensorflow/tfjs-core';
import { denseWeights, expectSize } from '../expect-size.js';
import type { ConvolutionalParts, PixelsConfig, PixelsParts } from './pixels-config.js';

/** A model of images in [0, 1]. */
export type BuiltPixels = Model<Tree<Tensor>, Distribution<Tensor>>;
/** The same given classes, int32 (batch). */
export type BuiltConditionalPixels = Model<Tree<Tensor>, Distribution<Tensor>, Tensor>;

type Described = Pick<PixelsConfig, 'parts' | 'data'>;
type Shape = PixelsConfig['data']['shape'];

/**
 * The model that a configuration without classes describes.
 *
 * @throws UsageError if it is larger than any that could be trained.
 */
export function buildPixels({ parts, data: { shape } }: Described): BuiltPixels {
  expectSize(shape, sizeOfParts(parts, shape, 0));
  if (parts.kind === 'made') {
    const model = made({ features: sizeOf(shape), hidden: parts.hidden, direct: parts.direct });
    return untyped({ init: model.init, given: (params) => ofImages(model.given(params), shape) });
  }
  const [height, width, channels] = shape;
  const emission = emissionOf(parts, channels);
  return untyped(pixelModel({ net: netOf(parts, emission, 0), emission, height, width }));
}

/**
 * The model of p(x | class) that a configuration describes, for so many `classes`.
 *
 * @throws UsageError if it is larger than any that could be trained.
 */
export function buildConditionalPixels({ parts, data: { shape } }: Described, classes: number): BuiltConditionalPixels {
  expectSize(shape, sizeOfParts(parts, shape, classes));
  if (parts.kind === 'made') {
    const model = made({ features: sizeOf(shape), hidden: parts.hidden, direct: parts.direct, context: classes });
    return untyped({
      init: model.init,
      given: (params, labels: Tensor) => {
        const context = scope(() => cast(oneHot(labels as Tensor<never>, classes), 'float32')); // (batch, classes)
        return ofImages(model.given(params, context), shape);
      },
    });
  }
  const [height, width, channels] = shape;
  const emission = emissionOf(parts, channels);
  const net = netOf(parts, emission, CLASS_WIDTH);
  return untyped(conditionalPixelModel({ net, emission, height, width, context: embedding(classes, CLASS_WIDTH) }));
}

/** Of the vector that stands for a class. */
const CLASS_WIDTH = 16;

function emissionOf({ pixels, mixtures }: ConvolutionalParts, channels: number): PixelEmission {
  switch (pixels) {
    case 'binary':
      return binaryPixels({ channels });
    case 'levels':
      return levelPixels({ channels });
    case 'mixture':
      return mixturePixels({ channels, mixtures });
  }
}

type AnyPixelNet = PixelNet<Tree<Tensor>, Tree<Tensor>>;

function netOf(
  { kind, layers, width }: ConvolutionalParts,
  { channels, outputs }: PixelEmission,
  context: number,
): AnyPixelNet {
  const sizes = { channels, outputs, layers, width, context };
  const net = kind === 'pixelcnn' ? pixelCnn({ ...sizes, head: 2 * width }) : gatedPixelCnn(sizes);
  return net as unknown as AnyPixelNet;
}

/** A distribution of vectors as one of images of a shape. */
function ofImages(vectors: Distribution<Tensor>, shape: Shape): Distribution<Tensor> {
  return {
    batchShape: vectors.batchShape,
    eventShape: shape,
    logProb: (x) => scope(() => vectors.logProb(reshape(x, [...x.shape.slice(0, -3), sizeOf(shape)]))),
    sample: (key, lead) =>
      scope(() => {
        const drawn = vectors.sample(key, lead); // (…, features)
        return reshape(drawn, [...drawn.shape.slice(0, -1), ...shape]);
      }),
  };
}

function sizeOfParts(parts: PixelsParts, shape: Shape, classes: number): { layers: number; parameters: number } {
  if (parts.kind === 'made') {
    const features = shape.reduce((a, b) => a * b, 1);
    const { hidden, direct } = parts;
    const context = classes * (hidden[0]! + features);
    const parameters = denseWeights([features, ...hidden, features]) + (direct ? features ** 2 : 0) + context;
    return { layers: hidden.length, parameters };
  }
  const { kind, layers, width, pixels, mixtures } = parts;
  const channels = shape[2];
  const outputs = { binary: channels, levels: LEVELS * channels, mixture: mixtures * (channels + 2) ** 2 }[pixels];
  const layer = (kind === 'pixelcnn' ? 9 : 21) * width ** 2 + (classes > 0 ? 4 * CLASS_WIDTH * width : 0);
  const ends = 2 * width * (25 * channels + 2 * width + outputs);
  return { layers, parameters: layers * layer + ends + classes * CLASS_WIDTH };
}

/** Values of a number of 8 bits. */
const LEVELS = 256;

/** Forgets the type of the parameters. Sound as long as a model is only given parameters of its own `init`. */
function untyped<P, D extends Distribution<Tensor>, C>(
  model: Model<P, D, C>,
): Model<Tree<Tensor>, Distribution<Tensor>, C> {
  return model as unknown as Model<Tree<Tensor>, Distribution<Tensor>, C>;
}
