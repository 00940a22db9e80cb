import { checkMesh, type Mesh } from './mesh.js';

/**
 * Meshes side by side in one, each with its own vertices.
 *
 * @example
 * const both = mergeMeshes([tori().mesh([0.4, 1]), tori().mesh([0.2, 1])]);
 * @throws GenaiError if a mesh has a face of a vertex that there is not.
 */
export function mergeMeshes(meshes: readonly Mesh[]): Mesh {
  const total = (name: 'positions' | 'faces'): number => meshes.reduce((sum, mesh) => sum + mesh[name].length, 0);
  const positions = new Float32Array(total('positions'));
  const faces = new Uint32Array(total('faces'));
  let [vertex, corner] = [0, 0];
  for (const mesh of meshes) {
    checkMesh('mergeMeshes', mesh);
    positions.set(mesh.positions, 3 * vertex);
    for (const index of mesh.faces) faces[corner++] = vertex + index;
    vertex += mesh.positions.length / 3;
  }
  return { positions, faces };
}
