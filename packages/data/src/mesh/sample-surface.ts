import { GenaiError, type Key, randomBits, randomUniform, split } from '@genai/core';
import { expectInteger } from '../expect.js';
import { checkMesh, type Mesh } from './mesh.js';
import { triangleAreas } from './triangle-areas.js';

/**
 * Points drawn independently and uniformly by area from the surface of a mesh: (count × 3).
 *
 * @example
 * const points = sampleSurface(key(0), decodeObj(text), 2048);
 * @throws GenaiError unless `count` is an integer of at least 0, the faces are of vertices that there are, and their area is positive
 * and finite.
 * @source Osada et al. 2002, "Shape distributions", equation 1.
 */
export function sampleSurface(key: Key, mesh: Mesh, count: number): Float32Array {
  expectInteger('sampleSurface', 'count', count, 0);
  checkMesh('sampleSurface', mesh);
  const { positions, faces } = mesh;
  const upTo = triangleAreas(mesh); // the area of each face and of all before it
  for (let face = 1; face < upTo.length; face++) upTo[face]! += upTo[face - 1]!;
  const area = upTo.at(-1) ?? 0;
  if (!(area > 0 && area < Number.POSITIVE_INFINITY)) {
    throw new GenaiError(`sampleSurface: the mesh has area ${area}, expected a positive number. Has it faces?`);
  }
  const [forFaces, forPlaces] = split(key);
  const bits = randomBits(forFaces, count);
  const uniforms = randomUniform(forPlaces, 2 * count);
  const points = new Float32Array(3 * count);
  for (let i = 0; i < count; i++) {
    const face = firstAbove(upTo, ((bits[i]! + 0.5) / 2 ** 32) * area);
    const root = Math.sqrt(uniforms[2 * i]!);
    const second = root * (1 - uniforms[2 * i + 1]!);
    const third = root * uniforms[2 * i + 1]!;
    const [a, b, c] = [3 * faces[3 * face]!, 3 * faces[3 * face + 1]!, 3 * faces[3 * face + 2]!];
    for (let axis = 0; axis < 3; axis++) {
      // P = (1 − √r₁) A + √r₁ (1 − r₂) B + √r₁ r₂ C (1)
      points[3 * i + axis] =
        (1 - root) * positions[a + axis]! + second * positions[b + axis]! + third * positions[c + axis]!;
    }
  }
  return points;
}

/** The first place in rising numbers that is above a number less than the last of them. */
function firstAbove(rising: Float64Array, number: number): number {
  let [low, high] = [0, rising.length - 1];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (rising[middle]! > number) high = middle;
    else low = middle + 1;
  }
  return low;
}
