import { floatText } from './float-text.js';
import { type GeometryLike, geometryOf } from './geometry.js';

/**
 * A mesh, or points alone, as the text of an OBJ file; numbers come back as the same float32.
 *
 * Normals and colours are left out: the format has no agreed place for the latter. PLY and GLB keep them.
 *
 * @example
 * await writeFile('torus.obj', encodeObj(tori().mesh([0.4, 1])));
 * @throws GenaiError if there are no points, one is not finite, or a face names a point that there is not.
 * @source Wavefront 1992, "Advanced visualizer manual", appendix B1.
 */
export function encodeObj(shape: GeometryLike): string {
  const { points, faces = new Uint32Array() } = geometryOf('encodeObj', shape);
  const lines: string[] = [];
  for (let i = 0; i < points.length; i += 3)
    lines.push(`v ${Array.from(points.subarray(i, i + 3), floatText).join(' ')}`);
  for (let i = 0; i < faces.length; i += 3)
    lines.push(`f ${Array.from(faces.subarray(i, i + 3), (v) => v + 1).join(' ')}`);
  return `${lines.join('\n')}\n`;
}
