import type { Place } from './lattice-mesh.js';
import type { Mesh } from './mesh.js';

/** A block from one corner to the opposite one, of greater coordinates. */
export function block([x0, y0, z0]: Place, [x1, y1, z1]: Place): Mesh {
  // Anticlockwise seen from above.
  return prism([[x0, z0], [x0, z1], [x1, z1], [x1, z0]], y0, y1); // biome-ignore format: corners
}

/** An upright cylinder, whose section is an ellipse of 32 corners. */
export function cylinder(
  [x, z]: readonly [x: number, z: number],
  [radiusX, radiusZ]: readonly [number, number],
  y0: number,
  y1: number,
): Mesh {
  // biome-ignore format: one line
  const corners = Array.from({ length: CORNERS }, (_, i): [number, number] => {
    const angle = (2 * Math.PI * i) / CORNERS;
    return [x + radiusX * Math.sin(angle), z + radiusZ * Math.cos(angle)];
  });
  return prism(corners, y0, y1);
}

const CORNERS = 32;

/** A convex section in the ground plane, anticlockwise seen from above, between two heights. */
function prism(section: readonly (readonly [x: number, z: number])[], y0: number, y1: number): Mesh {
  const sides = section.length;
  const positions = [y0, y1].flatMap((y) => section.flatMap(([x, z]) => [x, y, z]));
  const faces: number[] = [];
  for (let i = 0; i < sides; i++) {
    const next = (i + 1) % sides;
    faces.push(i, next, sides + next, i, sides + next, sides + i);
    if (i > 0 && next > 0) faces.push(0, next, i, sides, sides + i, sides + next); // bottom and top, as fans
  }
  return { positions: Float32Array.from(positions), faces: Uint32Array.from(faces) };
}
