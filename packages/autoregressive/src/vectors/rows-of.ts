import { GenaiError, sizeOf } from '@genai/core';
import { scope } from '@genai/tensor';
import { broadcast_util, broadcastTo, reshape, type Tensor } from '@tensorflow/tfjs-core';

/** Vectors one below the other. */
export interface Rows {
  /** (rows, features) */
  readonly x: Tensor;
  /** Tensors beside them, each (rows, size). */
  readonly beside: readonly Tensor[];
  /** The shape that the rows had. */
  readonly lead: readonly number[];
}

/**
 * Values to be scored, (…, batch, features) or what broadcasts to it, and tensors of (…batch, size) beside them, row by row.
 *
 * @throws GenaiError, that names the place, if they do not fit.
 */
export function rowsOf(where: string, x: Tensor, features: number, beside: readonly Tensor[] = []): Rows {
  const batch = beside[0]?.shape.slice(0, -1) ?? [];
  const lead = x.rank > 0 && x.shape.at(-1) === features ? broadcast(x.shape.slice(0, -1), batch) : undefined;
  if (!lead) {
    throw new GenaiError(
      `${where}: x has shape [${x.shape.join(', ')}], expected […, ${[...batch, features].join(', ')}]: any leading axes, ` +
        `then batch [${batch.join(', ')}], then ${features} features.`,
    );
  }
  return scope(() => ({ x: inRows(x, lead), beside: beside.map((y) => inRows(y, lead)), lead }));
}

/** What broadcasts to (…lead, size), row by row: (rows, size). The size is that of its last axis unless given. */
export function inRows(x: Tensor, lead: readonly number[], size: number = x.shape.at(-1)!): Tensor {
  return scope(() => reshape(broadcastTo(x, [...lead, size]), [sizeOf(lead), size]));
}

/** The shape to which two shapes broadcast, if they do. */
export function broadcast(a: readonly number[], b: readonly number[]): number[] | undefined {
  try {
    return broadcast_util.assertAndGetBroadcastShape([...a], [...b]);
  } catch {
    return undefined;
  }
}
