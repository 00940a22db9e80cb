import { expectIntegers, GenaiError, sizeOf, type Tree } from '@genai/core';
import { expectShape, scope } from '@genai/tensor';
import { concat, reshape, split, type Tensor } from '@tensorflow/tfjs-core';
import type { Bijector } from '../bijector.js';

/** How {@link factorOut} works. */
export interface FactorOutOptions<P> {
  /** Of an image: [height, width, channels]. */
  readonly shape: readonly [height: number, width: number, channels: number];
  /** How many channels leave, the last ones; half of them unless given. */
  readonly leaves?: number;
  /** What the others go through. It keeps their shape or ends in vectors, as {@link flattenEvent} and `factorOut` do. */
  readonly rest: Bijector<P>;
}

/**
 * A multi-scale cut: half of the channels leave as noise, the others go on through `rest`. (batch, height, width, channels) →
 * (batch, features), first what left here, then what `rest` gave: the finest scale first.
 *
 * What leaves is independent of what stays given the base. An affine coupling before the cut, that passes what stays, makes it
 * depend on that: the learned prior of Glow, N(μ(stays), σ(stays)).
 *
 * @example
 * const net = (inputs: number, outputs: number) => conv2d(inputs, outputs, { initializer: zeros });
 * const fine = coupling({ features: 4, passes: 'first', map: affineMap(), net });
 * const coarse = sequence(squeeze(), imageCouplings({ shape: [7, 7, 8], count: 4, by: 'channels' }), flattenEvent([7, 7, 8]));
 * const scales = sequence(squeeze(), fine, factorOut({ shape: [14, 14, 4], rest: coarse })); // (batch, 28, 28, 1) → (batch, 784)
 * @throws GenaiError unless some channels leave and some stay; when used, if an image has another shape, or `rest` ends in
 * events that have neither its own shape nor one axis.
 * @source Dinh et al. 2017, "Density estimation using Real NVP", eq. 14 to 16; Kingma and Dhariwal 2018, "Glow", section 3.6.
 */
export function factorOut<P extends Tree<Tensor>>({ shape, leaves, rest }: FactorOutOptions<P>): Bijector<P> {
  const [height, width, channels] = shape;
  const where = `factorOut([${shape.join(', ')}])`;
  expectIntegers(where, { height, width });
  expectIntegers(where, { channels }, 2);
  const left = leaves ?? channels / 2;
  if (!Number.isInteger(left) || left < 1 || left >= channels) {
    throw new GenaiError(
      `${where}: ${left} of ${channels} channels cannot leave. Pass leaves, from 1 to ${channels - 1}.`,
    );
  }
  const stays = [height, width, channels - left];
  const goes = [height, width, left];
  const cut = (x: Tensor): { stay: Tensor; go: Tensor } => {
    expectShape(where, x, ['batch', ...shape]);
    const [stay, go] = split(x, [channels - left, left], 3) as [Tensor, Tensor];
    return { stay, go };
  };
  return {
    init: rest.init,
    forward: (params, x, context, key) =>
      scope(() => {
        const batch = x.shape[0]!;
        const { stay, go } = cut(x);
        const { y, logDet } = rest.forward(params, stay, context, key);
        if (y.rank !== 2 && (rest.eventBefore || y.rank !== 4)) {
          throw new GenaiError(
            `${where}: rest gave [${y.shape.join(', ')}], expected [batch, ${sizeOf(stays)}]. End it with flattenEvent.`,
          );
        }
        return { y: concat([reshape(go, [batch, sizeOf(goes)]), reshape(y, [batch, sizeOf(stays)])], 1), logDet };
      }),
    inverse: (params, y, context, key) =>
      scope(() => {
        const [batch] = expectShape(where, y, ['batch', sizeOf(shape)]);
        const [go, stay] = split(y, [sizeOf(goes), sizeOf(stays)], 1) as [Tensor, Tensor];
        // Vectors go to a rest that ends in them; one that keeps its events wants images.
        const { x, logDet } = rest.inverse(
          params,
          rest.eventBefore ? stay : reshape(stay, [batch, ...stays]),
          context,
          key,
        );
        return { x: concat([x, reshape(go, [batch, ...goes])], 3), logDet };
      }),
    eventBefore: () => shape,
    ...(rest.tolerance !== undefined && { tolerance: rest.tolerance }),
    ...(rest.start && {
      start: (params, x, context) => scope((): Tree<Tensor> => rest.start!(params, cut(x).stay, context)) as P,
    }),
  };
}
