import { GenaiError } from '@genai/core';
import { breathing } from '../breathing.js';
import type { Matrix } from './inner-products.js';
import { symmetricKernel } from './symmetric-kernel.js';

/**
 * The eigenvalues of a symmetric matrix, in no order. Only what lies on or left of its diagonal is read, and overwritten.
 *
 * Householder reflections to a matrix of three diagonals, then QL steps with Wilkinson's shift: without vectors, half of the work
 * is one pass over the matrix for each of its rows.
 *
 * @source Golub and Van Loan 2013, "Matrix computations", 4th edition, sections 8.3.1 and 8.3.3.
 */
export async function symmetricEigenvalues(symmetric: Matrix): Promise<Float64Array> {
  const { diagonal, beside } = (await tridiagonalByKernel(symmetric)) ?? (await tridiagonal(symmetric));
  return eigenvaluesOfTridiagonal(diagonal, beside);
}

/** `beside[n]` stands between n − 1 and n. */
type Tridiagonal = { readonly diagonal: Float64Array; readonly beside: Float64Array };

/** What {@link tridiagonal} gives, up to rounding, in a fraction of its time. Undefined where there are no vectors, or it is not worth it. */
export async function tridiagonalByKernel({ values, rows }: Matrix): Promise<Tridiagonal | undefined> {
  const kernel = rows < LEAST_ROWS ? undefined : symmetricKernel(rows * rows + 6 * rows);
  if (!kernel) return undefined;
  const breath = breathing();
  const [matrix, diagonal, beside] = [kernel.room(rows * rows), kernel.room(rows), kernel.room(rows)];
  const vectors = kernel.room(4 * rows);
  matrix.set(values);
  for (let from = rows - 1; from >= 0; from -= STEPS) {
    kernel.tridiagonal(matrix, rows, from, Math.max(0, from - STEPS + 1), diagonal, beside, vectors);
    if (breath.due()) await breath.take();
  }
  return { diagonal: diagonal.slice(), beside: beside.slice() };
}

/** Rows from which on a kernel, which is to be made ready, is worth it. */
const LEAST_ROWS = 32;
/** Reflections between two breaths: of 2,048 rows some 50 ms. */
const STEPS = 8;

/** From the last row up: the reflection that leaves of row n only its neighbour of the diagonal acts on the rows before it. */
export async function tridiagonal({ values, rows }: Matrix): Promise<Tridiagonal> {
  const breath = breathing();
  const diagonal = new Float64Array(rows);
  const beside = new Float64Array(rows);
  const v = new Float64Array(rows);
  const w = new Float64Array(rows);
  for (let n = rows - 1; n > 0; n--) {
    diagonal[n] = values[n * rows + n]!;
    v.set(values.subarray(n * rows, n * rows + n));
    beside[n] = reflector(v, n);
    if (v[n - 1] !== 0) {
      multiply(values, rows, v, w, n);
      const half = dot(v, w, n) / 2;
      for (let i = 0; i < n; i++) w[i]! -= half * v[i]!;
      // A − v wᵀ − w vᵀ
      for (let i = 0; i < n; i++) {
        const row = i * rows;
        const [vi, wi] = [v[i]!, w[i]!];
        for (let j = 0; j <= i; j++) values[row + j]! -= vi * w[j]! + wi * v[j]!;
      }
    }
    if (breath.due()) await breath.take();
  }
  if (rows > 0) diagonal[0] = values[0]!;
  return { diagonal, beside };
}

/** Makes x, the first n of `v`, the v of the reflection 1 − v vᵀ that takes x to a multiple of its last unit vector; gives that. 0 if there is none to do. */
function reflector(v: Float64Array, n: number): number {
  const last = v[n - 1]!;
  let largest = 0;
  for (let i = 0; i < n - 1; i++) largest = Math.max(largest, Math.abs(v[i]!));
  if (largest === 0) {
    v.fill(0, 0, n);
    return last;
  }
  largest = Math.max(largest, Math.abs(last)); // in its unit nothing overflows
  let square = 0;
  for (let i = 0; i < n; i++) square += (v[i]! / largest) ** 2;
  const norm = largest * Math.sqrt(square);
  const image = last > 0 ? -norm : norm;
  v[n - 1] = last - image;
  const scale = Math.sqrt(Math.abs(v[n - 1]!)) * Math.sqrt(norm); // ‖v‖² = 2 norm |last − image|
  for (let i = 0; i < n; i++) v[i]! /= scale;
  return image;
}

/** w = A v, of the first n rows and columns. */
function multiply(values: Float64Array, rows: number, v: Float64Array, w: Float64Array, n: number): void {
  w.fill(0, 0, n);
  for (let i = 0; i < n; i++) {
    const row = i * rows;
    const vi = v[i]!;
    let total = values[row + i]! * vi;
    for (let j = 0; j < i; j++) {
      const value = values[row + j]!;
      total += value * v[j]!;
      w[j]! += value * vi;
    }
    w[i]! += total;
  }
}

function dot(a: Float64Array, b: Float64Array, n: number): number {
  let total = 0;
  for (let i = 0; i < n; i++) total += a[i]! * b[i]!;
  return total;
}

/** Overwrites both. */
function eigenvaluesOfTridiagonal(d: Float64Array, beside: Float64Array): Float64Array {
  const count = d.length;
  const e = new Float64Array(count);
  e.set(beside.subarray(1)); // e[i]: between i and i + 1
  for (let start = 0; start < count; start++) {
    for (let turn = 0; ; turn++) {
      let end = start;
      while (end < count - 1 && !isSmall(e[end]!, d[end]!, d[end + 1]!)) end++;
      if (end === start) break;
      if (turn === 60)
        throw new GenaiError('symmetricEigenvalues: no convergence. The matrix holds numbers that are none.');
      qlStep(d, e, start, end);
    }
  }
  return d;
}

function isSmall(value: number, a: number, b: number): boolean {
  return Math.abs(value) <= Number.EPSILON * (Math.abs(a) + Math.abs(b)) || value === 0;
}

/** One implicit step on the rows from `start` to `end`: rotations chase what the shift leaves, from the end to the start. */
function qlStep(d: Float64Array, e: Float64Array, start: number, end: number): void {
  const half = (d[start + 1]! - d[start]!) / (2 * e[start]!);
  const length = Math.hypot(half, 1);
  const shift = d[start]! - e[start]! / (half + (half >= 0 ? length : -length));
  let g = d[end]! - shift;
  let [sine, cosine, change] = [1, 1, 0];
  for (let i = end - 1; i >= start; i--) {
    const f = sine * e[i]!;
    const b = cosine * e[i]!;
    const r = Math.sqrt(f * f + g * g) || Math.hypot(f, g);
    e[i + 1] = r;
    if (r === 0) {
      d[i + 1]! -= change; // split in between
      e[end] = 0;
      return;
    }
    sine = f / r;
    cosine = g / r;
    g = d[i + 1]! - change;
    const turned = (d[i]! - g) * sine + 2 * cosine * b;
    change = sine * turned;
    d[i + 1] = g + change;
    g = cosine * turned - b;
  }
  d[start]! -= change;
  e[start] = g;
  e[end] = 0;
}
