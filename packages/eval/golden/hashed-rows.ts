/** Rows of uniform numbers about `shift`, the same as `rows` in features.py gives. */
export function hashedRows(seed: number, count: number, width: number, scale = 1, shift = 0): Float64Array[] {
  return Array.from({ length: count }, (_, row) =>
    Float64Array.from({ length: width }, (_, column) => {
      let bits = (row * width + column + seed * 1_000_003) >>> 0;
      for (let round = 0; round < 2; round++) bits = Math.imul(bits ^ (bits >>> 16), 0x45d9f3b) >>> 0;
      return (((bits ^ (bits >>> 16)) >>> 0) / 2 ** 32 - 0.5) * scale + shift;
    }),
  );
}
