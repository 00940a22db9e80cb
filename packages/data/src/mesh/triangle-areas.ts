import { checkMesh, type Mesh } from './mesh.js';

/**
 * The area of each face of a mesh, in squares of the unit of its positions: (faces).
 *
 * @example
 * const area = triangleAreas(tori().mesh([0.4, 1])).reduce((sum, a) => sum + a, 0);
 * @throws GenaiError if the positions are no triples, or a face names a vertex that there is not.
 */
export function triangleAreas(mesh: Mesh): Float64Array {
  checkMesh('triangleAreas', mesh);
  const { positions: p, faces } = mesh;
  const areas = new Float64Array(faces.length / 3);
  for (let face = 0; face < areas.length; face++) {
    const a = 3 * faces[3 * face]!;
    const b = 3 * faces[3 * face + 1]!;
    const c = 3 * faces[3 * face + 2]!;
    const [ux, uy, uz] = [p[b]! - p[a]!, p[b + 1]! - p[a + 1]!, p[b + 2]! - p[a + 2]!];
    const [vx, vy, vz] = [p[c]! - p[a]!, p[c + 1]! - p[a + 1]!, p[c + 2]! - p[a + 2]!];
    const [x, y, z] = [uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx];
    areas[face] = Math.sqrt(x * x + y * y + z * z) / 2; // Math.hypot takes ten times as long
  }
  return areas;
}
