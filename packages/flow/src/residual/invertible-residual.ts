import { expectIntegers, fold, GenaiError, type Key, type Tree } from '@genai/core';
import type { DenseParams } from '@genai/nn';
import { expectShape, scope, stopGradient } from '@genai/tensor';
import { add, mul, neg, slice, sub, sum, type Tensor } from '@tensorflow/tfjs-core';
import type { Bijector } from '../bijector.js';
import { exactTrace, type Trace } from '../continuous/trace.js';
import { joinContext } from '../join-context.js';
import { sumEvent } from '../sum-event.js';
import { type Contraction, contraction, type Linearized } from './contraction.js';
import { type Series, truncatedSeries } from './series.js';

/** How {@link invertibleResidual} works. */
export interface InvertibleResidualOptions<P> {
  /** Of the data: the last axis. */
  readonly features: number;
  /** Features of the context that the net sees; 0 unless given. */
  readonly context?: number;
  /** g, from the features and the context beside them to features: two hidden layers of 64 with a bound of 0.9 unless given. */
  readonly net?: Contraction<P>;
  /** How far the series of the log-determinant goes: {@link truncatedSeries} unless given, or {@link roulette}. */
  readonly series?: Series;
  /** How traces are found: {@link exactTrace} unless given, {@link hutchinson} for many features. */
  readonly trace?: Trace;
  /** Steps of the iteration to the inverse; unless given as many as bring any start 1e-6 near. */
  readonly iterations?: number;
}

/**
 * y = x + g(x; context), where g is a contraction: no feature is held back, and every layer may move all.
 *
 * The inverse is the limit of x ← y − g(x), after n steps boundⁿ / (1 − bound) ‖g(y)‖ away at most. The log-determinant is a series
 * of traces of powers of the Jacobian. Its gradient is found by one more vector-Jacobian product, so that memory does not grow
 * with the terms; a second derivative of it would be wrong. A `key` lets {@link roulette} and {@link hutchinson} act. Axes between
 * the batch and the last are places that move alone, by one net.
 *
 * @example
 * const layer = invertibleResidual({ features: 2 });
 * const large = invertibleResidual({ features: 64, trace: hutchinson(), series: roulette() });
 * @throws GenaiError if a size is not an integer; when applied, if the last axis is not `features`, a context is missing or the
 * net gives another number of features.
 * @source Behrmann et al. 2019, "Invertible residual networks", theorem 1, algorithm 1, section 3; Chen et al. 2019, "Residual flows
 * for invertible generative modeling", eq. 6 to 8.
 */
export function invertibleResidual<P extends Tree<Tensor> = readonly DenseParams[]>(
  options: InvertibleResidualOptions<P>,
): Bijector<P> {
  const { features, context: size = 0, series = truncatedSeries(), trace = exactTrace() } = options;
  const where = `invertibleResidual(${features})`;
  expectIntegers(where, { features });
  expectIntegers(where, { context: size }, 0);
  const net = options.net ?? (contraction([features + size, 64, 64, features]) as unknown as Contraction<P>);
  const iterations = options.iterations ?? Math.ceil(Math.log(1e-6) / Math.log(net.bound));
  expectIntegers(where, { iterations });

  const see = (x: Tensor, context: Tensor | undefined): Tensor => {
    expectShape(where, x, ['…', features]);
    if (x.rank < 2) throw new GenaiError(`${where}: got shape [${x.shape.join(', ')}], expected [batch, ${features}].`);
    return joinContext(where, x, context, size); // (batch, …, features + size)
  };
  const logDetAt = (at: Linearized, x: Tensor, key: Key | undefined): Tensor => {
    const probes = trace(key && fold(key, 0), x.shape); // (count, batch, …, features)
    const weights = series(net.bound, key && fold(key, 1));
    return seriesLogDet(at, stopGradient(probes), weights);
  };
  return {
    init: net.init,
    forward: (params, x, context, key) =>
      scope(() => {
        const at = net.at(params).linearized(see(x, context));
        expectShape(`${where}, the net`, at.y, x.shape);
        return { y: add(x, at.y), logDet: logDetAt(at, x, key) };
      }),
    inverse: (params, y, context, key) =>
      scope(() => {
        const g = net.at(params);
        let x = y;
        for (let i = 0; i < iterations; i++) x = scope(() => sub(y, g.apply(see(x, context))));
        return { x, logDet: neg(logDetAt(g.linearized(see(x, context)), x, key)) };
      }),
    tolerance: 1e-5,
  };
}

/**
 * Σₖ (−1)^(k+1) weightₖ / k · vᵀ Jᵏ v summed over the probes v, (count, batch, …, features) → (batch).
 *
 * The value is a constant. Its gradient is that of Σₖ (−1)^(k+1) weightₖ · (vᵀ Jᵏ⁻¹) J v with the bracket held fixed (eq. 8).
 */
function seriesLogDet({ pull, pullOfConstants }: Linearized, probes: Tensor, weights: readonly number[]): Tensor {
  const features = probes.shape.at(-1)!;
  const own = (row: Tensor): Tensor => (row.shape.at(-1) === features ? row : leading(row, features));
  const overProbes = (rows: Tensor): Tensor => sumEvent(sum(mul(rows, probes), 0));
  const { value, bracket } = scope(() => {
    let row = probes; // vᵀ Jᵏ⁻¹
    const values: Tensor[] = [];
    const brackets: Tensor[] = [];
    for (const [i, weight] of weights.entries()) {
      const sign = i % 2 === 0 ? weight : -weight;
      brackets.push(mul(row, sign));
      row = own(pullOfConstants(row));
      values.push(mul(row, sign / (i + 1)));
    }
    return { value: overProbes(added(values)), bracket: added(brackets) };
  });
  const moving = overProbes(own(pull(stopGradient(bracket))));
  return add(stopGradient(value), sub(moving, stopGradient(moving)));
}

function added(terms: readonly Tensor[]): Tensor {
  return terms.reduce((total, term) => add(total, term));
}

/** What belongs to the features, not to the context behind them. */
function leading(row: Tensor, features: number): Tensor {
  const begin = row.shape.map(() => 0);
  return slice(row, begin, [...row.shape.slice(0, -1), features]);
}
