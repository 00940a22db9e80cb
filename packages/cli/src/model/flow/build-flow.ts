import { key, type LowerBound, type Model, type NoParams, type Samples, sizeOf, type Tree } from '@genai/core';
import { standardNormal } from '@genai/distributions';
import {
  type ConditionalFlow,
  checkerboardFlow,
  type DequantizedParams,
  dequantized,
  type Flow,
  flow,
  type GlowParams,
  glow,
  logitTransform,
  multiScaleFlow,
  pixelNoise,
} from '@genai/flow';
import type { Tensor } from '@tensorflow/tfjs-core';
import { UsageError } from '../../usage-error.js';
import { expectSize } from '../expect-size.js';
import type { FlowConfig, FlowParts } from './flow-config.js';

/** Values of a number of 8 bits. */
export const LEVELS = 256;

export type BuiltFlowParams = DequantizedParams<Tree<Tensor>, Tree<Tensor>>;

/** A model of images of integers, and the flow of pictures in [0, 1) that it is made of. */
export interface BuiltFlow {
  readonly pictures: Flow<Tree<Tensor>>;
  /** The model whose flow is `pictures`, or the same with another way to begin. */
  readonly model: (pictures: Flow<Tree<Tensor>>) => Model<BuiltFlowParams, Samples<Tensor> & LowerBound<Tensor>>;
}

/**
 * The model that a configuration describes.
 *
 * @throws UsageError if its maps do not fit the shape of the data, or are larger than any that could be trained.
 */
export function buildFlow({
  preset,
  parts,
  data: { shape },
}: Pick<FlowConfig, 'preset' | 'parts' | 'data'>): BuiltFlow {
  expectSize(shape, sizeOfParts(parts, shape));
  expectFit(preset, parts, shape);
  const { noise } = parts;
  const learned = noise > 0 && { noise: untyped(pixelNoise({ shape, count: noise })) };
  return {
    pictures: picturesFlow(parts, shape),
    model: (pictures) => dequantized(pictures, { levels: LEVELS, ...learned }),
  };
}

type Shape = FlowConfig['data']['shape'];

function picturesFlow(parts: FlowParts, shape: Shape): Flow<Tree<Tensor>> {
  const { kind } = parts;
  switch (kind) {
    case 'checkerboard':
      return untyped(checkerboardFlow({ shape, count: parts.couplings, hidden: parts.hidden }));
    case 'multiscale':
      return untyped(multiScaleFlow({ shape, hidden: parts.hidden }));
    case 'glow': {
      const { levels, steps, hidden } = parts;
      // The permutations of channels belong to the definition: the same whatever the seed.
      const layers = glow({ shape, levels, steps, hidden, key: key(0) });
      return untyped(
        flow<readonly [NoParams, GlowParams], NoParams>({
          transforms: [logitTransform({ alpha: EDGE }), layers],
          base: standardNormal(sizeOf(shape)),
        }),
      );
    }
  }
}

function expectFit(preset: string, parts: FlowParts, [height, width]: Shape): void {
  const halvings = parts.kind === 'glow' ? parts.levels : parts.kind === 'multiscale' ? 2 : 0;
  const sides = `got ${height} by ${width}`;
  if (height % 2 ** halvings !== 0 || width % 2 ** halvings !== 0) {
    const other = parts.kind === 'glow' ? 'Give fewer "levels", or use' : 'Use';
    throw new UsageError(
      `${preset} needs images whose sides are multiples of ${2 ** halvings}, ${sides}. ${other} the model "flow".`,
    );
  }
  if (height * width === 1 && (parts.kind === 'checkerboard' || parts.noise > 0)) {
    throw new UsageError(`${preset} needs images of two pixels or more, ${sides}. Take larger images.`);
  }
}

function sizeOfParts(parts: FlowParts, [, , channels]: Shape): { layers: number; parameters: number } {
  const noise = parts.noise * gatedWeights(NOISE_HIDDEN, 2 * channels);
  switch (parts.kind) {
    case 'checkerboard': {
      const { couplings, hidden } = parts;
      return { layers: couplings + parts.noise, parameters: couplings * gatedWeights(hidden, channels) + noise };
    }
    case 'multiscale': {
      const [fine, middle, coarse] = parts.hidden;
      const nets =
        2 * gatedWeights(fine, channels) +
        2 * gatedWeights(middle, 4 * channels) +
        4 * gatedWeights(coarse, 8 * channels);
      return { layers: 8 + parts.noise, parameters: nets + noise };
    }
    case 'glow': {
      const { levels, steps, hidden } = parts;
      const wide = 4 * channels * 2 ** (levels - 1); // channels of the last level, as many as those of all before it
      const parameters = steps * (levels * hidden ** 2 + 2 * wide * (14 * hidden + 2 * wide));
      return { layers: levels * steps + parts.noise, parameters: parameters + noise };
    }
  }
}

/** Of a net of three gated blocks for affine couplings of so many channels. */
function gatedWeights(hidden: number, channels: number): number {
  return 66 * hidden ** 2 + 45 * hidden * channels;
}

/** What the logit is kept away from 0 and 1, as in the other flows of images: it makes room for what is black or white. */
const EDGE = 5e-6;

/** Channels inside the nets of learned noise: what `pixelNoise` has unless told otherwise. */
const NOISE_HIDDEN = 16;

/** Forgets the type of the parameters. Sound as long as a model is only given parameters of its own `init`. */
function untyped<P>(model: Flow<P>): Flow<Tree<Tensor>>;
function untyped<P>(model: ConditionalFlow<P>): ConditionalFlow<Tree<Tensor>>;
function untyped(model: unknown): unknown {
  return model;
}
