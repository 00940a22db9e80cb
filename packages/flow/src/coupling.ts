import { expectIntegers, GenaiError, type Key, type Layer } from '@genai/core';
import { type DenseParams, mlp, truncatedNormal } from '@genai/nn';
import { expectShape, inverseOrder, reorder, scope } from '@genai/tensor';
import { concat, reshape, split, type Tensor } from '@tensorflow/tfjs-core';
import type { Bijector } from './bijector.js';
import { joinContext } from './join-context.js';
import type { ScalarMap } from './scalar-map.js';
import { sumEvent } from './sum-event.js';

/** How {@link coupling} works. */
export interface CouplingOptions<P> {
  /** Of the data: the last axis. */
  readonly features: number;
  /** Features of the context that the net sees; 0 unless given. */
  readonly context?: number;
  /** Which features pass unchanged and say how the others move: `even` unless given, or one boolean a feature. */
  readonly passes?: Passes;
  /** How a feature is moved. */
  readonly map: ScalarMap;
  /**
   * The net from what passes (and the context beside it), (batch, …, inputs), to the raw parameters of all that moves, (batch, …,
   * outputs), those of one feature side by side. Two hidden layers of 64, nearly 0 at first, unless given.
   */
  readonly net?: (inputs: number, outputs: number) => Layer<Tensor, P>;
}

/** Features that pass a coupling unchanged. */
export type Passes = 'even' | 'odd' | 'first' | 'second' | readonly boolean[];

/**
 * Some features pass unchanged, and a net makes of them the maps that move the others: both ways in one pass.
 *
 * With {@link shiftMap} it is NICE's, with {@link affineMap} RealNVP's, with {@link rationalQuadraticMap} the neural spline flow's.
 * Axes between the batch and the last are places that share the net: images are coupled along their channels.
 *
 * @example
 * const layer = coupling({ features: 6, context: 2, passes: 'odd', map: affineMap(), net: (i, o) => mlp([i, 128, o]) });
 * @throws GenaiError unless some features pass and some move; when applied, if the last axis is not `features` or the net
 * gives another number of parameters.
 * @source Dinh et al. 2015, "NICE", section 3.2; Dinh et al. 2017, "Density estimation using Real NVP", eq. 4 to 8.
 */
export function coupling<P = readonly DenseParams[]>(options: CouplingOptions<P>): Bijector<P> {
  const { features, context: size = 0, passes = 'even', map } = options;
  const where = `coupling(${features})`;
  expectIntegers(where, { features }, 2);
  expectIntegers(where, { context: size }, 0);
  const passing = passingFeatures(where, features, passes);
  const order = [
    ...passing.flatMap((passes, i) => (passes ? i : [])),
    ...passing.flatMap((passes, i) => (passes ? [] : i)),
  ];
  const back = inverseOrder(order);
  const sorted = order.every((from, i) => from === i);
  const kept = passing.filter(Boolean).length;
  const moved = features - kept;
  const lastInitializer = truncatedNormal(0.01); // scales of several maps multiply
  const make =
    options.net ??
    ((inputs, outputs) => mlp([inputs, 64, 64, outputs], { lastInitializer }) as unknown as Layer<Tensor, P>);
  const net = make(kept + size, moved * map.parameters);

  const parts = (params: P, x: Tensor, context?: Tensor, key?: Key): { a: Tensor; b: Tensor; raw: Tensor } => {
    expectShape(where, x, ['…', features]);
    const [a, b] = split(sorted ? x : reorder(x, order), [kept, moved], x.rank - 1) as [Tensor, Tensor];
    const raw = net.apply(params, joinContext(where, a, context, size), key);
    expectShape(`${where}, the net`, raw, [...b.shape.slice(0, -1), moved * map.parameters]);
    return { a, b, raw: reshape(raw, [...b.shape, map.parameters]) };
  };
  const join = (a: Tensor, b: Tensor): Tensor => {
    const both = concat([a, b], a.rank - 1);
    return sorted ? both : reorder(both, back);
  };
  return {
    init: net.init,
    forward: (params, x, context, key) =>
      scope(() => {
        const { a, b, raw } = parts(params, x, context, key);
        const { y, logSlope } = map.forward(b, raw);
        return { y: join(a, y), logDet: sumEvent(logSlope) };
      }),
    inverse: (params, y, context, key) =>
      scope(() => {
        const { a, b, raw } = parts(params, y, context, key);
        const { x, logSlope } = map.inverse(b, raw);
        return { x: join(a, x), logDet: sumEvent(logSlope) };
      }),
    ...(map.tolerance !== undefined && { tolerance: map.tolerance }),
  };
}

function passingFeatures(where: string, features: number, passes: Passes): readonly boolean[] {
  const half = Math.ceil(features / 2);
  const rules = {
    even: (i: number) => i % 2 === 0,
    odd: (i: number) => i % 2 === 1,
    first: (i: number) => i < half,
    second: (i: number) => i >= half,
  };
  const passing =
    typeof passes === 'string' ? Array.from({ length: features }, (_, i) => rules[passes](i)) : [...passes];
  if (passing.length !== features || !passing.includes(true) || !passing.includes(false)) {
    throw new GenaiError(
      `${where}: passes must be ${features} booleans, some true and some false, got [${passing.join(', ')}].`,
    );
  }
  return passing;
}
