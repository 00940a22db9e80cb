import type { Optimizer, Tree } from '@genai/core';
import {
  type AdamState,
  adam,
  type GroupedState,
  grouped,
  type LearningRate,
  type MuonState,
  muon,
  warmupCosine,
} from '@genai/train';
import type { Tensor } from '@tensorflow/tfjs-core';

/** What moves the parameters of an experiment, and what its protocol says of that. */
export interface MovedBy<O extends Tree<Tensor>> {
  /** `falling` makes a rate that falls from its peak to a hundredth along a cosine. */
  readonly optimizer: (falling: (peak: number) => LearningRate) => Optimizer<Tensor, O>;
  /** To be followed by "to a hundredth along a cosine". */
  readonly rates: string;
}

/** Adam alone. */
export function adamFrom(rate: number): MovedBy<AdamState> {
  return { optimizer: (falling) => adam(falling(rate)), rates: `Adam with a rate that falls from ${rate}` };
}

/** Muon for the leaves that `when` takes, which the text calls `what`, Adam for the others. */
export function muonFrom(
  rates: { readonly muon: number; readonly adam: number },
  what: string,
  when: (path: string, leaf: Tensor) => boolean,
): MovedBy<GroupedState<[MuonState, AdamState]>> {
  return {
    optimizer: (falling) =>
      grouped({ when, optimizer: muon(falling(rates.muon)) }, { optimizer: adam(falling(rates.adam)) }),
    rates: `Muon (${rates.muon}) for ${what}, Adam (${rates.adam}) for the rest, with rates that fall`,
  };
}

/** Rates that warm up over a hundred of `steps` and fall to a hundredth of their peak. */
export function fallingOver(steps: number): (peak: number) => LearningRate {
  return (peak) => warmupCosine({ peak, warmup: Math.min(100, steps - 1), steps, end: peak / 100 });
}
