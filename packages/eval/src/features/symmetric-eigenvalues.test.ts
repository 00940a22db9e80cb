import { expect, test } from 'vitest';
import { hashedRows } from '../../golden/hashed-rows.js';
import { addInnerProducts, type Matrix, matrixOf, mirror, transposeOf } from './inner-products.js';
import { pivotedCholesky } from './pivoted-cholesky.js';
import { symmetricEigenvalues } from './symmetric-eigenvalues.js';

const matrix = (rows: readonly (readonly number[])[]): Matrix => ({
  values: Float64Array.from(rows.flat()),
  rows: rows.length,
  columns: rows[0]!.length,
});

const sorted = async (of: Matrix): Promise<number[]> =>
  [...(await symmetricEigenvalues({ ...of, values: of.values.slice() }))].sort((a, b) => a - b);

const product = (a: Matrix, b: Matrix): Matrix => {
  const out = matrixOf(a.columns, b.columns);
  addInnerProducts(a, b, out);
  if (a === b) mirror(out);
  return out;
};

test.each([
  [1, 1, 1],
  [3, 5, 7],
  [17, 4, 9],
  [30, 11, 11],
])('laws: inner products of depth %i, %i by %i, as sum by sum', (depth, m, n) => {
  const [a, b] = [
    matrix(hashedRows(1, depth, m).map((x) => [...x])),
    matrix(hashedRows(2, depth, n).map((x) => [...x])),
  ];
  const got = product(a, b);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let want = 0;
      for (let k = 0; k < depth; k++) want += a.values[k * m + i]! * b.values[k * n + j]!;
      expect(got.values[i * n + j]).toBeCloseTo(want, 13);
    }
  }
  const square = product(a, a);
  expect(square.values).toEqual(product(a, { ...a }).values);
  expect(transposeOf(square).values).toEqual(square.values);
});

test('known answers: the second difference has 2 − 2 cos (π k / (n + 1)), whatever the basis', async () => {
  const count = 40;
  const want = Array.from({ length: count }, (_, k) => 2 - 2 * Math.cos((Math.PI * (k + 1)) / (count + 1)));
  const difference = matrix(
    Array.from({ length: count }, (_, i) =>
      Array.from({ length: count }, (_, j) => (i === j ? 2 : Math.abs(i - j) === 1 ? -1 : 0)),
    ),
  );
  for (const [k, value] of (await sorted(difference)).entries()) expect(value).toBeCloseTo(want[k]!, 12);
  // Reflected: (1 − 2 u uᵀ) D (1 − 2 u uᵀ)
  const u = hashedRows(1, count, 1).map(([x]) => x!);
  const norm = Math.hypot(...u);
  const reflection = matrix(u.map((x, i) => u.map((y, j) => Number(i === j) - (2 * x * y) / norm ** 2)));
  const turned = product(product(difference, reflection), reflection);
  for (const [k, value] of (await sorted(turned)).entries()) expect(value).toBeCloseTo(want[k]!, 12);
});

test('known answers: small, diagonal, of one number, huge and tiny', async () => {
  expect(await sorted(matrix([[5]]))).toEqual([5]);
  expect(
    await sorted(
      matrix([
        [3, 0, 0],
        [0, 1, 0],
        [0, 0, 2],
      ]),
    ),
  ).toEqual([1, 2, 3]);
  expect(
    await sorted(
      matrix([
        [0, 0],
        [0, 0],
      ]),
    ),
  ).toEqual([0, 0]);
  for (const unit of [1, 1e140, 1e-140]) {
    const [low, middle, high] = await sorted(
      matrix(
        [
          [2, 1, 0],
          [1, 2, 1],
          [0, 1, 2],
        ].map((row) => row.map((x) => x * unit)),
      ),
    );
    expect(low! / unit).toBeCloseTo(2 - Math.SQRT2, 13);
    expect(middle! / unit).toBeCloseTo(2, 13);
    expect(high! / unit).toBeCloseTo(2 + Math.SQRT2, 13);
  }
});

test('laws: the root of a matrix of low rank has that many columns, and gives it back', async () => {
  for (const rank of [1, 4, 12]) {
    const s = product(
      matrix(hashedRows(rank, rank, 12).map((x) => [...x])),
      matrix(hashedRows(rank, rank, 12).map((x) => [...x])),
    );
    const root = await pivotedCholesky(s);
    expect(root.columns).toBe(rank);
    const back = product(transposeOf(root), transposeOf(root));
    for (const [i, value] of back.values.entries()) expect(value).toBeCloseTo(s.values[i]!, 13);
  }
  expect((await pivotedCholesky(matrixOf(3, 3))).columns).toBe(0);
});
