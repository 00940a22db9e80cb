/** A dimension of a result: its size, and by how many elements each operand moves along it (0 where it stretches). */
export type BroadcastDim = readonly [size: number, aStep: number, bStep: number];

/**
 * The dimensions in which two operands of these shapes combine, neighbours that move alike merged into one.
 *
 * The shapes must broadcast. A result of one element has one dimension, and so has one of equal shapes.
 */
export function broadcastDims(aShape: readonly number[], bShape: readonly number[]): BroadcastDim[] {
  const rank = Math.max(aShape.length, bShape.length);
  const dims: [number, number, number][] = []; // the last first
  let aStep = 1;
  let bStep = 1;
  for (let i = 1; i <= rank; i++) {
    const a = aShape[aShape.length - i] ?? 1;
    const b = bShape[bShape.length - i] ?? 1;
    const size = a === 1 ? b : a;
    if (size === 1) continue;
    const dim: [number, number, number] = [size, a === 1 ? 0 : aStep, b === 1 ? 0 : bStep];
    aStep *= a;
    bStep *= b;
    const inner = dims.at(-1);
    if (inner && dim[1] === inner[0] * inner[1] && dim[2] === inner[0] * inner[2]) inner[0] *= size;
    else dims.push(dim);
  }
  return dims.length === 0 ? [[1, 1, 1]] : dims.reverse();
}
