import type { Key } from '@genai/core';
import type { Toy } from '@genai/data';
import { standardNormal } from '@genai/distributions';
import { affineMap, autoregressive, composedMap, flow, rationalQuadraticMap, sequence, standardize } from '@genai/flow';

/** Sizes of {@link splineFlow}. */
export interface SplineFlowSizes {
  readonly maps: number;
  readonly bins: number;
  readonly hidden: number;
  readonly bound: number;
}

/** Points of the first look at a density. */
const LOOK = 20_000;

/** A neural spline flow of points of the plane, standardised by what a look at the density shows it to be wide. */
export function splineFlow(toy: Toy, lookKey: Key, { maps, bins, hidden, bound }: SplineFlowSizes) {
  const points = toy.sample(lookKey, LOOK);
  const mean = [0, 0];
  const square = [0, 0];
  for (const [i, v] of points.entries()) {
    mean[i % 2]! += v / LOOK;
    square[i % 2]! += v ** 2 / LOOK;
  }
  const deviation = square.map((s, i) => Math.sqrt(s - mean[i]! ** 2));
  // A spline is the identity beyond its bound: what one feature says of the scale of another reaches the tails by the affine map.
  const map = composedMap(affineMap(), rationalQuadraticMap({ bins, bound }));
  const layers = Array.from({ length: maps }, (_, i) =>
    autoregressive({ features: 2, order: i % 2 ? [1, 0] : [0, 1], map, hidden: [hidden, hidden] }),
  );
  return flow({ transforms: [standardize(mean, deviation), sequence(...layers)], base: standardNormal(2) });
}

/** How a spline flow is made, for the text of a protocol. */
export function splineFlowText({ maps, bins, hidden, bound }: SplineFlowSizes): string {
  return (
    `standardised by ${LOOK.toLocaleString('en')} draws, ${maps} autoregressive maps, each affine and then a rational-quadratic spline of ${bins} bins on ±${bound}, ` +
    `nets of two hidden layers of ${hidden}, orders in turn`
  );
}
