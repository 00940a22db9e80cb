import { expectIntegers, GenaiError, type Layer } from '@genai/core';
import { scope } from '@genai/tensor';
import { reshape, type Tensor, transpose } from '@tensorflow/tfjs-core';

/**
 * A critic that judges `count` examples at once, joined along their last axis: a generator that gives the same thing again
 * and again then gives itself away.
 *
 * From (batch, …, channels) to batch / count numbers; `layer` takes count · channels of them. Real and generated examples
 * are never mixed in a pack. The penalties of a slope, {@link r1} and its like, measure it example by example as before.
 *
 * @example
 * const model = gan({ generator: mlp([2, 64, 2]), critic: packed(mlp([2 * 3, 64, 1]), 3), prior: standardNormal(2) });
 * @throws GenaiError if `count` is not an integer of at least 1; when applied, if it does not divide the batch.
 * @source Lin et al. 2018, "PacGAN: the power of two samples in generative adversarial networks", section 2.
 */
export function packed<P>(layer: Layer<Tensor, P>, count: number): Layer<Tensor, P> {
  expectIntegers('packed', { count });
  return {
    init: layer.init,
    apply: (params, x, key) => scope(() => layer.apply(params, joined(x, count), key)),
  };
}

/** (batch, …, channels) → (batch / count, …, count · channels). */
function joined(x: Tensor, count: number): Tensor {
  const [batch = 0, ...event] = x.shape;
  if (event.length === 0 || batch % count !== 0) {
    throw new GenaiError(
      `packed: got shape [${x.shape.join(', ')}], expected a batch that ${count} divides, of examples with at least one axis.`,
    );
  }
  const packs = batch / count;
  const last = event.length + 1;
  const axes = Array.from({ length: event.length - 1 }, (_, i) => i + 2);
  const turned = transpose(reshape(x, [packs, count, ...event]), [0, ...axes, 1, last]);
  return reshape(turned, [packs, ...event.slice(0, -1), count * event.at(-1)!]);
}
