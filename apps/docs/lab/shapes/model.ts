/** The model of shapes that learns while one watches: as small as it can be and still tell a torus from a table. */
import { tables, tori } from '@genai/data';
import { gaussian } from '@genai/distributions';
import { nsf, pointFlow, pointNet, splinePoints } from '@genai/flow';

/** Families of shapes, in turn: shape i is of family i mod 2. */
export const FAMILIES = [tori(), tables()] as const;

/** Shapes lie in the ball of radius 1; flows like numbers that deviate by about 1. */
export const SCALE = 2.2;

/** Points of a cloud that is drawn. */
export const DRAWN = 640;

const LATENTS = 6;

/** The whole, and two of its parts: p(z) of shapes, and p(x | z) of a point. */
export type ShapesModel = ReturnType<typeof shapesModel>;
export type ShapesParams = ReturnType<ShapesModel['shapes']['init']>;

export function shapesModel() {
  const prior = nsf({ features: LATENTS, transforms: 3, hidden: [32], passes: 2 });
  const points = splinePoints({ context: LATENTS, hidden: [32, 32], modulation: [48] });
  const encoder = gaussian(pointNet({ outputs: 2 * LATENTS, each: [32, 64], whole: [64] }));
  return { shapes: pointFlow({ encoder, prior, points, count: DRAWN }), prior, points };
}
