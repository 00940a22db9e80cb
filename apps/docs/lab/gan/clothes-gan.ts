/** A generator of clothes by kind and its critic: as small as they can be and still design what one recognises. */
import {
  adversarial,
  concatenated,
  conditionalDcgan,
  conditionalGan,
  diffAugment,
  r1,
  r2,
  relativistic,
} from '@genai/gan';
import { activation, conv2d, conv2dTranspose, dense, glorotUniform, reshape, rmsNorm, sequential } from '@genai/nn';
import { leakyRelu } from '@genai/tensor';
import { adam, compete, ema } from '@genai/train';
import { type Tensor, tanh } from '@tensorflow/tfjs-core';
import { KINDS, SIDE } from './sizes.js';

const LATENTS = 32;
const WIDTH = 24;
const FINE = 8;
const SMALL = SIDE / 4;
const GAMMA = 0.5;
const RATE = 1e-3;
const DECAY = 0.99;

export type ClothesGan = ReturnType<typeof clothesGan>;

/** The model: pictures (batch, 28, 28, 1) in [−1, 1] of kinds, int32 (batch). */
export function clothesGan() {
  const classes = KINDS.length;
  const leaky = activation((x: Tensor): Tensor => leakyRelu(x, 0.2));
  // Each pixel is normalised by itself. Norms over the batch would undo what scales all codes alike, and with it truncation, and a
  // design would depend on those drawn beside it.
  const generator = concatenated(
    sequential(
      dense(LATENTS + classes, SMALL ** 2 * 2 * WIDTH),
      reshape([SMALL, SMALL, 2 * WIDTH]),
      rmsNorm(2 * WIDTH),
      leaky,
      conv2dTranspose(2 * WIDTH, WIDTH, { kernel: 4, strides: 2 }), // (batch, 14, 14, 24)
      rmsNorm(WIDTH),
      leaky,
      conv2dTranspose(WIDTH, FINE, { kernel: 4, strides: 2 }), // (batch, 28, 28, 8)
      leaky,
      conv2d(FINE, 1, { initializer: glorotUniform }), // smooths the chequers of the one before it
      activation(tanh),
    ),
    { classes },
  );
  const { critic, prior } = conditionalDcgan({ size: SIDE, width: WIDTH, latents: LATENTS, classes, norm: false });
  return conditionalGan({ generator, critic, prior });
}

/** What trains it; the average of the generator is what designs. */
export function clothesStep(model: ClothesGan) {
  const game = adversarial(model, {
    loss: relativistic(),
    regularizers: [r1(GAMMA), r2(GAMMA)],
    augment: diffAugment({ color: false, cutout: 0 }), // 4,000 pictures are few: the critic would learn them by heart
  });
  const optimizer = () => adam(RATE, { b1: 0, b2: 0.99 });
  const contest = compete(game, { optimizers: { critic: optimizer(), generator: optimizer() } });
  return ema(contest, { decay: DECAY, of: ({ generator }) => generator });
}
