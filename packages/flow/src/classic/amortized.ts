import { GenaiError, type Key, type Layer, leaves, mapLeaves, split, type Tree } from '@genai/core';
import { expectShape, scope } from '@genai/tensor';
import { add, reshape, split as splitAxis, type Tensor } from '@tensorflow/tfjs-core';
import type { Bijector } from '../bijector.js';

/** The parameters of an amortised map: the map's own, and those of the net that moves them. */
export type AmortizedParams<P, N> = { readonly own: P; readonly net: N };

/**
 * `map` with parameters of its own for each example: those it has, moved by what a net makes of the context, as the flows of
 * variational posteriors have them.
 *
 * For maps whose parameters may have a row for each example: {@link planar}, {@link radial}, {@link sylvester}. The net goes from
 * (batch, context) to (batch, outputs), as many outputs as the map has parameters.
 *
 * @example
 * const layer = amortized(invert(planar(2)), (outputs) => mlp([64, 32, outputs]));
 * const posterior = conditionalFlow({ transforms: [layer], base: standardNormal(2) });
 * @throws GenaiError when applied, if there is no context, or the net gives another shape.
 * @source Rezende and Mohamed 2015, "Variational inference with normalizing flows", algorithm 1; van den Berg et al. 2018,
 * "Sylvester normalizing flows for variational inference", section 4.
 */
export function amortized<P extends Tree<Tensor>, N extends Tree<Tensor>>(
  map: Bijector<P>,
  net: (outputs: number) => Layer<Tensor, N>,
): Bijector<AmortizedParams<P, N>> {
  const paramsAt = ({ own, net: weights }: AmortizedParams<P, N>, x: Tensor, context?: Tensor, key?: Key): P => {
    const sizes = sizesOf(own);
    const outputs = total(sizes);
    const where = `amortized(${outputs})`;
    if (!context) throw new GenaiError(`${where}: it needs a context and got none. Use conditionalFlow and pass it.`);
    const batch = x.shape[0]!;
    const moves = net(outputs).apply(weights, context, key);
    expectShape(`${where}, the net`, moves, [batch, outputs]);
    const parts = splitAxis(moves, sizes, 1);
    let i = 0;
    return mapLeaves<Tensor, P>(own, (leaf) => add(reshape(parts[i++]!, [batch, ...leaf.shape]), leaf));
  };
  return {
    init: (key) => {
      const [a, b] = split(key);
      return scope(() => {
        const own = map.init(a);
        return { own, net: net(total(sizesOf(own))).init(b) };
      });
    },
    forward: (params, x, context, key) => scope(() => map.forward(paramsAt(params, x, context, key), x)),
    inverse: (params, y, context, key) => scope(() => map.inverse(paramsAt(params, y, context, key), y)),
    ...(map.tolerance !== undefined && { tolerance: map.tolerance }),
  };
}

/** How many numbers each tensor of the parameters holds, in the order of the tree. */
function sizesOf(params: Tree<Tensor>): number[] {
  return leaves<Tensor>(params).map(([, leaf]) => leaf.size);
}

function total(sizes: readonly number[]): number {
  return sizes.reduce((sum, size) => sum + size, 0);
}
