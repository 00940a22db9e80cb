import { Matrix } from 'ml-matrix';

/** scale · Xᵀ X + penalty · I of rows with a 1 behind them, whose own place is not penalised: (width + 1, width + 1). */
export function normalMatrix(rows: readonly Float64Array[], width: number, scale: number, penalty: number): Matrix {
  const size = width + 1;
  const sums = new Float64Array(size * size);
  for (const row of rows) {
    for (let i = 0; i < size; i++) {
      const x = i < width ? row[i]! : 1;
      if (x === 0) continue; // most places of categories
      for (let j = 0; j <= i; j++) sums[i * size + j]! += scale * x * (j < width ? row[j]! : 1);
    }
  }
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < i; j++) sums[j * size + i] = sums[i * size + j]!;
    if (i < width) sums[i * size + i]! += penalty;
  }
  return Matrix.from1DArray(size, size, sums);
}
