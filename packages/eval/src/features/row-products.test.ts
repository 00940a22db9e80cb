import { expect, test } from 'vitest';
import { hashedRows } from '../../golden/hashed-rows.js';
import { eachTile, squaresOf } from './row-products.js';

const width = 40;
const rows = (seed: number, count: number) => ({ values: hashedRows(seed, 1, count * width)[0]!, count, width });

test.each([
  ['on the host', false, 1e-13],
  ['on the engine', true, 1e-6],
])('laws: all inner products %s, tile by tile', async (_name, engine, tolerance) => {
  const [a, b] = [rows(1, 520), rows(2, 515)];
  for (const other of [a, b]) {
    const seen = new Uint8Array(a.count * other.count);
    let worst = 0;
    await eachTile(
      a,
      other,
      (tile) => {
        for (let c = 0; c < tile.columns; c++) {
          for (let r = 0; r < tile.rows; r++) {
            const [i, j] = [tile.top + r, tile.start + c];
            let want = 0;
            for (let k = 0; k < width; k++) want += a.values[i * width + k]! * other.values[j * width + k]!;
            worst = Math.max(worst, Math.abs(tile.values[c * tile.rows + r]! - want));
            seen[i * other.count + j]!++;
          }
        }
      },
      { engine },
    );
    expect(worst).toBeLessThan(tolerance);
    // Of one set with itself, tiles left of the diagonal are left out.
    for (let i = 0; i < a.count; i++) {
      for (let j = 0; j < other.count; j++) {
        const isLeft = other === a && Math.floor(j / 512) < Math.floor(i / 512);
        if (seen[i * other.count + j] !== (isLeft ? 0 : 1)) throw new Error(`seen ${i}, ${j}`);
      }
    }
  }
});

test('laws: rows that are equal are exactly 0 apart, in a kernel that is warm too', async () => {
  const half = rows(1, 600).values;
  const both = { values: Float64Array.from([...half, ...half]), count: 1200, width };
  for (let run = 0; run < 3; run++) {
    const squares = squaresOf(both);
    let apart = 0;
    await eachTile(both, both, ({ top, start, rows, columns, values }) => {
      for (let i = top; i < top + rows; i++) {
        for (const j of [i, i + 600]) {
          if (j < start || j >= start + columns) continue;
          apart = Math.max(apart, Math.abs(squares[i]! + squares[j]! - 2 * values[(j - start) * rows + i - top]!));
        }
      }
    });
    if (run > 0) expect(apart).toBe(0); // an engine may compile the kernel anew during the first
  }
});
