import { gaussian } from '@genai/distributions';
import {
  nsf,
  type PointFlow,
  type PointFlowParams,
  type PointNetParams,
  pointFlow,
  pointNet,
  rationalQuadraticMap,
  type SplinePointsParams,
  splinePoints,
  type VectorFlowParams,
} from '@genai/flow';
import { silu } from '@genai/tensor';

/** What the model is built from: numbers for the text of the protocol too. */
export const PARTS = {
  latents: 16,
  encoder: [64, 64, 128],
  prior: { transforms: 6, hidden: 64 },
  points: { transforms: 9, hidden: 64, bins: 8 },
} as const;

/** A flow of shapes and of their points, of standardised clouds with `count` points when drawn. */
export function cloudModel(count: number): PointFlow<ModelParams> {
  const { latents, encoder, prior, points } = PARTS;
  return pointFlow({
    encoder: gaussian(pointNet({ outputs: 2 * latents, each: encoder })),
    prior: nsf({
      features: latents,
      transforms: prior.transforms,
      hidden: [prior.hidden, prior.hidden],
      passes: 2,
      activation: silu,
    }),
    points: splinePoints({
      context: latents,
      transforms: points.transforms,
      hidden: [points.hidden, points.hidden],
      map: rationalQuadraticMap({ bins: points.bins, bound: 4 }),
    }),
    count,
  });
}

type ModelParams = PointFlowParams<PointNetParams, VectorFlowParams, SplinePointsParams>;
