import { disposeTree, type Key, split } from '@genai/core';
import { conv2d, orthogonal, zeros } from '@genai/nn';
import { logSigmoid, scope } from '@genai/tensor';
import { adam, chain, clipByGlobalNorm } from '@genai/train';
import {
  add,
  concat,
  exp,
  log,
  matMul,
  mean,
  mul,
  neg,
  split as parts,
  relu,
  reshape,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  tensor1d,
  tensor2d,
  transpose,
  zeros as zerosOf,
} from '@tensorflow/tfjs-core';
import { fixedBatches, greyPixels } from '../fixed-batches.js';
import { initLayers, type ParamsOf, peerInit } from '../init-layers.js';
import { pluDecomposition } from '../plu-decomposition.js';
import { descent, workload } from '../workload.js';

const CHANNELS = [12, 24] as const; // at each of the two levels
const STEPS = 8;
const HIDDEN = 128;

const levels = CHANNELS.map((channels) => ({
  channels,
  first: conv2d(channels / 2, HIDDEN, { initializer: peerInit }),
  second: conv2d(HIDDEN, HIDDEN, { kernel: 1, initializer: peerInit }),
  last: conv2d(HIDDEN, channels, { initializer: zeros }),
}));
type Level = (typeof levels)[number];
type StepParams = {
  /** x → (x + shift) · e^logScale, (channels) each. */
  readonly norm: { readonly shift: Tensor; readonly logScale: Tensor };
  readonly mix: { readonly lower: Tensor; readonly upper: Tensor; readonly logDiagonal: Tensor };
  readonly coupling: ParamsOf<Pick<Level, 'first' | 'second' | 'last'>>;
};
type Params = { readonly levels: readonly (readonly StepParams[])[] };
/** What a 1 × 1 convolution does not learn. */
type Frame = { readonly permutation: Tensor; readonly signs: Tensor };

/**
 * Glow of 16 × 16 × 3 images: 2 levels of 8 steps (actnorm, invertible 1 × 1 convolution, affine coupling); bits per
 * dimension up to a constant; Adam 1e-3, gradients clipped at 50.
 */
export const glowSmall = workload({
  name: 'glow_small',
  params: 776_576,
  batch: 32,
  warmup: 3,
  setup: ({ batch, key }) => {
    const [forData, forFlow] = split(key);
    const data = fixedBatches(4, forData, (key) => greyPixels(key, [batch, 16, 16, 3], -0.5, 0.5));
    const mixes = split(forFlow, CHANNELS.length).map((key, level) =>
      split(key, STEPS).map((key) => startOfMix(key, CHANNELS[level]!)),
    );
    const masks = CHANNELS.map(triangles);
    const flow = (params: Params, x: Tensor, visit?: Visit): Tensor => bitsPerDim(params, x, mixes, masks, visit);
    return descent(
      {
        init: (key: Key): Params =>
          scope(() => {
            const levels = fresh(key, mixes);
            // Actnorm starts from the first batch: each is set when the batch reaches it.
            flow({ levels }, data.batch(0), (level, step, x) => {
              const norm = standardising(x);
              levels[level]![step] = { ...levels[level]![step]!, norm };
              return norm;
            });
            return { levels };
          }),
        loss: (params: Params, x: Tensor) => scope(() => ({ loss: flow(params, x) })),
      },
      chain(clipByGlobalNorm(50), adam(1e-3)),
      {
        batch: data.batch,
        dispose: () => {
          data.dispose();
          disposeTree(mixes);
          disposeTree(masks);
        },
      },
    );
  },
});

type Mix = Frame & { readonly start: StepParams['mix'] };
type Masks = { readonly below: Tensor; readonly above: Tensor; readonly diagonal: Tensor };
/** Called before each actnorm; gives the one to use. */
type Visit = (level: number, step: number, x: Tensor) => StepParams['norm'];

function fresh(key: Key, mixes: readonly (readonly Mix[])[]): StepParams[][] {
  return split(key, CHANNELS.length).map((key, i) => {
    const { channels, first, second, last } = levels[i]!;
    return split(key, STEPS).map((key, step) => ({
      norm: { shift: zerosOf([channels]), logScale: zerosOf([channels]) },
      mix: mixCopy(mixes[i]![step]!.start),
      coupling: initLayers({ first, second, last }, key),
    }));
  });
}

/** Parameters are freed with the state, what they started from with the workload. */
function mixCopy({ lower, upper, logDiagonal }: StepParams['mix']): StepParams['mix'] {
  return { lower: lower.clone(), upper: upper.clone(), logDiagonal: logDiagonal.clone() };
}

/** Kingma and Dhariwal 2018, "Glow", table 1 and figure 2. x: (batch, 16, 16, 3). */
function bitsPerDim(
  params: Params,
  x: Tensor,
  frames: readonly (readonly Frame[])[],
  masks: readonly Masks[],
  visit?: Visit,
): Tensor {
  const batch = x.shape[0]!;
  const dimensions = x.size / batch;
  let y = x;
  const energies: Tensor[] = []; // sums over the batch of z²
  const perImage: Tensor[] = []; // sums of log-determinants that are one for all images
  const perBatch: Tensor[] = []; // sums over the batch of those that are not
  for (const [i, level] of levels.entries()) {
    y = squeezed(y);
    const places = y.shape[1]! * y.shape[2]!;
    for (const [step, stepParams] of params.levels[i]!.entries()) {
      const norm = visit?.(i, step, y) ?? stepParams.norm;
      y = mul(add(y, norm.shift), exp(norm.logScale));
      y = mixed(stepParams.mix, y, frames[i]![step]!, masks[i]!);
      perImage.push(mul(add(sum(norm.logScale), sum(stepParams.mix.logDiagonal)), places));
      const coupled = coupling(level, stepParams.coupling, y);
      y = coupled.y;
      perBatch.push(coupled.logDet);
    }
    if (i === levels.length - 1) energies.push(sum(square(y)));
    else {
      const [kept, done] = parts(y, 2, 3) as [Tensor, Tensor];
      energies.push(sum(square(done)));
      y = kept;
    }
  }
  const energy = mul(total(energies), 0.5 / batch);
  const logDet = add(total(perImage), mul(total(perBatch), 1 / batch));
  const nats = add(sub(energy, logDet), 0.5 * dimensions * Math.log(2 * Math.PI));
  return mul(nats, 1 / (dimensions * Math.LN2));
}

function total(terms: readonly Tensor[]): Tensor {
  return terms.reduce((a, b) => add(a, b));
}

/** 2 × 2 places become channels: (batch, 2h, 2w, c) → (batch, h, w, 4c). */
function squeezed(x: Tensor): Tensor {
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const blocks = reshape(x, [batch, height / 2, 2, width / 2, 2 * channels]);
  return reshape(transpose(blocks, [0, 1, 3, 2, 4]), [batch, height / 2, width / 2, 4 * channels]);
}

/** A 1 × 1 convolution with P L (U + diag s), which is a product of matrices. Kingma and Dhariwal 2018, eq. 10. */
function mixed({ lower, upper, logDiagonal }: StepParams['mix'], x: Tensor, frame: Frame, masks: Masks): Tensor {
  const channels = x.shape[3]!;
  const l = add(mul(lower, masks.below), masks.diagonal);
  const u = add(mul(upper, masks.above), mul(masks.diagonal, mul(frame.signs, exp(logDiagonal))));
  const weight = matMul(frame.permutation, matMul(l, u)); // (outputs, inputs)
  return reshape(matMul(reshape(x, [x.size / channels, channels]), weight, false, true), x.shape);
}

/** Half of the channels scale and shift the other half. Kingma and Dhariwal 2018, table 1. */
function coupling(level: Level, params: StepParams['coupling'], x: Tensor): { y: Tensor; logDet: Tensor } {
  // A scope frees what no gradient needs.
  return scope(() => {
    const [a, b] = parts(x, 2, 3) as [Tensor, Tensor];
    const first = relu(level.first.apply(params.first, a)); // (batch, height, width, 128)
    const second = relu(level.second.apply(params.second, first));
    const [shift, raw] = parts(level.last.apply(params.last, second), 2, 3) as [Tensor, Tensor];
    const logScale = logSigmoid(add(raw, 2));
    return { y: concat([a, mul(add(b, shift), exp(logScale))], 3), logDet: sum(logScale) };
  });
}

/** The actnorm after which each channel has mean 0 and deviation 1. */
function standardising(x: Tensor): StepParams['norm'] {
  const rows = reshape(x, [x.size / x.shape[3]!, x.shape[3]!]);
  const centre = mean(rows, 0);
  const variance = mul(mean(square(sub(rows, centre)), 0), rows.shape[0] / (rows.shape[0] - 1));
  return { shift: neg(centre), logScale: neg(log(add(sqrt(variance), 1e-6))) };
}

/** A random rotation, taken apart. */
function startOfMix(key: Key, channels: number): Mix {
  const rotation = orthogonal()(key, [channels, channels]);
  const { permutation, lower, upper } = pluDecomposition(rotation.dataSync(), channels);
  rotation.dispose();
  const diagonal = Float32Array.from({ length: channels }, (_, i) => upper[i * channels + i]!);
  const strictly = upper.map((value, at) => (at % channels > Math.floor(at / channels) ? value : 0));
  const square = (values: Float32Array): Tensor => tensor2d(values, [channels, channels]);
  return {
    permutation: square(permutation),
    signs: tensor1d(diagonal.map(Math.sign)),
    start: {
      lower: square(lower),
      upper: square(strictly),
      logDiagonal: tensor1d(diagonal.map((value) => Math.log(Math.abs(value)))),
    },
  };
}

/** Ones below, above and on the diagonal, (channels, channels) each. */
function triangles(channels: number): Masks {
  const where = (test: (row: number, column: number) => boolean): Tensor =>
    tensor2d(
      Float32Array.from({ length: channels ** 2 }, (_, at) => +test(Math.floor(at / channels), at % channels)),
      [channels, channels],
    );
  return {
    below: where((row, column) => row > column),
    above: where((row, column) => row < column),
    diagonal: where((row, column) => row === column),
  };
}
