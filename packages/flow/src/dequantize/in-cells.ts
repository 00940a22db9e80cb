import { type Distribution, expectIntegers, fold, type Key, type LowerBound, type Samples, sizeOf } from '@genai/core';
import { logSumExp, scope } from '@genai/tensor';
import { add, cast, clipByValue, floor, mul, stack, sub, type Tensor } from '@tensorflow/tfjs-core';
import type { Flow } from '../flow.js';

/** Draws of u in (0, 1), of the shape of an event each, and log q(u | …): none where it is 0 everywhere. */
export interface CellNoise {
  readonly u: Tensor;
  readonly logProb?: Tensor;
}

/**
 * Integers 0 … levels − 1 as the cells of a density over [0, 1): what the models of `dequantized` and `conditionalDequantized`
 * give. `draw` makes the u of all numbers for a sample; `layers` is what the noise's stochastic layers act by.
 */
export function inCells({
  where,
  levels,
  density,
  layers,
  draw,
}: {
  readonly where: string;
  readonly levels: number;
  readonly density: Distribution<Tensor>;
  readonly layers: Key | undefined;
  readonly draw: (numbers: Tensor, key: Key, layers: Key | undefined) => CellNoise;
}): Samples<Tensor> & LowerBound<Tensor> {
  return {
    sample: (key, shape) =>
      scope(() => cast(clipByValue(floor(mul(density.sample(key, shape), levels)), 0, levels - 1), 'int32')),
    logProbBound: (x, key, samples = 1) =>
      scope(() => {
        expectIntegers(`${where}.logProbBound`, { samples });
        const numbers = cast(x, 'float32');
        const weights = Array.from({ length: samples }, (_, s) =>
          scope(() => {
            const { u, logProb } = draw(numbers, fold(key, s), layers && fold(layers, s));
            const inCell = density.logProb(mul(add(numbers, u), 1 / levels)); // log p((x + u) / levels)
            return logProb ? sub(inCell, logProb) : inCell; // (…, batch)
          }),
        );
        const bound = samples === 1 ? weights[0]! : sub(logSumExp(stack(weights), 0), Math.log(samples));
        return sub(bound, sizeOf(density.eventShape) * Math.log(levels)); // du = levelsᴰ d((x + u) / levels)
      }),
  };
}

/** u from a flow of (0, 1) and log q(u), a row for each of `rows`, (rows, …event) and (rows). */
export function noiseOf<Q>(noise: Flow<Q>, params: Q, rows: number, key: Key, layers: Key | undefined): CellNoise {
  const base = noise.base(params);
  const z = base.sample(key, [rows].slice(base.batchShape.length)); // (rows, …latent)
  const { x: u, logDet } = noise.inverse(params, z, layers);
  return { u, logProb: sub(base.logProb(z), logDet) };
}

/** Integers on [−1, 1], as the nets of noise see them. */
export function centred(numbers: Tensor, levels: number): Tensor {
  return sub(mul(numbers, 2 / (levels - 1)), 1);
}
