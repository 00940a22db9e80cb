import { Tensor } from '@tensorflow/tfjs-core';

/** Numbers in any form a test writes them down. */
export type Numbers = Tensor | number | ArrayLike<number> | readonly Numbers[];

/**
 * Expects numbers to be close: |actual − expected| ≤ absolute + relative · |expected|, entry by entry.
 *
 * NaN equals NaN, and an infinity itself. Two tensors must have one shape; otherwise the number of entries counts.
 * Reads tensors synchronously; on an engine that cannot, pass `await tensor.data()`.
 *
 * @example
 * expectClose(softplus(x), [0.6931, 1.3133], { absolute: 1e-4 });
 * @throws Error that says how many entries differ and shows the worst.
 */
export function expectClose(
  actual: Numbers,
  expected: Numbers,
  { absolute = 1e-6, relative = 1e-5 }: { readonly absolute?: number; readonly relative?: number } = {},
): void {
  if (actual instanceof Tensor && expected instanceof Tensor && String(actual.shape) !== String(expected.shape)) {
    fail(`got shape [${actual.shape.join(', ')}], expected [${expected.shape.join(', ')}].`);
  }
  const got = flat(actual);
  const want = flat(expected);
  if (got.length !== want.length) fail(`got ${got.length} entries, expected ${want.length}.`);
  let count = 0;
  let worst = { index: -1, excess: 0 };
  for (const [i, x] of got.entries()) {
    const y = want[i]!;
    if (Object.is(x, y) || x === y) continue;
    const difference = Math.abs(x - y);
    const allowed = absolute + relative * Math.abs(y);
    if (difference <= allowed && Number.isFinite(y)) continue;
    count++;
    const excess = Number.isFinite(difference / allowed) ? difference / allowed : Number.POSITIVE_INFINITY;
    if (excess > worst.excess) worst = { index: i, excess };
  }
  if (count === 0) return;
  const { index } = worst;
  const [x, y] = [got[index]!, want[index]!];
  const allowed = absolute + relative * Math.abs(y);
  fail(
    `${count} of ${got.length} entries differ; the worst at ${place(index, actual, expected)}: ` +
      `got ${x}, expected ${y}, difference ${Math.abs(x - y).toPrecision(3)}, allowed ${allowed.toPrecision(3)}.`,
  );
}

function fail(reason: string): never {
  const error = new Error(`expectClose: ${reason}`);
  Error.captureStackTrace?.(error, expectClose);
  throw error;
}

function flat(numbers: Numbers): number[] {
  if (numbers instanceof Tensor) return Array.from(numbers.dataSync());
  if (typeof numbers === 'number') return [numbers];
  return Array.from(numbers as ArrayLike<Numbers>).flatMap(flat);
}

/** `[row, column]` if a shape is known, the number of the entry otherwise. */
function place(index: number, ...sources: Numbers[]): string {
  const shape = sources.find((source) => source instanceof Tensor)?.shape;
  if (!shape || shape.length < 2) return `[${index}]`;
  const position: number[] = [];
  let rest = index;
  for (const size of [...shape].reverse()) {
    position.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return `[${position.join(', ')}]`;
}
