import { expectIntegers, GenaiError, type Layer, type NoParams } from '@genai/core';
import { standardNormal } from '@genai/distributions';
import {
  type ConvolutionParams,
  conv2d,
  conv2dTranspose,
  type DenseParams,
  dense,
  flatten,
  glorotUniform,
  sequential,
} from '@genai/nn';
import { expectShape, leakyRelu, scope, stopGradient } from '@genai/tensor';
import { add, cast, greater, reshape, sigmoid, sub, type Tensor } from '@tensorflow/tfjs-core';
import type { GanParts } from './gan.js';
import { each, initParts } from './init-parts.js';

export interface RollGanOptions {
  /** Steps of time; with `pitches` it is halved as long as both are even and their halves at least 4. 32 unless given. */
  readonly steps?: number;
  /** Pitches of the image; 48 unless given, four octaves. */
  readonly pitches?: number;
  /** Rolls side by side, of a voice or an instrument each, as channels; 1 unless given. */
  readonly tracks?: number;
  /** Channels beside the roll; they double as it halves. 16 unless given. */
  readonly width?: number;
  /** Features of a code, of a whole roll; 64 unless given. */
  readonly latents?: number;
  /** Whether a cell is 0 or 1, already while training; otherwise a number between. Default `true`. */
  readonly binary?: boolean;
}

type GeneratorParams = {
  /** From the small roll to the large one. */
  readonly convolutions: readonly ConvolutionParams[];
  readonly project: DenseParams;
};
type CriticParams = readonly [readonly ConvolutionParams[], NoParams, DenseParams];

/**
 * Parts made of convolutions for piano rolls, (batch, steps, pitches, tracks), 1 where a pitch sounds and 0 elsewhere.
 *
 * The generator projects a code to a small roll and doubles it by transposed convolutions; a cell is 1 where its probability is
 * above a half, and passes the gradient on as that does (straight through), so that the critic never learns to tell rolls by numbers
 * between. Cells begin with a probability of about 0.1. The critic halves the roll by convolutions; leaky ReLU 0.2 between, nowhere
 * a norm, so that it suits {@link relativistic} with {@link r1} and {@link r2}.
 *
 * @example
 * const chorales = gan(rollGan({ steps: 32, pitches: 48, width: 32 }));
 * const game = adversarial(chorales, { loss: relativistic(), regularizers: [r1(1), r2(1)] });
 * @throws GenaiError if `steps` or `pitches` cannot be halved, or a size is not an integer of at least 1.
 * @source Yang et al. 2017, "MidiNet: a convolutional generative adversarial network for symbolic-domain music generation"; cells:
 * Dong and Yang 2018, "Convolutional generative adversarial networks with binary neurons for polyphonic music generation",
 * section 3.2 (deterministic binary neurons).
 */
export function rollGan({
  steps = 32,
  pitches = 48,
  tracks = 1,
  width = 16,
  latents = 64,
  binary = true,
}: RollGanOptions = {}): GanParts<GeneratorParams, CriticParams> {
  expectIntegers('rollGan', { steps, pitches, tracks, width, latents });
  const halvings = halvingsOf(steps, pitches);
  const small = [steps / 2 ** halvings, pitches / 2 ** halvings] as const;
  const widths = Array.from({ length: halvings }, (_, i) => width * 2 ** i); // from the large roll inwards
  return {
    generator: generatorOf(small, widths, { tracks, latents, binary }),
    critic: criticOf(small, widths, [steps, pitches, tracks]),
    prior: standardNormal(latents),
  };
}

/** A logit of about 0.1: in music few of the keys sound. */
const RARE = -2.2;

function halvingsOf(steps: number, pitches: number): number {
  let halvings = 0;
  while ([steps, pitches].every((size) => size % 2 ** (halvings + 1) === 0 && size / 2 ** (halvings + 1) >= 4))
    halvings++;
  if (halvings > 0) return halvings;
  throw new GenaiError(
    `rollGan: steps and pitches must be even and at least 8, got ${steps} and ${pitches}. Widen the range of pitches (48, 64, 88 say).`,
  );
}

/** Codes (batch, latents) to rolls. */
function generatorOf(
  [time, range]: readonly [number, number],
  widths: readonly number[],
  { tracks, latents, binary }: { readonly tracks: number; readonly latents: number; readonly binary: boolean },
): Layer<Tensor, GeneratorParams> {
  const outwards = widths.toReversed();
  const inner = outwards[0]!;
  const project = dense(latents, time * range * inner);
  const layers = outwards.map((inputs, i) => {
    const outputs = outwards[i + 1];
    return conv2dTranspose(inputs, outputs ?? tracks, { ...step, ...(!outputs && { initializer: glorotUniform }) });
  });
  return {
    init: (key) => initParts<GeneratorParams>({ convolutions: each(layers), project }, key),
    apply: (params, z) =>
      scope(() => {
        const start = reshape(project.apply(params.project, z), [-1, time, range, inner]);
        const logits = layers.reduce(
          (y, layer, i) => layer.apply(params.convolutions[i]!, leakyRelu(y, 0.2)),
          start as Tensor,
        ); // (batch, steps, pitches, tracks)
        const chances = sigmoid(add(logits, RARE));
        return binary ? decided(chances) : chances;
      }),
  };
}

/** 1 where a probability is above a half, 0 elsewhere, with the gradient of the probability. */
function decided(chances: Tensor): Tensor {
  const constant = stopGradient(chances);
  // The difference is 0 exactly, which a sum of the probability and a correction would not be.
  return add(cast(greater(constant, 0.5), 'float32'), sub(chances, constant));
}

/** Rolls to a number each, (batch, 1). */
function criticOf(
  [time, range]: readonly [number, number],
  widths: readonly number[],
  [steps, pitches, tracks]: readonly [number, number, number],
): Layer<Tensor, CriticParams> {
  const layers = widths.map((outputs, i) => conv2d(widths[i - 1] ?? tracks, outputs, step));
  const body: Layer<Tensor, readonly ConvolutionParams[]> = {
    init: each(layers).init,
    apply: (params, x) =>
      scope(() => {
        expectShape('rollGan: rolls', x, ['batch', steps, pitches, tracks]);
        return layers.reduce((y, layer, i) => leakyRelu(layer.apply(params[i]!, y), 0.2), x); // (batch, time, range, …)
      }),
  };
  const head = dense(time * range * widths.at(-1)!, 1, { initializer: glorotUniform });
  return sequential<CriticParams>(body, flatten(), head);
}

const step = { kernel: 4, strides: 2 } as const;
