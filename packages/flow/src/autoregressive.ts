import { expectIntegers, type Layer } from '@genai/core';
import { type DenseParams, maskedMlp } from '@genai/nn';
import { expectShape, inverseOrder, scope } from '@genai/tensor';
import { mul, reshape, type Tensor, tensor, zerosLike } from '@tensorflow/tfjs-core';
import type { Bijector } from './bijector.js';
import { joinContext } from './join-context.js';
import type { ScalarMap } from './scalar-map.js';
import { sumEvent } from './sum-event.js';

/** How {@link autoregressive} works. */
export interface AutoregressiveOptions<P = readonly DenseParams[]> {
  /** Of the data: the last axis. */
  readonly features: number;
  /** Features of the context that the net sees; 0 unless given. */
  readonly context?: number;
  /** The place of each feature in the order in which they are made: 0 … features − 1, as they stand, unless given. */
  readonly order?: readonly number[];
  /** How many passes the inverse takes, as many as features unless given: features then move in so many groups. */
  readonly passes?: number;
  /** How a feature is moved. */
  readonly map: ScalarMap;
  /** Units of the hidden layers of the net; two of 64 unless given. */
  readonly hidden?: readonly number[];
  /** What stands between them; ReLU unless given. */
  readonly activation?: (x: Tensor) => Tensor;
  /**
   * The net in place of a {@link maskedMlp}: from the features and the context beside them, (batch, …, features + context), to the
   * raw parameters, (batch, …, features · parameters), those of one feature side by side. It must keep to the order: what it makes
   * for a feature may depend on the context and on features of smaller order, nothing else.
   */
  readonly net?: (order: readonly number[], parameters: number) => Layer<Tensor, P>;
}

/**
 * Each feature is moved by a map that a masked net makes of the features before it: the density takes one pass, a draw
 * `passes`, one after another.
 *
 * `passes: 2` is a coupling of halves; fewer than `features` moves groups of ⌈features / passes⌉ that do not see each other.
 * Axes between the batch and the last are places that share the net.
 *
 * @example
 * const layer = autoregressive({ features: 6, context: 2, map: rationalQuadraticMap(), hidden: [128, 128] });
 * @throws GenaiError if a number is out of range, `order` does not hold each of 0 … features − 1 once, or there is neither a
 * feature before another nor a context; when applied, if the last axis is not `features`, a context is missing or a net of yours
 * gives another number of parameters.
 * @source Papamakarios et al. 2017, "Masked autoregressive flow for density estimation", eq. 3 to 5; Germain et al. 2015, "MADE".
 */
export function autoregressive<P = readonly DenseParams[]>(options: AutoregressiveOptions<P>): Bijector<P> {
  const { features, context: size = 0, passes: most = features, map, hidden = [64, 64], activation } = options;
  const where = `autoregressive(${features})`;
  expectIntegers(where, { features, passes: most });
  expectIntegers(where, { context: size }, 0);
  const places = options.order ?? Array.from({ length: features }, (_, i) => i);
  inverseOrder(places); // says if it is none
  expectShape(`${where}, the order`, { shape: [places.length] }, [features]);
  const group = Math.ceil(features / Math.min(most, features));
  const order = places.map((place) => Math.floor(place / group));
  const passes = Math.ceil(features / group);
  const { parameters } = map;
  const make =
    options.net ??
    ((order, outputs) =>
      maskedMlp({
        order,
        context: size,
        outputs,
        hidden,
        ...(activation && { activation }),
      }) as unknown as Layer<Tensor, P>);
  const net = make(order, parameters);

  const rawOf = (params: P, x: Tensor, context: Tensor | undefined): Tensor => {
    const raw = net.apply(params, joinContext(where, x, context, size)); // (batch, …, features · parameters)
    if (options.net) expectShape(`${where}, the net`, raw, [...x.shape.slice(0, -1), features * parameters]);
    return reshape(raw, [...x.shape, parameters]);
  };
  return {
    init: net.init,
    forward: (params, x, context) =>
      scope(() => {
        expectShape(where, x, ['…', features]);
        const { y, logSlope } = map.forward(x, rawOf(params, x, context));
        return { y, logDet: sumEvent(logSlope) };
      }),
    inverse: (params, y, context) =>
      scope(() => {
        expectShape(where, y, ['…', features]);
        let found = map.inverse(y, rawOf(params, zerosLike(y), context));
        for (let pass = 1; pass < passes; pass++) {
          // What is not known yet is kept at 0: a net that saw it could make numbers that overflow.
          const known = tensor(order.map((place) => (place < pass ? 1 : 0))); // (features)
          found = map.inverse(y, rawOf(params, mul(found.x, known), context));
        }
        return { x: found.x, logDet: sumEvent(found.logSlope) };
      }),
    ...(map.tolerance !== undefined && { tolerance: map.tolerance }),
  };
}
