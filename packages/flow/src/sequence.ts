import { fold, GenaiError, split, type Tree } from '@genai/core';
import { scope } from '@genai/tensor';
import { add, type Tensor } from '@tensorflow/tfjs-core';
import type { Bijector } from './bijector.js';

/**
 * Maps one after another, the first next to the data; the parameters are an array of theirs, typed map by map.
 *
 * @example
 * const two = sequence(actnorm(2), coupling({ features: 2, map: affineMap() }));
 * @throws GenaiError if there is no map; when used, if the parameters are not one for each map.
 */
export function sequence<P extends readonly Tree<Tensor>[]>(
  ...maps: { readonly [I in keyof P]: Bijector<P[I]> }
): Bijector<P> {
  if (maps.length === 0) throw new GenaiError('sequence: needs at least one map, got none.');
  const tolerances = maps.flatMap(({ tolerance }) => tolerance ?? []);
  const check = (params: P): void => {
    if (params.length === maps.length) return;
    throw new GenaiError(
      `sequence: got parameters of ${params.length} maps, expected ${maps.length}. Pass what init gave.`,
    );
  };
  return {
    init: (key) => {
      const keys = split(key, maps.length);
      return scope(() => maps.map((map, i): Tree<Tensor> => map.init(keys[i]!))) as unknown as P;
    },
    forward: (params, x, context, key) => {
      check(params);
      return scope(() => {
        let y = x;
        const logDets = maps.map((map, i) => {
          const step = map.forward(params[i]!, y, context, key && fold(key, i));
          y = step.y;
          return step.logDet;
        });
        return { y, logDet: total(logDets) };
      });
    },
    inverse: (params, y, context, key) => {
      check(params);
      return scope(() => {
        let x = y;
        const logDets = backwards(maps).map(([map, i]) => {
          const step = map.inverse(params[i]!, x, context, key && fold(key, i));
          x = step.x;
          return step.logDet;
        });
        return { x, logDet: total(logDets) };
      });
    },
    ...(tolerances.length > 0 && { tolerance: Math.max(...tolerances) }),
    ...(maps.some(({ eventBefore }) => eventBefore) && {
      eventBefore: (after) => backwards(maps).reduce((event, [map]) => map.eventBefore?.(event) ?? event, after),
    }),
    ...(maps.some(({ start }) => start) && {
      start: (params, x, context) => {
        check(params);
        return scope(() => {
          let y = x;
          return maps.map((map, i): Tree<Tensor> => {
            const begun = map.start?.(params[i]!, y, context) ?? params[i]!;
            y = map.forward(begun, y, context).y;
            return begun;
          });
        }) as unknown as P;
      },
    }),
  };
}

function backwards<M>(maps: readonly M[]): [M, number][] {
  return maps.map((map, i): [M, number] => [map, i]).reverse();
}

function total(terms: readonly Tensor[]): Tensor {
  return terms.reduce((sum, term) => add(sum, term));
}
