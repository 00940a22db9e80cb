import { GenaiError, type Layer, sizeOf, type Tree } from '@genai/core';
import {
  concatenated,
  conditionalDcgan,
  conditionalGan,
  conditionalR3gan,
  conditionalResidualGan,
  dcgan,
  denseGan,
  type Gan,
  gan,
  pathLength,
  r3gan,
  residualGan,
  styleGan,
} from '@genai/gan';
import type { Conditioned } from '@genai/nn';
import { scope } from '@genai/tensor';
import { reshape, type Tensor } from '@tensorflow/tfjs-core';
import { UsageError } from '../../usage-error.js';
import { denseWeights, expectSize } from '../expect-size.js';
import type { GanConfig, GanParts } from './gan-config.js';

/** A model whose parameters are known only as trees, given classes or nothing. */
export type BuiltGan = Gan<Tree<Tensor>, Tree<Tensor>, Tensor | undefined>;

/** What {@link buildGan} gives. */
export interface GanAndCosts {
  readonly model: BuiltGan;
  /** How path lengths are measured, which parts with styles measure from these. */
  readonly pathLengthOf: typeof pathLength<Tree<Tensor>>;
}

/**
 * The model that a configuration describes, of images in [−1, 1]; with `classes` it is given those.
 *
 * @throws UsageError if its networks do not fit the shape of the data, or are larger than any that could be trained.
 */
export function buildGan({ parts, data: { shape } }: Pick<GanConfig, 'parts' | 'data'>, classes?: number): GanAndCosts {
  checkSize(parts, shape);
  if (parts.kind === 'dense') return { model: dense(parts, shape, classes), pathLengthOf: pathLength };
  const [size, width, channels] = shape;
  const fits = `${parts.kind} parts need square images whose side is 4, 5, 6 or 7 times a power of 2 (28, 32 or 64, say)`;
  if (size !== width) throw new UsageError(`${fits}, got ${size} by ${width}. Use the model "gan".`);
  try {
    return convolutional(parts, { size, channels }, classes);
  } catch (cause) {
    if (!GenaiError.is(cause)) throw cause;
    throw new UsageError(`${fits}, got ${size} by ${width}. Use the model "gan", or scale the images.`, { cause });
  }
}

type Sizes = { readonly size: number; readonly channels: number };

function convolutional(parts: Exclude<GanParts, { kind: 'dense' }>, sizes: Sizes, classes?: number): GanAndCosts {
  const options = { ...parts, ...sizes };
  const given = classes === undefined ? undefined : { ...options, classes };
  switch (options.kind) {
    case 'dcgan':
      return given ? plain(conditionalGan(conditionalDcgan(given))) : plain(gan(dcgan(options)));
    case 'residual':
      return given ? plain(conditionalGan(conditionalResidualGan(given))) : plain(gan(residualGan(options)));
    case 'r3gan':
      return given ? plain(conditionalGan(conditionalR3gan(given))) : plain(gan(r3gan(options)));
    case 'style': {
      const made = styleGan(options);
      const pathLengthOf = ({ weight = 0 } = {}): ReturnType<typeof pathLength> =>
        pathLength({ weight, from: made.generator }) as ReturnType<typeof pathLength>;
      return { model: untyped(gan(made)), pathLengthOf: pathLengthOf as GanAndCosts['pathLengthOf'] };
    }
  }
}

function dense(
  { hidden, latents }: Extract<GanParts, { kind: 'dense' }>,
  shape: readonly number[],
  classes?: number,
): BuiltGan {
  if (classes === undefined) return untyped(gan(denseGan({ shape, hidden, latents })));
  const { prior } = denseGan({ shape, hidden, latents });
  const { generator } = denseGan({ shape, hidden, latents: latents + classes });
  const { critic } = denseGan({ shape: [sizeOf(shape) + classes], hidden, latents });
  return untyped(
    conditionalGan({
      generator: concatenated(generator, { classes }),
      critic: flattened(concatenated(critic, { classes })),
      prior,
    }),
  );
}

/** A layer of vectors as one of images. */
function flattened<P>(layer: Layer<Tensor, P, Conditioned>): Layer<Tensor, P, Conditioned> {
  return {
    init: layer.init,
    apply: (params, { x, context }, key) =>
      scope(() => layer.apply(params, { x: reshape(x, [x.shape[0]!, -1]), context }, key)),
  };
}

const plain = <G, D, C>(model: Gan<G, D, C>): GanAndCosts => ({ model: untyped(model), pathLengthOf: pathLength });

/** Forgets types. Sound as long as a model is given parameters of its own `init`, and classes if it was made for them. */
function untyped<G, D, C>(model: Gan<G, D, C>): BuiltGan {
  return model as unknown as BuiltGan;
}

/** Rough: an order of magnitude is enough to refuse what no machine holds. */
function checkSize(parts: GanParts, shape: readonly number[]): void {
  const [height, width] = shape as [number, number, number];
  if (parts.kind === 'dense') {
    const sizes = [sizeOf(shape), ...parts.hidden, parts.latents];
    expectSize(shape, { layers: parts.hidden.length, parameters: 2 * denseWeights(sizes) });
    return;
  }
  const doublings = Math.max(1, Math.ceil(Math.log2(Math.max(height, width) / 7)));
  const widest = parts.kind === 'residual' ? 2 * parts.width : parts.width * 2 ** doublings;
  const blocks = parts.kind === 'r3gan' ? parts.blocks * parts.expansion ** 2 : 2;
  const styles = parts.kind === 'style' ? parts.depth * parts.style ** 2 : 0;
  expectSize(shape, {
    layers: (parts.kind === 'r3gan' ? parts.blocks : parts.kind === 'style' ? parts.depth : 1) * (doublings + 1),
    parameters: 40 * blocks * widest ** 2 + 49 * parts.latents * widest + styles,
  });
}
