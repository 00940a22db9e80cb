/** A square matrix as P · L · U, all row by row: a permutation, a lower triangle with ones on its diagonal, an upper one. */
export interface Plu {
  readonly permutation: Float32Array;
  readonly lower: Float32Array;
  readonly upper: Float32Array;
}

/** Gaussian elimination with the largest pivot of each column, for a matrix of `size` rows that has an inverse. */
export function pluDecomposition(matrix: ArrayLike<number>, size: number): Plu {
  const rows = Array.from({ length: size }, (_, i) =>
    Float64Array.from({ length: size }, (_, j) => matrix[i * size + j]!),
  );
  const order = rows.map((_, i) => i);
  for (let k = 0; k < size; k++) {
    let pivot = k;
    for (let i = k + 1; i < size; i++) if (Math.abs(rows[i]![k]!) > Math.abs(rows[pivot]![k]!)) pivot = i;
    [rows[k], rows[pivot]] = [rows[pivot]!, rows[k]!];
    [order[k], order[pivot]] = [order[pivot]!, order[k]!];
    for (let i = k + 1; i < size; i++) {
      const factor = rows[i]![k]! / rows[k]![k]!;
      rows[i]![k] = factor; // kept where it made a zero
      for (let j = k + 1; j < size; j++) rows[i]![j]! -= factor * rows[k]![j]!;
    }
  }
  const permutation = new Float32Array(size * size);
  const lower = new Float32Array(size * size);
  const upper = new Float32Array(size * size);
  for (const [i, row] of rows.entries()) {
    permutation[order[i]! * size + i] = 1;
    lower[i * size + i] = 1;
    for (const [j, value] of row.entries()) (j < i ? lower : upper)[i * size + j] = value;
  }
  return { permutation, lower, upper };
}
