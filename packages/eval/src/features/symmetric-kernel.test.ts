import { expect, test } from 'vitest';
import { hashedRows } from '../../golden/hashed-rows.js';
import { addScatter, type Matrix, matrixOf } from './inner-products.js';
import { columns, columnsByKernel } from './pivoted-cholesky.js';
import { tridiagonal, tridiagonalByKernel } from './symmetric-eigenvalues.js';

/** XᵀX of rows about a value: symmetric, of rank min(count, width). */
function gramOf(count: number, width: number): Matrix {
  const gram = matrixOf(width, width);
  for (const row of hashedRows(width, count, width)) {
    for (let i = 0; i < width; i++) for (let j = 0; j < width; j++) gram.values[i * width + j]! += row[i]! * row[j]!;
  }
  return gram;
}

const copyOf = (matrix: Matrix): Matrix => ({ ...matrix, values: matrix.values.slice() });
const largest = (values: Float64Array): number => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

test.each([
  [90, 33], // odd: rows that begin between two vectors
  [90, 64],
  [20, 50], // singular
])('laws: kernel and JavaScript, step by step, of %i rows of %i numbers', async (count, width) => {
  const gram = gramOf(count, width);
  const [kernel, script] = [(await tridiagonalByKernel(copyOf(gram)))!, await tridiagonal(copyOf(gram))];
  const size = largest(gram.values);
  const squares = ({ diagonal, beside }: typeof kernel): number =>
    diagonal.reduce((sum, value, i) => sum + value ** 2 + 2 * beside[i]! ** 2, 0);
  expect(Math.abs(squares(kernel) / squares(script) - 1)).toBeLessThan(1e-12);
  for (let i = 0; i < (count < width ? 0 : width); i++) {
    // Once rounding is all that is left of a singular matrix it shows where it is turned to.
    expect(Math.abs(kernel.diagonal[i]! - script.diagonal[i]!), `row ${i}`).toBeLessThan(1e-9 * size);
    expect(Math.abs(kernel.beside[i]! - script.beside[i]!), `beside row ${i}`).toBeLessThan(1e-9 * size);
  }
  const diagonal = Float64Array.from({ length: width }, (_, i) => gram.values[i * (width + 1)]!);
  const least = largest(diagonal) * width * Number.EPSILON;
  const [made, want] = [(await columnsByKernel(gram, diagonal, least))!, await columns(gram, diagonal.slice(), least)];
  expect(made.rank).toBe(want.rank);
  expect(want.rank).toBe(Math.min(count, width));
  for (const [i, value] of want.lower.entries()) expect(Math.abs(made.lower[i]! - value)).toBeLessThan(1e-9 * size);
});

test('laws: a matrix of zeros and one of a diagonal are taken', async () => {
  const zeros = matrixOf(40, 40);
  expect(await tridiagonalByKernel(zeros)).toEqual({ diagonal: new Float64Array(40), beside: new Float64Array(40) });
  expect((await columnsByKernel(zeros, new Float64Array(40), 0))!.rank).toBe(0);
  const steps = matrixOf(40, 40);
  for (let i = 0; i < 40; i++) steps.values[i * 41] = i + 1;
  const { diagonal } = (await tridiagonalByKernel(copyOf(steps)))!;
  expect([...diagonal].sort((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
});

test.each([1, 2, 5, 8, 11])('known answers: rows of %i numbers about their mean', (width) => {
  const rows = hashedRows(7, 13, width, 1, 50);
  const near = new Float64Array(width).fill(49);
  const out = matrixOf(width, width);
  const apart = addScatter(
    { values: Float64Array.from(rows.flatMap((row) => [...row])), rows: 13, columns: width },
    near,
    out,
  );
  const mean = near.map((_, j) => rows.reduce((total, row) => total + row[j]!, 0) / 13);
  for (let i = 0; i < width; i++) {
    expect(apart[i]! + 49).toBeCloseTo(mean[i]!, 12);
    for (let j = i; j < width; j++) {
      const want = rows.reduce((total, row) => total + (row[i]! - mean[i]!) * (row[j]! - mean[j]!), 0);
      expect(out.values[i * width + j]).toBeCloseTo(want, 10);
    }
  }
});
