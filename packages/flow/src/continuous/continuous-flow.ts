import { expectIntegers, GenaiError, type Key, type Layer, type Tree } from '@genai/core';
import { type DenseParams, mlp } from '@genai/nn';
import { expectShape, scope, silu, stopGradient, valueAndGrad } from '@genai/tensor';
import {
  add,
  broadcastTo,
  concat,
  mul,
  reshape,
  slice,
  sum,
  type Tensor,
  tensor1d,
  zeros,
} from '@tensorflow/tfjs-core';
import type { Bijector } from '../bijector.js';
import { joinContext } from '../join-context.js';
import type { Solver, Span } from '../ode/field.js';
import { fixedSteps } from '../ode/integrate.js';
import { rungeKutta4 } from '../ode/methods.js';
import { sumEvent } from '../sum-event.js';
import { timeFrequencies } from './time-frequencies.js';
import { exactTrace, type Trace } from './trace.js';

/** How {@link continuousFlow} works. */
export interface ContinuousFlowOptions<P> {
  /** Of the data: the last axis. */
  readonly features: number;
  /** Features of the context that the net sees; 0 unless given. */
  readonly context?: number;
  /**
   * The velocity of a state: the net from the features of time, those of the state and the context, side by side, (batch, …,
   * inputs), to (batch, …, outputs). Two hidden layers of 64 with SiLU unless given. Its activations should be smooth (SiLU,
   * tanh): the divergence is their derivative, and learning differentiates that again. Behind ELU its gradient jumps, which costs
   * solvers their order; behind ReLU it jumps itself.
   */
  readonly net?: (inputs: number, outputs: number) => Layer<Tensor, P>;
  /**
   * What the net sees of a time from 0, data, to 1, noise: {@link timeFrequencies} of 3 unless given; `(t) => [t]` in FFJORD,
   * `() => []` for a field that does not change.
   */
  readonly time?: (t: number) => readonly number[];
  /** How the divergence of the field is found: {@link exactTrace} unless given, {@link hutchinson} for many features. */
  readonly trace?: Trace;
  /** How the field is followed: 12 fixed steps of {@link rungeKutta4} unless given. */
  readonly solver?: Solver;
  /** How far f(f⁻¹(y)) may be from y with this solver; 1e-3 unless given. */
  readonly tolerance?: number;
}

/**
 * A continuous normalising flow: data moves along a field dx/dt = v(t, x; context) for a time of 1 and becomes noise.
 *
 * log |det| = ∫ tr ∂v/∂x dt, followed beside the state. The net needs no structure, and the way back is the same way against
 * time. Both ways are as exact as the solver: at fresh parameters its 12 steps come back to 1e-5, and log-determinants are 1e-4
 * off; steps too long for a field give a density that does not integrate to 1. Compare with {@link adaptiveSteps} where it
 * matters. A `key` lets {@link hutchinson} estimate the trace, by one noise for the whole way. Axes between the batch and the last
 * are places that move alone, by one net.
 *
 * @example
 * const density = flow({ transforms: [continuousFlow({ features: 2 })], base: standardNormal(2) });
 * const large = continuousFlow({ features: 64, trace: hutchinson(), solver: fixedSteps({ method: midpoint, steps: 20 }) });
 * @throws GenaiError if a size is not an integer; when applied, if the last axis is not `features`, a context is missing or the
 * net gives another number of features.
 * @source Chen et al. 2018, "Neural ordinary differential equations", theorem 1; Grathwohl et al. 2019, "FFJORD", eq. 5 to 8.
 */
export function continuousFlow<P extends Tree<Tensor> = readonly DenseParams[]>(
  options: ContinuousFlowOptions<P>,
): Bijector<P> {
  const { features, context: size = 0, time = timeFrequencies(3), trace = exactTrace(), tolerance = 1e-3 } = options;
  const where = `continuousFlow(${features})`;
  expectIntegers(where, { features });
  expectIntegers(where, { context: size }, 0);
  const solver = options.solver ?? fixedSteps({ method: rungeKutta4, steps: 12 });
  const make =
    options.net ??
    ((inputs, outputs) => mlp([inputs, 64, 64, outputs], { activation: silu }) as unknown as Layer<Tensor, P>);
  const net = make(time(0).length + features + size, features);

  /** v(t, x; context), x: (batch, …, features). */
  const velocity = (t: number, x: Tensor, { net: params, context }: Depends): Tensor => {
    const state = joinContext(where, x, context, size); // (batch, …, features + size)
    const moment = [...time(t)];
    const seen =
      moment.length === 0
        ? state
        : concat([broadcastTo(tensor1d(moment), [...x.shape.slice(0, -1), moment.length]), state], x.rank - 1);
    const v = net.apply(params as P, seen);
    expectShape(`${where}, the net`, v, x.shape);
    return v;
  };
  const field = (t: number, { x }: State, given: Depends): State => {
    const probes = stopGradient(given.probes); // (count, batch, …, features)
    const count = probes.shape[0]!;
    const rows = repeated(x, count); // (count · batch, …, features)
    const repeatedly = given.context ? { ...given, context: repeated(given.context, count) } : given;
    const weights = reshape(probes, rows.shape);
    const { values, grad } = valueAndGrad(
      ({ at }: { at: Tensor }) => {
        const v = velocity(t, at, repeatedly);
        return { loss: sum(mul(v, weights)), v };
      },
      { at: rows },
    );
    const products = sum(reshape(mul(grad.at, weights), probes.shape), 0); // vᵀ (∂v/∂x) v, (batch, …, features)
    const [batch] = x.shape as [number];
    return { x: count === 1 ? values.v : slice(values.v, 0, batch), logDet: sumEvent(products) };
  };
  const follow = (params: P, x: Tensor, span: Span, context?: Tensor, key?: Key): State => {
    expectShape(where, x, ['…', features]);
    if (x.rank < 2) throw new GenaiError(`${where}: got shape [${x.shape.join(', ')}], expected [batch, ${features}].`);
    return scope(() => {
      const given: Depends = {
        net: params,
        probes: trace(key, x.shape),
        ...(size > 0 && context && { context }),
      };
      return solver(field, { x, logDet: zeros([x.shape[0]!]) }, span, given);
    });
  };
  return {
    init: net.init,
    forward: (params, x, context, key) => {
      const end = follow(params, x, { from: 0, to: 1 }, context, key);
      return { y: end.x, logDet: end.logDet };
    },
    inverse: (params, y, context, key) => follow(params, y, { from: 1, to: 0 }, context, key),
    tolerance,
  };
}

/** What moves: the state, (batch, …, features), and the log-determinant so far, (batch). */
type State = { readonly x: Tensor; readonly logDet: Tensor };

/** What the field depends on. */
type Depends = { readonly net: Tree<Tensor>; readonly probes: Tensor; readonly context?: Tensor };

/** The rows `count` times over, by an op whose gradient is a sum: (batch, …) → (count · batch, …). */
function repeated(x: Tensor, count: number): Tensor {
  if (count === 1) return x;
  const [batch, ...rest] = x.shape as [number, ...number[]];
  return reshape(add(reshape(x, [1, ...x.shape]), zeros([count, ...x.shape])), [count * batch, ...rest]);
}
