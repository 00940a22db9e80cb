import { type Distribution, fold, GenaiError, type Key, type Tree } from '@genai/core';
import { scope } from '@genai/tensor';
import { type Tensor, tile } from '@tensorflow/tfjs-core';
import type { Bijector } from './bijector.js';
import type { Flow, FlowParams, FlowStep } from './flow.js';
import { pulledBack } from './pulled-back.js';
import { sequence } from './sequence.js';

/** What {@link flowAt} makes a flow of; the types of the maps' parameters are known to its caller. */
export interface FlowAtParts<P> {
  readonly init: (key: Key) => P;
  readonly maps: readonly Bijector<Tree<Tensor>>[];
  readonly base: (params: P) => Distribution<Tensor>;
  /** What the maps are conditioned on, (rows, features), and how many rows that are. */
  readonly context?: { readonly rows: number; readonly of: (params: P) => Tensor };
}

/** A flow at a context, or without one. */
export function flowAt<P extends FlowParams<Tree<Tensor>, unknown>>(parts: FlowAtParts<P>): Flow<P> {
  const { maps, context } = parts;
  const all = sequence<readonly Tree<Tensor>[]>(...maps);
  const mapsOf = (params: P): readonly Tree<Tensor>[] => params.transforms as readonly Tree<Tensor>[];
  /** The context for as many rows as `x` has: examples repeat it as (…, rows). */
  const contextFor = (params: P, x: Tensor): Tensor | undefined => {
    if (!context) return undefined;
    const rows = x.shape[0] ?? 1;
    if (rows % context.rows !== 0) {
      throw new GenaiError(
        `flow: got ${rows} examples and a context of ${context.rows}. Pass a context for each example.`,
      );
    }
    const row = context.of(params); // (rows, features)
    return rows === context.rows ? row : tile(row, [rows / context.rows, ...row.shape.slice(1).map(() => 1)]);
  };
  const made: Flow<P> = {
    init: parts.init,
    base: parts.base,
    forward: (params, x, key) => scope(() => all.forward(mapsOf(params), x, contextFor(params, x), key)),
    inverse: (params, z, key) => scope(() => all.inverse(mapsOf(params), z, contextFor(params, z), key)),
    steps: (params) =>
      maps.map((map, i): FlowStep => {
        const own = mapsOf(params)[i]!;
        return {
          forward: (x, key) => scope(() => map.forward(own, x, contextFor(params, x), key && fold(key, i))),
          inverse: (y, key) => scope(() => map.inverse(own, y, contextFor(params, y), key && fold(key, i))),
        };
      }),
    start: (params, x) =>
      scope(() => ({
        ...params,
        transforms: all.start?.(mapsOf(params), x, contextFor(params, x)) ?? params.transforms,
      })),
    given: (params, _context, key) => {
      const base = parts.base(params);
      return pulledBack({
        base,
        eventShape: all.eventBefore?.(base.eventShape) ?? base.eventShape,
        batchShape: context ? [context.rows] : [],
        forward: (x) => made.forward(params, x, key),
        inverse: (z) => made.inverse(params, z, key),
      });
    },
  };
  return made;
}
