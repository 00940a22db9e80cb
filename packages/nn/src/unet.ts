import { GenaiError, type Key, type Layer, split, type Tree } from '@genai/core';
import { expectShape, scope } from '@genai/tensor';
import { concat, type Tensor } from '@tensorflow/tfjs-core';
import type { Conditioned } from './conditional-norm.js';

/** A level of a U-Net, X: what its layers see, a tensor or `{ x, context }`. */
export interface UnetLevel<E, L, X = Tensor> {
  /** On the way in: (batch, …, channels) → (batch, …, width), smaller as a rule. */
  readonly enter: Layer<Tensor, E, X>;
  /** On the way out, of what `enter` gave and behind it what the levels inside made of that, (batch, …, width + inner). */
  readonly leave: Layer<Tensor, L, X>;
}

/** The parts of {@link unet}. */
export interface UnetParts<E, L, M, X = Tensor> {
  /** From the outermost inwards. */
  readonly levels: readonly UnetLevel<E, L, X>[];
  /** Inside them all: (batch, …, width) → (batch, …, inner), of the same positions. */
  readonly middle: Layer<Tensor, M, X>;
}

/** Parameters level by level, from the outermost inwards. */
export type UnetParams<E, L, M> = {
  readonly levels: readonly { readonly enter: E; readonly leave: L }[];
  readonly middle: M;
};

/**
 * A U-Net: each level goes in, lets the levels inside it work on what it found, and comes out with both side by side, so
 * that what is fine need not pass through what is small. (batch, …, channels) → whatever the outermost `leave` gives.
 *
 * The levels hold all that nets differ in: how they halve and double, norms, residual blocks, attention. A key is split
 * between the layers.
 *
 * @example
 * const level = (inputs: number, outputs: number) => ({
 *   enter: sequential(conv2d(inputs, 32, { kernel: 4, strides: 2 }), groupNorm(32, { groups: 8 }), activation(silu)),
 *   leave: conv2dTranspose(2 * 32, outputs, { kernel: 4, strides: 2 }),
 * });
 * const net = unet({ levels: [level(3, 3), level(32, 32)], middle: sequential(conv2d(32, 32), activation(silu)) });
 * const y = net.apply(net.init(key(0)), images); // (batch, 64, 64, 3) → (batch, 64, 64, 3)
 * @throws GenaiError if there is no level; when applied, if the layers inside a level do not keep its positions.
 * @source Ronneberger et al. 2015, "U-Net: convolutional networks for biomedical image segmentation", figure 1.
 */
export function unet<E extends Tree<Tensor>, L extends Tree<Tensor>, M extends Tree<Tensor>>(
  parts: UnetParts<E, L, M>,
): Layer<Tensor, UnetParams<E, L, M>> {
  return made<E, L, M, Tensor>(
    'unet',
    parts,
    (x) => x,
    (_, h) => h,
  );
}

/**
 * A U-Net all of whose layers see, beside their input, a context: the time of a diffusion, a class, both in one vector.
 *
 * @example
 * const level = (inputs: number, outputs: number) => ({
 *   enter: conditionalNorm(inputs, dense(128, 2 * inputs, { initializer: zeros }), { normalize: normalizeInstance }),
 *   leave: conditionalNorm(2 * outputs, dense(128, 4 * outputs, { initializer: zeros }), { normalize: normalizeInstance }),
 * });
 * const net = conditionalUnet({ levels: [level(32, 32)], middle: level(32, 32).enter });
 * const y = net.apply(net.init(key(0)), { x, context }); // context: (batch, 128), an embedding of the time say
 * @throws GenaiError as {@link unet}.
 * @source Ho et al. 2020, "Denoising diffusion probabilistic models", appendix B (a U-Net told the time).
 */
export function conditionalUnet<E extends Tree<Tensor>, L extends Tree<Tensor>, M extends Tree<Tensor>>(
  parts: UnetParts<E, L, M, Conditioned>,
): Layer<Tensor, UnetParams<E, L, M>, Conditioned> {
  return made<E, L, M, Conditioned>(
    'conditionalUnet',
    parts,
    ({ x }) => x,
    ({ context }, x) => ({ x, context }),
  );
}

/** `told` puts what a layer is to see in the place of x in the input. */
function made<E extends Tree<Tensor>, L extends Tree<Tensor>, M extends Tree<Tensor>, X>(
  where: string,
  { levels, middle }: UnetParts<E, L, M, X>,
  xOf: (input: X) => Tensor,
  told: (input: X, h: Tensor) => X,
): Layer<Tensor, UnetParams<E, L, M>, X> {
  const depth = levels.length;
  if (depth === 0) throw new GenaiError(`${where}: needs at least one level, got none. Pass { levels: [level], … }.`);
  return {
    init: (key) => {
      const [forLevels, forMiddle] = split(key);
      const keys = split(forLevels, 2 * depth);
      return scope(() => ({
        levels: levels.map(({ enter, leave }, i) => ({
          enter: enter.init(keys[2 * i]!),
          leave: leave.init(keys[2 * i + 1]!),
        })),
        middle: middle.init(forMiddle),
      }));
    },
    apply: (params, input, key) =>
      scope(() => {
        if (params.levels.length !== depth) {
          throw new GenaiError(
            `${where}: got parameters of ${params.levels.length} levels, expected ${depth}. Pass what init gave.`,
          );
        }
        const keys: readonly Key[] | undefined = key && split(key, 2 * depth + 1);
        const within = (i: number, x: Tensor): Tensor => {
          if (i === depth) return middle.apply(params.middle, told(input, x), keys?.[2 * depth]);
          const { enter, leave } = levels[i]!;
          const h = enter.apply(params.levels[i]!.enter, told(input, x), keys?.[2 * i]); // (batch, …, width)
          const inner = within(i + 1, h); // (batch, …, inner)
          expectShape(`${where}: inside level ${i + 1}`, inner, [...h.shape.slice(0, -1), 'channels']);
          const both = concat([h, inner], -1); // (batch, …, width + inner)
          return leave.apply(params.levels[i]!.leave, told(input, both), keys?.[2 * i + 1]);
        };
        return within(0, xOf(input));
      }),
  };
}
