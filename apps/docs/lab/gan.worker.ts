/** Trains a GAN on a density of the plane; the page sees only plain data. */
import { key, split } from '@genai/core';
import { draws } from '@genai/data';
import { modeCoverage } from '@genai/eval';
import {
  adversarial,
  denseGan,
  gan,
  gradientPenalty,
  nonSaturating,
  r1,
  r2,
  relativistic,
  wasserstein,
} from '@genai/gan';
import { owned, scope } from '@genai/tensor';
import { adam, compete, ema } from '@genai/train';
import { tensor2d } from '@tensorflow/tfjs-core';
import { type Density, EXTENT, targetOf } from './common/density.js';
import { type Lab, serveLab } from './common/serve-lab.js';

/** What the critic and the generator play for, with what keeps the critic in bounds. */
const GAMES = {
  relativistic: { loss: relativistic(), regularizers: [r1(0.02), r2(0.02)], critics: 1 },
  'non-saturating': { loss: nonSaturating(), regularizers: [], critics: 1 },
  wasserstein: { loss: wasserstein(), regularizers: [gradientPenalty(1)], critics: 3 },
} as const;

export type GameName = keyof typeof GAMES;

export interface GanOptions {
  readonly density: Density;
  readonly loss: GameName;
}

/** What the page is shown. */
export interface GanLook {
  /** Draws of the generator, (count × 2). */
  readonly samples: Float32Array;
  /** What the critic says at the centres of the cells, row by row from the lowest, (cells × cells). */
  readonly field: Float32Array;
  readonly cells: number;
  /** Modes that samples reach, of how many, and the share of samples near one. */
  readonly modes: number;
  readonly of: number;
  readonly near: number;
}

const BATCH = 192;
const CELLS = 48;
/** A mode is reached by this share of the samples that it would have if all had as many. */
const SHARE = 1 / 5;

function setup({ density, loss: name }: GanOptions, seed: number) {
  const [order] = split(key(seed));
  const { loss, regularizers, critics } = GAMES[name];
  const model = gan(denseGan({ shape: [2], hidden: [64, 64, 64], latents: 2, output: (x) => x }));
  const now = { target: targetOf(density) };
  const size = critics * BATCH; // as many points for each of the critic's moves
  const data = draws({ shape: [2], sample: (k, count) => now.target.toy.sample(k, count) }, { size, key: order });
  const optimizer = () => adam(2e-3, { b1: 0, b2: 0.99 });
  const contest = compete(adversarial(model, { loss, regularizers }), {
    optimizers: { critic: optimizer(), generator: optimizer() },
    updates: { critic: critics },
  });
  const step = ema(contest, { decay: 0.99, of: ({ generator }) => generator }); // drawn from is the average
  return { model, now, step, data };
}

type GanLab = Lab<GanOptions, ReturnType<typeof setup>>;

export const job = serveLab('gan', setup, {
  /** `count` samples, the critic's field, and what the samples reach. */
  look: async ({ parts: { model, now }, state, head }: GanLab, count: number): Promise<GanLook> => {
    using seen = owned(
      scope(() => ({
        samples: model.given({ ...state.params, generator: state.average }).sample(key(head.seed + 1), [count]), // (count, 2)
        field: model.judge(state.params.critic, tensor2d(cellCentres(), [CELLS * CELLS, 2])), // (cells²)
      })),
    );
    const samples = (await seen.samples.data<'float32'>()).slice();
    const field = (await seen.field.data<'float32'>()).slice();
    const { centres, deviation } = now.target;
    const minimum = Math.max(1, Math.round((SHARE * count) / centres.length));
    const { modes, highQuality: near } = await modeCoverage(seen.samples, centres, { deviation, minimum });
    return { samples, field, cells: CELLS, modes, of: centres.length, near };
  },
  /** Learns another density from here on. */
  density: (lab: GanLab, density: Density): void => {
    lab.parts.now.target = targetOf(density);
    lab.head = { ...lab.head, options: { ...lab.head.options, density } };
  },
});

function cellCentres(): Float32Array {
  const at = (i: number): number => EXTENT * ((2 * i + 1) / CELLS - 1);
  return Float32Array.from({ length: 2 * CELLS * CELLS }, (_, i) => {
    const cell = i >> 1;
    return at(i % 2 === 0 ? cell % CELLS : Math.floor(cell / CELLS));
  });
}
