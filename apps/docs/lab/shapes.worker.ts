/** Trains a model of shapes in space, in two flows: of what the shape is, and of its points. The page sees only plain data. */
import { fold, key, split } from '@genai/core';
import { batches, encodePly, map, shapeClouds } from '@genai/data';
import { boundNll } from '@genai/flow';
import { adam, chain, clipByGlobalNorm, ema, minimize } from '@genai/train';
import { mul, slice } from '@tensorflow/tfjs-core';
import { type Lab, serveLab } from './common/serve-lab.js';
import type { AttributeName } from './shapes/attributes.js';
import { type Film, POINTS, type View } from './shapes/film.js';
import { completeFilm, drawnFilm, editFilm, HELD, morphFilm, warpFilm } from './shapes/films.js';
import { DRAWN, FAMILIES, SCALE, shapesModel } from './shapes/model.js';

/** There is nothing to choose before it starts. */
export type ShapesOptions = Record<string, never>;

/** What the page wants to see. */
export interface ShapesAsk {
  readonly view: View;
  /** Which shapes: an integer of at least 0. */
  readonly number: number;
  readonly attribute: AttributeName;
}

const BATCH = 16;
const SHAPES = 512;
/** Points of each shape that are kept, a part of them at a time: the net must not learn them by heart. */
const PARTS = 4;
const SHOWN = 6;

function setup(_: ShapesOptions, seed: number) {
  const [order, made, kept] = split(key(seed), 3);
  const model = shapesModel();
  const shapes = shapeClouds(FAMILIES, made!, { count: SHAPES, points: PARTS * POINTS });
  const held = shapeClouds(FAMILIES, kept!, { count: HELD, points: DRAWN });
  const data = map(batches(shapes, { size: BATCH, key: order! }), ({ points }, number) =>
    mul(slice(points, [0, POINTS * (number % PARTS), 0], [-1, POINTS, -1]), SCALE),
  );
  const optimizer = chain(clipByGlobalNorm(1_000), adam(3e-3)); // the first losses are large
  const step = ema(minimize(boundNll(model.shapes), optimizer), { decay: 0.99 }); // looked at is the average
  return { model, held, step, data };
}

type ShapesLab = Lab<ShapesOptions, ReturnType<typeof setup>>;

export const job = serveLab('shapes', setup, {
  film: ({ parts: { model, held }, state, head }: ShapesLab, { view, number, attribute }: ShapesAsk): Promise<Film> => {
    const scene = { model, held, params: state.average };
    switch (view) {
      case 'drawn':
        return drawnFilm(scene, fold(key(head.seed + 1), number), SHOWN);
      case 'morph':
        return morphFilm(scene, number);
      case 'edit':
        return editFilm(scene, number, attribute);
      case 'complete':
        return completeFilm(scene, number);
      case 'warp':
        return warpFilm(scene, number);
    }
  },
  /** Points with colours, 3 numbers each, as a file. */
  ply: (_: ShapesLab, points: Float32Array, colours: Uint8Array): Uint8Array => encodePly({ points, colours }),
});
