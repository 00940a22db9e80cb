import { fold, GenaiError, type Key, randomUniform } from '@genai/core';
import { expectInteger } from '../expect.js';
import { mergeMeshes } from './merge-meshes.js';
import type { Mesh } from './mesh.js';
import { sampleUnion } from './sample-union.js';

/** A number that a shape is made by, from `min` to `max`. */
export interface ShapeParameter {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** Whether it is one of the integers from `min` to `max`. */
  readonly integer?: boolean;
}

/** Shapes that differ in a few numbers. They lie in the ball of radius 1 around the origin; y points up. */
export interface ShapeFamily {
  readonly name: string;
  readonly parameters: readonly ShapeParameter[];
  /** Parameters drawn at random, one number for each. */
  readonly draw: (key: Key) => number[];
  /** The closed surface of the shape with these parameters; where it has parts, they touch or overlap. */
  readonly mesh: (parameters: ArrayLike<number>) => Mesh;
  /** Points drawn uniformly by area from the outer surface of that shape: (count × 3). */
  readonly surface: (parameters: ArrayLike<number>, key: Key, count: number) => Float32Array;
}

export interface ShapeFamilyOptions {
  readonly name: string;
  readonly parameters: readonly ShapeParameter[];
  /** A closed mesh, or several convex ones, made by one number for each parameter, each in its range. */
  readonly parts: (parameters: readonly number[]) => readonly Mesh[];
  /** Draws the parameters; unless given, each is uniform in its range and independent of the others. */
  readonly draw?: (key: Key) => number[];
}

/**
 * A family of shapes from a function that makes the mesh of one.
 *
 * @example
 * const corners = shapeFamily({
 *   name: 'corners',
 *   parameters: [{ name: 'length', min: 0.2, max: 1 }],
 *   parts: ([a]) => [
 *     { positions: Float32Array.of(0, 0, 0, a!, 0, 0, 0, a!, 0, 0, 0, a!), faces: Uint32Array.of(0, 2, 1, 0, 1, 3, 0, 3, 2, 1, 2, 3) },
 *   ],
 * });
 * const points = corners.surface(corners.draw(key(0)), key(1), 2048); // 2048 × 3
 * @throws GenaiError by `mesh` and `surface`, if there are more or fewer parameters, or one is outside its range.
 */
export function shapeFamily({ name, parameters, parts, draw }: ShapeFamilyOptions): ShapeFamily {
  const partsOf = (values: ArrayLike<number>): readonly Mesh[] => parts(checkParameters(name, parameters, values));
  return {
    name,
    parameters,
    draw: draw ?? ((key) => parameters.map((parameter, i) => drawOne(fold(key, i), parameter))),
    mesh: (values) => mergeMeshes(partsOf(values)),
    surface: (values, key, count) => {
      expectInteger(`${name}: surface`, 'count', count, 0);
      return sampleUnion(key, partsOf(values), count);
    },
  };
}

function drawOne(key: Key, { min, max, integer }: ShapeParameter): number {
  const unit = randomUniform(key, 1)[0]!; // [0, 1)
  return integer ? min + Math.floor(unit * (max - min + 1)) : min + unit * (max - min);
}

function checkParameters(
  family: string,
  parameters: readonly ShapeParameter[],
  values: ArrayLike<number>,
): readonly number[] {
  if (values.length !== parameters.length) {
    throw new GenaiError(
      `${family}: got ${values.length} parameters, expected ${parameters.length}: ${parameters.map((p) => p.name).join(', ')}.`,
    );
  }
  return parameters.map(({ name, min, max, integer }, i) => {
    const value = values[i]!;
    // A number may come from a float32, rounded past its range.
    const slack = integer ? 0 : 1e-6 * Math.max(Math.abs(min), Math.abs(max));
    if (value >= min - slack && value <= max + slack && (!integer || Number.isInteger(value))) return value;
    throw new GenaiError(
      `${family}: ${name} must be ${integer ? 'an integer' : 'a number'} from ${min} to ${max}, got ${value}.`,
    );
  });
}
