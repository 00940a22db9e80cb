import { GenaiError } from '@genai/core';

/** Triangles in space. Seen from outside, the corners of a face run anticlockwise; y points up, as in glTF. */
export interface Mesh {
  /** vertices × 3 numbers: x, y, z of each vertex. */
  readonly positions: Float32Array;
  /** faces × 3 numbers of vertices, from 0. */
  readonly faces: Uint32Array;
}

/** Checks that every face names three vertices that there are. */
export function checkMesh(where: string, { positions, faces }: Mesh): void {
  const vertices = countPoints(where, positions);
  checkFaces(where, faces, vertices);
}

/** How many points there are of three numbers each. */
export function countPoints(where: string, points: Float32Array): number {
  if (points.length % 3 === 0) return points.length / 3;
  throw new GenaiError(`${where}: got ${points.length} numbers, expected three for each point: x, y, z, x, y, z, …`);
}

/** Checks that faces are triples of the numbers of vertices. */
export function checkFaces(where: string, faces: Uint32Array, vertices: number): void {
  if (faces.length % 3 !== 0) {
    throw new GenaiError(`${where}: got ${faces.length} corners of faces, expected three for each face.`);
  }
  for (let i = 0; i < faces.length; i++) {
    if (faces[i]! < vertices) continue;
    throw new GenaiError(
      `${where}: face ${Math.floor(i / 3)} has vertex ${faces[i]}, expected a number below ${vertices}, of which there are vertices.`,
    );
  }
}
