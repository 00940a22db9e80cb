import { UsageError } from '../../usage-error.js';
import type { ConfigReader } from '../config-reader.js';
import { type CommonConfig, type CommonTraining, commonTraining } from '../family.js';

/** What a pixel is: 0 or 1, one of 256 levels each with a probability of its own, or one of 256 under a mixture of logistics. */
export const PIXELS = ['binary', 'levels', 'mixture'] as const;

/** Which net looks at the pixels before one, and what it says of that one; conditional ones are given the class of an image. */
export type PixelsParts = (MadeParts | ConvolutionalParts) & { readonly conditional?: true };

/** A masked autoencoder of binary pixels. */
export type MadeParts = {
  readonly kind: 'made';
  readonly hidden: readonly number[];
  /** Whether there are weights from the pixels straight to the outputs. */
  readonly direct: boolean;
};

/** Masked convolutions. */
export type ConvolutionalParts = {
  readonly kind: 'pixelcnn' | 'gated-pixelcnn';
  readonly layers: number;
  readonly width: number;
  readonly pixels: (typeof PIXELS)[number];
  /** Logistics of a mixture; the other pixels have none. */
  readonly mixtures: number;
};

/** How a model is trained. */
export type PixelsTraining = CommonTraining & {
  /** The longest gradient: a longer one is scaled down to it. */
  readonly clip: number;
};

export type PixelsConfig = CommonConfig & {
  readonly family: 'pixels';
  readonly parts: PixelsParts;
  readonly training: PixelsTraining;
};

/** Whether pixels are 0 or 1, so that grey ones are made black or white. */
export function isBinary(parts: PixelsParts): boolean {
  return parts.kind === 'made' || parts.pixels === 'binary';
}

const PARTS = ['kind', 'hidden', 'direct', 'layers', 'width', 'pixels', 'mixtures', 'conditional'];

/** @throws UsageError that names the field that is wrong. */
export function parsePixels(fields: ConfigReader, common: CommonConfig): PixelsConfig {
  const training = fields.record('training', ['steps', 'batch', 'learningRate', 'seed', 'clip']);
  return {
    family: 'pixels',
    preset: common.preset,
    parts: partsOf(fields.record('parts', PARTS)),
    data: common.data,
    training: { ...commonTraining(training), clip: training.number('clip', LEAST) },
    versions: common.versions,
  };
}

function partsOf(fields: ConfigReader): PixelsParts {
  const parts = partsOfKind(fields, fields.oneOf('kind', ['made', 'pixelcnn', 'gated-pixelcnn']));
  for (const field of PARTS) {
    if (field !== 'conditional' && fields.has(field) && !Object.hasOwn(parts, field)) {
      const own = [...Object.keys(parts).filter((name) => name !== 'kind'), 'conditional'];
      throw new UsageError(
        `${fields.where}.${field} does not belong to ${parts.kind} parts, which have ${own.join(', ')}.`,
      );
    }
  }
  return { ...parts, ...(fields.has('conditional') && fields.boolean('conditional') && { conditional: true }) };
}

function partsOfKind(fields: ConfigReader, kind: PixelsParts['kind']): MadeParts | ConvolutionalParts {
  if (kind === 'made') return { kind, hidden: hiddenOf(fields), direct: fields.boolean('direct') };
  return {
    kind,
    layers: fields.integer('layers', 1),
    width: fields.integer('width', 1),
    pixels: fields.oneOf('pixels', PIXELS),
    mixtures: fields.integer('mixtures', 1),
  };
}

function hiddenOf(fields: ConfigReader): readonly number[] {
  const hidden = fields.integers('hidden', 1);
  if (hidden.length > 0) return hidden;
  throw new UsageError(`${fields.where}.hidden is empty: a masked autoencoder has at least one hidden layer.`);
}

/** A gradient of no length would move nothing. */
const LEAST = 1e-6;
