import { GenaiError } from '@genai/core';
import { checkFaces, countPoints, type Mesh } from './mesh.js';

/** What a file of shapes in space holds: points, what is known of each, and faces where they are vertices of a mesh. */
export interface Geometry {
  /** points × 3 numbers: x, y, z of each point. */
  readonly points: Float32Array;
  /** points × 3 numbers: the direction that the surface faces at each point. */
  readonly normals?: Float32Array;
  /** points × 3 bytes: red, green, blue of each point (sRGB). */
  readonly colours?: Uint8Array;
  /** faces × 3 numbers of points, from 0. */
  readonly faces?: Uint32Array;
}

/** A bare cloud of points (points × 3 numbers), a mesh, or points with what is known of them. */
export type GeometryLike = Float32Array | Mesh | Geometry;

/** What is to be written, checked: finite points, at least one, and as much of the rest as there are points. */
export function geometryOf(where: string, shape: GeometryLike): Geometry {
  const geometry =
    shape instanceof Float32Array
      ? { points: shape }
      : 'positions' in shape
        ? { points: shape.positions, faces: shape.faces }
        : shape;
  const { points, normals, colours, faces }: Geometry = geometry;
  const count = countPoints(where, points);
  if (count === 0) throw new GenaiError(`${where}: there are no points. Pass at least one.`);
  for (const [name, values] of Object.entries({ normals, colours })) {
    if (values === undefined || values.length === points.length) continue;
    throw new GenaiError(
      `${where}: got ${values.length} numbers of ${name}, expected ${points.length}: three for each of ${count} points.`,
    );
  }
  checkFinite(where, 'points', points);
  if (normals) checkFinite(where, 'normals', normals);
  if (faces) checkFaces(where, faces, count);
  return geometry;
}

function checkFinite(where: string, name: string, values: Float32Array): void {
  const at = values.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return;
  throw new GenaiError(`${where}: ${name} must be finite, got ${values[at]} at point ${Math.floor(at / 3)}.`);
}
