import { expectIntegers, type Layer, type NoParams, type Tree } from '@genai/core';
import { standardNormal } from '@genai/distributions';
import {
  type ConvolutionParams,
  conv3d,
  type DenseParams,
  dense,
  flatten,
  glorotUniform,
  sequential,
  spectralNorm,
  upsample3d,
} from '@genai/nn';
import { expectShape, leakyRelu, scope } from '@genai/tensor';
import { reshape, type Tensor, tanh } from '@tensorflow/tfjs-core';
import type { GanParts } from './gan.js';
import { each, initParts } from './init-parts.js';
import { pyramid } from './pyramid.js';

export interface VideoGanOptions {
  /** Frames of a clip, at least 2; 8 unless given. Even numbers are halved as the frames are. */
  readonly frames?: number;
  /** Side of the square frames: 4, 5, 6 or 7 times a power of 2; 16 unless given. */
  readonly size?: number;
  /** Channels of the frames; 1 unless given. */
  readonly channels?: number;
  /** Channels beside the clip; they double as its frames halve. 16 unless given. */
  readonly width?: number;
  /** Features of a code, of a whole clip; 64 unless given. */
  readonly latents?: number;
  /** Whether every weight of the critic has {@link spectralNorm}, as {@link hinge} wants it. Default `false`. */
  readonly spectral?: boolean;
}

type GeneratorParams = {
  /** From the small clip to the large one. */
  readonly convolutions: readonly ConvolutionParams[];
  readonly project: DenseParams;
};
type CriticParams = readonly [readonly ConvolutionParams[], NoParams, DenseParams];

/**
 * Parts made of convolutions over time and space for short clips in [−1, 1], (batch, frames, size, size, channels).
 *
 * The generator projects a code to a short clip of small frames, which grows in time and space by nearest neighbours and
 * convolutions of 3 × 3 × 3; the critic shrinks it by strided ones of 4 × 4 × 4. Leaky ReLU 0.2 between, nowhere a norm, so that
 * it suits {@link relativistic} with {@link r1} and {@link r2}, or with `spectral` {@link hinge}.
 *
 * @example
 * const digits = gan(videoGan({ frames: 8, size: 16, width: 16 }));
 * const game = adversarial(digits, { loss: relativistic(), regularizers: [r1(1), r2(1)] });
 * @throws GenaiError if `size` is not 4 to 7 times a power of 2, or another size is out of range.
 * @source Vondrick et al. 2016, "Generating videos with scene dynamics", section 2 (one stream).
 */
export function videoGan({
  frames = 8,
  size = 16,
  channels = 1,
  width = 16,
  latents = 64,
  spectral = false,
}: VideoGanOptions = {}): GanParts<GeneratorParams, CriticParams> {
  expectIntegers('videoGan', { frames }, 2);
  expectIntegers('videoGan', { channels, width, latents });
  const clip = clipOf(frames, size, width);
  return {
    generator: generatorOf(clip, channels, latents),
    critic: criticOf(clip, channels, { frames, size, spectral }),
    prior: standardNormal(latents),
  };
}

/** How a clip shrinks. */
interface Clip {
  /** Frames and side of the smallest clip. */
  readonly time: number;
  readonly side: number;
  /** Each step inwards: by how much time shrinks, 1 or 2, space by 2, and the channels there. */
  readonly steps: readonly { readonly pace: 1 | 2; readonly width: number }[];
}

function clipOf(frames: number, size: number, width: number): Clip {
  const { side, doublings } = pyramid('videoGan', size);
  let time = frames;
  const steps = Array.from({ length: doublings }, (_, i) => {
    const pace = time % 2 === 0 && time > 2 ? 2 : 1;
    time /= pace;
    return { pace, width: width * 2 ** i } as const;
  });
  return { time, side, steps };
}

/** Codes (batch, latents) to clips in [−1, 1]. */
function generatorOf({ time, side, steps }: Clip, channels: number, latents: number): Layer<Tensor, GeneratorParams> {
  const outwards = steps.toReversed();
  const inner = outwards[0]!.width;
  const project = dense(latents, time * side * side * inner);
  const layers = outwards.map(({ pace, width }, i) => {
    const last = i === outwards.length - 1;
    return {
      grow: upsample3d({ factor: [pace, 2] }).apply,
      convolution: last ? conv3d(width, channels, { initializer: glorotUniform }) : conv3d(width, width / 2),
      activation: last ? tanh : (y: Tensor): Tensor => leakyRelu(y, 0.2),
    };
  });
  const convolutions = each(layers.map(({ convolution }) => convolution));
  return {
    init: (key) => initParts<GeneratorParams>({ convolutions, project }, key),
    apply: (params, z) =>
      scope(() => {
        const start = reshape(project.apply(params.project, z), [-1, time, side, side, inner]);
        return layers.reduce(
          (y, { grow, convolution, activation }, i) => {
            return activation(convolution.apply(params.convolutions[i]!, grow({}, y)));
          },
          leakyRelu(start, 0.2),
        ); // (batch, frames, size, size, channels)
      }),
  };
}

/** Clips to a number each, (batch, 1). */
function criticOf(
  { time, side, steps }: Clip,
  channels: number,
  { frames, size, spectral }: { readonly frames: number; readonly size: number; readonly spectral: boolean },
): Layer<Tensor, CriticParams> {
  const normed = <P extends Tree<Tensor> & { readonly weight: Tensor }>(layer: Layer<Tensor, P>): Layer<Tensor, P> =>
    spectral ? spectralNorm(layer) : layer;
  const layers = steps.map(({ pace, width }, i) =>
    normed(conv3d(steps[i - 1]?.width ?? channels, width, { kernel: [pace + 2, 4, 4], strides: [pace, 2] })),
  );
  const body: Layer<Tensor, readonly ConvolutionParams[]> = {
    init: each(layers).init,
    apply: (params, x) =>
      scope(() => {
        expectShape('videoGan: clips', x, ['batch', frames, size, size, channels]);
        return layers.reduce((y, layer, i) => leakyRelu(layer.apply(params[i]!, y), 0.2), x); // (batch, time, side, side, …)
      }),
  };
  const features = time * side * side * steps.at(-1)!.width;
  return sequential<CriticParams>(body, flatten(), normed(dense(features, 1, { initializer: glorotUniform })));
}
