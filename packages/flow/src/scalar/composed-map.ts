import { GenaiError } from '@genai/core';
import { expectShape, scope } from '@genai/tensor';
import { add, split, type Tensor } from '@tensorflow/tfjs-core';
import type { ScalarMap } from '../scalar-map.js';

/**
 * Maps of the line one after another, the first next to the data: an affine map that brings data into the reach of a spline, say.
 * The raw parameters are those of all, side by side.
 *
 * @example
 * const layer = coupling({ features: 2, map: composedMap(affineMap(), rationalQuadraticMap()) });
 * @throws GenaiError if there is no map; when applied, if the raw parameters are not as many as the maps have together.
 */
export function composedMap(...maps: readonly ScalarMap[]): ScalarMap {
  if (maps.length === 0) throw new GenaiError('composedMap: needs at least one map, got none.');
  const sizes = maps.map(({ parameters }) => parameters);
  const parameters = sizes.reduce((total, size) => total + size);
  const tolerances = maps.flatMap(({ tolerance }) => tolerance ?? []);
  const partsOf = (x: Tensor, raw: Tensor): Tensor[] => {
    expectShape('composedMap, the raw parameters', raw, [...x.shape, parameters]);
    return maps.length === 1 ? [raw] : split(raw, sizes, raw.rank - 1);
  };
  return {
    parameters,
    forward: (x, raw) =>
      scope(() => {
        const own = partsOf(x, raw);
        let y = x;
        const logSlopes = maps.map((map, i) => {
          const step = map.forward(y, own[i]!);
          y = step.y;
          return step.logSlope;
        });
        return { y, logSlope: total(logSlopes) };
      }),
    inverse: (y, raw) =>
      scope(() => {
        const own = partsOf(y, raw);
        let x = y;
        const logSlopes: Tensor[] = [];
        for (let i = maps.length - 1; i >= 0; i--) {
          const step = maps[i]!.inverse(x, own[i]!);
          x = step.x;
          logSlopes.push(step.logSlope);
        }
        return { x, logSlope: total(logSlopes) };
      }),
    ...(tolerances.length > 0 && { tolerance: Math.max(...tolerances) }),
  };
}

function total(terms: readonly Tensor[]): Tensor {
  return terms.reduce((sum, term) => add(sum, term));
}
