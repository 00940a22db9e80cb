import { expectIntegers, fold, GenaiError, type Key, split } from '@genai/core';
import { scope } from '@genai/tensor';
import { add, div, greater, type Tensor, where } from '@tensorflow/tfjs-core';
import { drawPrior } from './draw-prior.js';
import type { VaeWithMeans } from './reconstruct.js';

export interface InpaintOptions {
  readonly key: Key;
  /** Moves of each chain; 50 unless given. */
  readonly steps?: number;
  /** Chains that are averaged; 1 unless given. */
  readonly samples?: number;
}

/**
 * `x` with what `mask` hides filled in, shape (batch, …event): where the mask is 1 as in `x`, elsewhere E[x | z] with z from
 * the end of a chain, averaged over `samples` chains.
 *
 * The mask broadcasts to the shape of `x`; what it hides in `x` is never looked at. A chain starts from a draw of the model
 * and repeats encode, decode, put the known pixels back. One chain gives one sharp answer of many, the mean of many chains
 * the estimate of least squared error. The chain draws from p(hidden | known) as far as q(z | x) is the true posterior;
 * where they differ, so do the answers.
 *
 * @example
 * const known = concat([ones([1, 14, 28, 1]), zeros([1, 14, 28, 1])], 1); // the upper halves
 * using whole = owned(inpaint(digits, params, images, known, { key: key(0), steps: 30 }));
 * @throws GenaiError unless `steps` and `samples` are integers of at least 1 and the mask broadcasts to the shape of `x`.
 * @source Rezende et al. 2014, "Stochastic backpropagation and approximate inference in deep generative models", appendix F.
 */
export function inpaint<P>(
  model: VaeWithMeans<P>,
  params: P,
  x: Tensor,
  mask: Tensor,
  { key, steps = 50, samples = 1 }: InpaintOptions,
): Tensor {
  expectIntegers('inpaint', { steps, samples });
  expectMask(x, mask);
  return scope(() => {
    const known = greater(mask, 0.5);
    const end = (s: number): Tensor => chain(model, params, x, known, { key: fold(key, s), steps });
    let total = end(0);
    for (let s = 1; s < samples; s++) {
      const [before, draw] = [total, end(s)];
      total = add(before, draw);
      before.dispose();
      draw.dispose();
    }
    return where(known, x, div(total, samples));
  });
}

/** E[x | z] at the last z, (batch, …event). No more than one move's tensors are alive at a time. */
function chain<P>(
  model: VaeWithMeans<P>,
  params: P,
  x: Tensor,
  known: Tensor,
  { key, steps }: { readonly key: Key; readonly steps: number },
): Tensor {
  const [start, ...moves] = split(key, steps + 1) as [Key, ...Key[]];
  let filled = scope(() => {
    const [first, second] = split(start);
    const z = drawPrior(model.prior(params), first, x.shape[0] ?? 1);
    return where(known, x, model.decode(params, z).sample(second));
  });
  for (const [i, move] of moves.entries()) {
    const before = filled;
    filled = scope(() => {
      const [first, second] = split(move);
      const px = model.decode(params, model.encode(params, before).sample(first));
      return i === steps - 1 ? px.mean() : where(known, x, px.sample(second));
    });
    before.dispose();
  }
  return filled;
}

function expectMask(x: Tensor, mask: Tensor): void {
  const lead = x.rank - mask.rank;
  if (lead >= 0 && mask.shape.every((size, i) => size === 1 || size === x.shape[lead + i])) return;
  throw new GenaiError(
    `inpaint: mask has shape [${mask.shape}], x has shape [${x.shape}]. Pass a mask that broadcasts to x, 1 where x is known.`,
  );
}
