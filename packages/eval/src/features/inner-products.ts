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

/**
 * out += AᵀA of the rows of `a` about their own mean, on and right of the diagonal. Gives that mean − `near`: what is near to it saves digits.
 */
export function addScatter(a: Matrix, near: Float64Array, out: Matrix): Float64Array {
  const { left, right, multiply } = stripsOf(a.rows, panelsIn(a), panelsIn(a));
  const apart = new Float64Array(a.columns);
  const size = a.rows * PANEL;
  for (let panel = 0; panel < panelsIn(a); panel++) fillCentred(left, panel * size, a, panel * PANEL, near, apart);
  right.set(left);
  for (let panel = 0; panel < panelsIn(a); panel++) addStrip(multiply(panel, panel), out, panel * PANEL, panel * PANEL);
  return apart;
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
  let to = 0;
  for (let j = 0; j < columns; j += PANEL) {
    const whole = j + PANEL <= columns;
    for (let from = top * columns + j, i = 0; i < depth; i++, from += columns, to += PANEL) {
      panels[to] = values[from]!;
      panels[to + 1] = whole || j + 1 < columns ? values[from + 1]! : 0;
      panels[to + 2] = whole || j + 2 < columns ? values[from + 2]! : 0;
      panels[to + 3] = whole ? values[from + 3]! : 0;
    }
  }
}

/** One panel, of the columns from `j` on, from which their means are taken; `apart` gets those − `near`. Zeros behind the last column. */
function fillCentred(
  panels: Float64Array,
  at: number,
  { values, rows, columns }: Matrix,
  j: number,
  near: Float64Array,
  apart: Float64Array,
): void {
  const end = at + rows * PANEL;
  if (j + PANEL > columns) panels.fill(0, at, end);
  for (let first = j; first < Math.min(j + PANEL, columns); first += 2) {
    // Two columns at a time, whose sums stay in registers; the last of an odd number is taken twice.
    const second = Math.min(first + 1, columns - 1);
    const [p, q] = [near[first]!, near[second]!];
    let a = 0;
    let b = 0;
    const [to, step] = [at + first - j, second - first];
    for (let i = to, from = first; i < end; i += PANEL, from += columns) {
      const x = values[from]! - p;
      const y = values[from + step]! - q;
      a += x;
      b += y;
      panels[i] = x;
      panels[i + step] = y;
    }
    a /= rows;
    b /= rows;
    for (let i = to; i < end; i += PANEL) {
      panels[i]! -= a;
      if (step > 0) panels[i + 1]! -= b;
    }
    apart[first] = a;
    apart[second] = b;
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
