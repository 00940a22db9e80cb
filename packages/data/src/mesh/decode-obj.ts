import { GenaiError } from '@genai/core';
import type { Mesh } from './mesh.js';

/**
 * Reads the vertices and the faces of an OBJ file; all else in it (textures, normals, groups, materials) is passed over. `name` stands
 * in errors.
 *
 * Polygons are cut into fans of triangles.
 *
 * @example
 * const mesh = decodeObj(await readFile('chair.obj', 'utf8'));
 * const points = sampleSurface(key(0), mesh, 2048); // 2048 × 3
 * @throws GenaiError if a vertex is not three numbers that are finite in float32, or a face has fewer than three corners or one that there
 * is not.
 * @source Wavefront 1992, "Advanced visualizer manual", appendix B1.
 */
export function decodeObj(text: string, name = 'the OBJ file'): Mesh {
  const positions: number[] = [];
  const faces: number[] = [];
  const lines = text.replace(/\\\r?\n/g, ' ').split('\n'); // a backslash joins a line to the next
  for (const [i, line] of lines.entries()) {
    const fail = (expected: string): never => {
      const got = JSON.stringify(line.trim().slice(0, 40));
      throw new GenaiError(`decodeObj: ${name} has the line ${got} (line ${i + 1}), expected ${expected}.`);
    };
    if (/^\s*v\s/.test(line)) {
      const place = line.trim().split(/\s+/, 4).slice(1).map(Number);
      if (place.length < 3 || !place.every((x) => Number.isFinite(Math.fround(x)))) fail('v and three finite numbers');
      positions.push(...place);
    } else if (/^\s*f\s/.test(line)) {
      const words = line.replace(/#.*/, '').trim().split(/\s+/).slice(1);
      const corners = words.map((word) => {
        const [index] = /^-?\d+(?=$|\/)/.exec(word) ?? fail('f and corners such as 1, 1/2, 1//3 or 1/2/3');
        if (Number(index) > 0) return Number(index) - 1; // of any vertex, also of one that is still to come
        const corner = Number(index) === 0 ? -1 : positions.length / 3 + Number(index); // back from the last so far
        return corner >= 0 ? corner : fail(`vertices from 1, or from -1 back to -${positions.length / 3}`);
      });
      if (corners.length < 3) fail('at least three corners');
      for (let c = 2; c < corners.length; c++) faces.push(corners[0]!, corners[c - 1]!, corners[c]!);
    }
  }
  const vertices = positions.length / 3;
  const outside = faces.find((corner) => corner >= vertices);
  if (outside === undefined) return { positions: Float32Array.from(positions), faces: Uint32Array.from(faces) };
  throw new GenaiError(`decodeObj: ${name} has a face with vertex ${outside + 1}, expected 1 to ${vertices}.`);
}
