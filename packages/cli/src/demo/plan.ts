import type { VaeConfig } from '../model/vae/vae-config.js';

/** How much work a demonstration is. */
export interface Plan {
  readonly parts: VaeConfig['parts'];
  readonly batch: number;
  /** The highest learning rate; it rises over `warmup` steps and then falls along a cosine. */
  readonly learningRate: number;
  readonly warmup: number;
  readonly steps: number;
  /** Steps are cut so that training takes about so many seconds on a slow machine. */
  readonly seconds: number;
  /** Steps between two measurements on held-out digits, for the curve. */
  readonly measureEvery: number;
  /** Held-out digits for the curve and for the scores. */
  readonly watched: number;
  readonly scored: number;
  /** Draws of z for each digit of the importance-weighted bound. */
  readonly samples: number;
}

/**
 * On two cores under twenty seconds with native kernels, under a minute in WebAssembly, two minutes on the wasm engine of TensorFlow.js.
 *
 * Widths, learning rate and noise were chosen by the bound on the held-out digits of `digits`, so the demonstration's scores
 * there are not those of untouched data. Measure on MNIST's own test set for that: it took no part in the choice.
 */
export const FULL: Plan = {
  parts: { kind: 'convolutional', width: 16, hidden: [128], latents: 16 },
  batch: 64,
  learningRate: 8e-3,
  warmup: 50,
  steps: 2_500,
  seconds: 150,
  measureEvery: 100,
  watched: 250,
  scored: 1_000,
  samples: 64,
};

/** A few seconds, to see that everything works. */
export const QUICK: Plan = {
  ...FULL,
  parts: { kind: 'convolutional', width: 8, hidden: [64], latents: 8 },
  batch: 32,
  warmup: 20,
  steps: 150,
  seconds: 8,
  measureEvery: 30,
  watched: 50,
  scored: 50,
  samples: 8,
};

/** The steps that fit into `seconds`, at most those planned, at a pace of `ms` each. */
export function affordable({ steps, seconds }: Pick<Plan, 'steps' | 'seconds'>, ms: number): number {
  return Math.max(1, Math.min(steps, Math.floor((seconds * 1000) / Math.max(ms, 1e-3))));
}
