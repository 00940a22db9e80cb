import { expectIntegers, GenaiError, type Schedule, type Step, type Tree } from '@genai/core';
import { scope } from '@genai/tensor';
import {
  add,
  clone,
  div,
  greater,
  greaterEqual,
  less,
  logicalAnd,
  maximum,
  mul,
  scalar,
  sub,
  type Tensor,
  where,
} from '@tensorflow/tfjs-core';

/** What {@link onPlateau} adds to a state; all are float scalars. */
export type Plateau = {
  plateau: {
    /** The learning rate now. */
    rate: Tensor;
    /** The best mean so far. */
    best: Tensor;
    /** Means in a row that were not better. */
    bad: Tensor;
    /** Means until bad ones count again. */
    wait: Tensor;
    /** Of the mean under way: the sum, and how many moves it has. */
    sum: Tensor;
    count: Tensor;
  };
};

/** What {@link onPlateau} needs and can vary. */
export interface OnPlateauOptions<M extends string> {
  /** The learning rate at first. */
  readonly rate: number;
  /** The metric of the step to watch. Less is better. */
  readonly metric: M;
  /** Moves of which a mean is taken before one looks at it; default 100. */
  readonly every?: number;
  /** What the rate is multiplied with; default 0.1. */
  readonly factor?: number;
  /** Means in a row that are not better and are borne; default 10. */
  readonly patience?: number;
  /** A mean is better if it is less than the best by this; default 1e-4. */
  readonly minDelta?: number;
  /** Means after a reduction that count neither way; default 0. */
  readonly cooldown?: number;
  /** The least rate; default 0. */
  readonly least?: number;
}

/**
 * A step whose learning rate falls when a metric does not; equal to torch's `ReduceLROnPlateau` with an absolute threshold.
 *
 * The rate is a tensor of the state, and what is decided is decided on the engine: the step stays pure, can be captured, and a
 * run goes on from a checkpoint with the rate it had. So it watches what the step itself tells, in means over `every`
 * moves, not held-out data: for those leave the loop by `earlyStopping`, and go on from the run's snapshot with a step of a lower
 * rate. The metrics have the `rate` of the move too.
 *
 * @example
 * const step = onPlateau((rate) => minimize(nll(model), adam(rate)), { rate: 1e-3, metric: 'loss', every: 200 });
 * await using run = train(step, { data, steps: 50_000, key: key(0) });
 * @throws GenaiError if a number is out of its range; when run, if the step has no such metric.
 */
export function onPlateau<S extends { readonly [name: string]: Tree<Tensor> }, B, M extends string>(
  step: (rate: Schedule<Tensor>) => Step<S, B, { readonly [name in M]: Tensor }>,
  options: OnPlateauOptions<NoInfer<M>>,
): Step<S & Plateau, B, { readonly [name in M | 'rate']: Tensor }> {
  const { rate, metric, every = 100, factor = 0.1, patience = 10, cooldown = 0 } = options;
  expectIntegers('onPlateau', { every });
  expectIntegers('onPlateau', { patience, cooldown }, 0);
  if (!(rate > 0 && Number.isFinite(rate))) throw new GenaiError(`onPlateau: rate must be above 0, got ${rate}.`);
  if (!(factor > 0 && factor < 1)) {
    throw new GenaiError(`onPlateau: factor must be above 0 and below 1, got ${factor}.`);
  }
  return {
    init: (key) =>
      scope(() => {
        const [best, zeros] = [scalar(3e38), (): Tensor => scalar(0)]; // not Infinity, which the guard of train refuses
        const plateau = { rate: scalar(rate), best, bad: zeros(), wait: zeros(), sum: zeros(), count: zeros() };
        return { ...step(() => scalar(rate)).init(key), plateau };
      }),
    run: (state, batch, key) =>
      scope(() => {
        const { plateau, ...inner } = state;
        const next = step(() => clone(plateau.rate)).run(inner as unknown as S, batch, key);
        const value = next.metrics[metric];
        if (!value) throw new GenaiError(`onPlateau: the step tells no "${metric}". Choose one of its metrics.`);
        return {
          state: { ...next.state, plateau: looked(plateau, value, { ...options, every, factor, patience, cooldown }) },
          metrics: { ...next.metrics, rate: clone(plateau.rate) } as { readonly [name in M | 'rate']: Tensor },
        };
      }),
  };
}

type Numbers = Required<Pick<OnPlateauOptions<string>, 'every' | 'factor' | 'patience' | 'cooldown'>> &
  Pick<OnPlateauOptions<string>, 'minDelta' | 'least'>;

/** The plateau after one more number: most moves only add to the mean. */
function looked(
  before: Plateau['plateau'],
  value: Tensor,
  { every, factor, patience, cooldown, minDelta = 1e-4, least = 0 }: Numbers,
): Plateau['plateau'] {
  const [sum, count] = [add(before.sum, value), add(before.count, 1)];
  const looks = greaterEqual(count, every);
  const mean = div(sum, every);
  const better = less(mean, sub(before.best, minDelta));
  const waits = greater(before.wait, 0);
  const none = scalar(0);
  const bad = where(better, none, where(waits, none, add(before.bad, 1)));
  const falls = logicalAnd(greater(bad, patience), looks);
  const wait = where(falls, scalar(cooldown), maximum(sub(before.wait, 1), 0));
  return {
    rate: where(falls, maximum(mul(before.rate, factor), least), before.rate),
    best: where(logicalAnd(looks, better), mean, before.best),
    bad: where(looks, where(falls, none, bad), before.bad),
    wait: where(looks, wait, before.wait),
    sum: where(looks, none, sum),
    count: where(looks, none, count),
  };
}
