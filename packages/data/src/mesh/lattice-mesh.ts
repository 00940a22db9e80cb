import type { Mesh } from './mesh.js';

/** A place in space: x, y, z. */
export type Place = readonly [x: number, y: number, z: number];

/**
 * The closed surface of a ring: a lattice of rows × columns that is joined at its ends both ways. Its outside is where the direction of
 * rows × that of columns points.
 */
export function ringMesh(rows: number, columns: number, at: (row: number, column: number) => Place): Mesh {
  const positions = new Float32Array(3 * rows * columns);
  const faces = new Uint32Array(6 * rows * columns);
  for (let row = 0, i = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, i++) {
      positions.set(at(row, column), 3 * i);
      const [below, right] = [((row + 1) % rows) * columns, (column + 1) % columns];
      faces.set(quad(i, below + column, below + right, row * columns + right), 6 * i);
    }
  }
  return { positions, faces };
}

/**
 * The closed surface of a ball: rows of columns that are joined at their ends, between two poles. Row 0 is the first below the pole
 * `top`; the outside is where the direction of rows × that of columns points.
 */
export function ballMesh(
  rows: number,
  columns: number,
  [top, bottom]: readonly [Place, Place],
  at: (row: number, column: number) => Place,
): Mesh {
  const vertices = rows * columns;
  const positions = new Float32Array(3 * vertices + 6);
  positions.set([...top, ...bottom], 3 * vertices);
  const faces: number[] = [];
  for (let row = 0, i = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, i++) {
      positions.set(at(row, column), 3 * i);
      const right = row * columns + ((column + 1) % columns);
      if (row === 0) faces.push(vertices, i, right);
      if (row === rows - 1) faces.push(i, vertices + 1, right);
      else faces.push(...quad(i, i + columns, right + columns, right));
    }
  }
  return { positions, faces: Uint32Array.from(faces) };
}

/** Four corners, anticlockwise, as two triangles. */
function quad(a: number, b: number, c: number, d: number): number[] {
  return [a, b, c, a, c, d];
}
