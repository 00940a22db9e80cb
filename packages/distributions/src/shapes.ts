import { GenaiError } from '@genai/core';
import type { Tensor } from '@tensorflow/tfjs-core';

/**
 * The shape to which two shapes broadcast.
 *
 * @throws GenaiError that names the place if they do not.
 */
export function broadcastShape(where: string, a: readonly number[], b: readonly number[]): number[] {
  const shape = broadcast(a, b);
  if (!shape) throw new GenaiError(`${where}: shapes [${a.join(', ')}] and [${b.join(', ')}] do not broadcast.`);
  return shape;
}

/**
 * Checks a value to be scored: it must broadcast with batch + event.
 *
 * @throws GenaiError that names the place, the shape got and the shape expected.
 */
export function expectValue(
  where: string,
  x: Tensor,
  { batchShape, eventShape }: { readonly batchShape: readonly number[]; readonly eventShape: readonly number[] },
): void {
  if (broadcast(x.shape, [...batchShape, ...eventShape])) return;
  throw new GenaiError(
    `${where}: x has shape [${x.shape.join(', ')}], expected […, ${[...batchShape, ...eventShape].join(', ')}]: ` +
      `any leading axes, then batch [${batchShape.join(', ')}], then event [${eventShape.join(', ')}].`,
  );
}

/** The last `count` of some sizes. `slice(-count)` would give all of them for 0. */
export function last(shape: readonly number[], count: number): number[] {
  return shape.slice(shape.length - count);
}

/** All but the last `count` of some sizes. */
export function allButLast(shape: readonly number[], count: number): number[] {
  return shape.slice(0, shape.length - count);
}

function broadcast(a: readonly number[], b: readonly number[]): number[] | undefined {
  const rank = Math.max(a.length, b.length);
  const shape: number[] = [];
  for (let i = rank; i > 0; i--) {
    const m = a[a.length - i] ?? 1;
    const n = b[b.length - i] ?? 1;
    if (m !== n && m !== 1 && n !== 1) return undefined;
    shape.push(m === 1 ? n : m);
  }
  return shape;
}
