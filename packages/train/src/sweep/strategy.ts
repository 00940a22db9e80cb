import { expectIntegers, fold, GenaiError, type Key } from '@genai/core';
import type { Space } from './space.js';

/** Settings to try, and for how long. */
export interface Trial<S> {
  /** Of the settings: a later, longer trial of the same ones has the same. */
  readonly id: number;
  readonly settings: S;
  /** Moves of training in all; a trial that goes on counts those made before. */
  readonly steps: number;
}

/** What came of a trial. */
export interface TrialResult<S> extends Trial<S> {
  /** Lower is better; NaN or infinite for one that failed. */
  readonly score: number;
}

/** What to try next, as a value: it gives rounds of trials and gets their results, in the same order. */
export interface Strategy {
  readonly rounds: <S>(space: Space<S>, key: Key) => Rounds<S>;
}

/** Trials out, their results in. */
export type Rounds<S> = Generator<readonly Trial<S>[], void, readonly TrialResult<S>[]>;

/**
 * Every combination: `points` values of each number, from end to end, and all those of a list.
 *
 * @throws GenaiError unless both are integers above 0.
 */
export function gridSearch({ points = 5, steps }: { readonly points?: number; readonly steps: number }): Strategy {
  expectIntegers('gridSearch', { points, steps });
  return {
    *rounds<S>(space: Space<S>): Rounds<S> {
      let all: object[] = [{}];
      for (const name of Object.keys(space) as (keyof S)[]) {
        const values = space[name].spread(points);
        all = all.flatMap((settings) => values.map((value) => ({ ...settings, [name]: value })));
      }
      yield all.map((settings, id) => ({ id, settings: settings as S, steps }));
    },
  };
}

/**
 * Settings drawn at random: of the same number of trials it tries more values of each than a grid.
 *
 * @throws GenaiError unless both are integers above 0.
 * @source Bergstra and Bengio 2012, "Random search for hyper-parameter optimization".
 */
export function randomSearch({ trials, steps }: { readonly trials: number; readonly steps: number }): Strategy {
  expectIntegers('randomSearch', { trials, steps });
  return {
    *rounds<S>(space: Space<S>, key: Key): Rounds<S> {
      yield drawn(space, key, trials).map((settings, id) => ({ id, settings, steps }));
    },
  };
}

export interface SuccessiveHalvingOptions {
  /** Settings of the first round. */
  readonly trials: number;
  /** Moves of training of the last round. */
  readonly steps: number;
  /** One in so many goes on, and trains so many times as long. Default 3. */
  readonly factor?: number;
  /** Moves of the first round at least. Default 1. */
  readonly least?: number;
}

/**
 * Draws settings at random, trains all a little, and goes on with the best of each round for longer: most of the work is spent on
 * those that look good early.
 *
 * The last round has `steps` moves, each before it a `factor`th; there are as many rounds as `trials` allow, until one is left.
 *
 * @throws GenaiError unless all are integers above 0, and `factor` above 1.
 * @source Jamieson and Talwalkar 2016, "Non-stochastic best arm identification and hyperparameter optimization", algorithm 1;
 * Li et al. 2018, "Hyperband", section 2.
 */
export function successiveHalving({ trials, steps, factor = 3, least = 1 }: SuccessiveHalvingOptions): Strategy {
  expectIntegers('successiveHalving', { trials, steps, factor, least });
  if (factor < 2) throw new GenaiError(`successiveHalving: got factor ${factor}, expected at least 2.`);
  return {
    *rounds<S>(space: Space<S>, key: Key): Rounds<S> {
      let rungs = 0;
      while (factor ** (rungs + 1) <= trials && steps / factor ** (rungs + 1) >= least) rungs++;
      let left: { readonly id: number; readonly settings: S }[] = drawn(space, key, trials).map((settings, id) => ({
        id,
        settings,
      }));
      for (let rung = rungs; rung >= 0; rung--) {
        const moves = Math.max(1, Math.round(steps / factor ** rung));
        const results = yield left.map((trial) => ({ ...trial, steps: moves }));
        const best = results.filter(({ score }) => Number.isFinite(score)).sort((a, b) => a.score - b.score);
        left = best.slice(0, Math.max(1, Math.floor(left.length / factor)));
        if (left.length === 0) return; // all failed
      }
    },
  };
}

function drawn<S>(space: Space<S>, key: Key, count: number): S[] {
  const names = Object.keys(space) as (keyof S)[];
  return Array.from({ length: count }, (_, i) => {
    const own = fold(key, i);
    return Object.fromEntries(names.map((name, j) => [name, space[name].draw(fold(own, j))])) as S;
  });
}
