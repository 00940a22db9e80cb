import { PANEL, stripsOf } from './strips.js';

/** A matrix of double precision, row after row. */
export interface Matrix {
  readonly values: Float64Array;
  readonly rows: number;
  readonly columns: number;
}

/** Zeros. */
export function matrixOf(rows: number, columns: number): Matrix {
  return { values: new Float64Array(rows * columns), rows, columns };
}

/**
 * out += AᵀB, in double precision on the host: a (depth, m), b (depth, n), out (m, n). If `a` is `b`, only what lies on or right of
 * the diagonal is good: the rest is its mirror.
 */
export function addInnerProducts(a: Matrix, b: Matrix, out: Matrix): void {
  for (let top = 0; top < a.rows; top += DEPTH) {
    const depth = Math.min(DEPTH, a.rows - top);
    const { left, right, multiply } = stripsOf(depth, panelsIn(a), panelsIn(b));
    fillPanels(left, a, top, depth);
    if (a === b) right.set(left);
    else fillPanels(right, b, top, depth);
    for (let panel = 0; panel < panelsIn(a); panel++) {
      const first = a === b ? panel : 0;
      addStrip(multiply(panel, first), out, panel * PANEL, first * PANEL);
    }
  }
}

/** Aᵀ. */
export function transposeOf({ values, rows, columns }: Matrix): Matrix {
  const turned = matrixOf(columns, rows);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) turned.values[j * rows + i] = values[i * columns + j]!;
  }
  return turned;
}

/** Copies what lies right of the diagonal of a square matrix to its left. */
export function mirror({ values, rows }: Matrix): void {
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < i; j++) values[i * rows + j] = values[j * rows + i]!;
  }
}

/** Rows whose panels are in memory at once. */
const DEPTH = 256;

function panelsIn({ columns }: Matrix): number {
  return Math.ceil(columns / PANEL);
}

/** Some rows as panels, (panels, depth, 4), with zeros behind the last column. */
function fillPanels(panels: Float64Array, { values, columns }: Matrix, top: number, depth: number): void {
  for (let j = 0; j < panelsIn({ values, columns, rows: depth }) * PANEL; j++) {
    let to = (j - (j % PANEL)) * depth + (j % PANEL);
    for (let from = top * columns + j, i = 0; i < depth; i++, from += columns, to += PANEL) {
      panels[to] = j < columns ? values[from]! : 0;
    }
  }
}

/** Adds a strip, (4, …), from row `i` and column `j` on; what is beyond the edges is left out. */
function addStrip(strip: Float64Array, { values, rows, columns }: Matrix, i: number, j: number): void {
  const width = strip.length / PANEL;
  for (let row = 0; row < Math.min(PANEL, rows - i); row++) {
    const to = (i + row) * columns + j;
    for (let k = 0; k < columns - j; k++) values[to + k]! += strip[row * width + k]!;
  }
}
