import { isLeaf, type Key, type Samples, sizeOf } from '@genai/core';
import { scope } from '@genai/tensor';
import { expandDims, reshape, type Tensor, tile } from '@tensorflow/tfjs-core';
import type { Gan } from './gan.js';

/** What the generator makes of codes of the prior, for each row of the context if there is one. */
export function samplesOf<G, C>(
  model: Pick<Gan<G, unknown, C>, 'generate' | 'prior'>,
  generator: G,
  context: C,
  layers?: Key,
): Samples<Tensor> {
  return {
    sample: (key, shape = []) =>
      scope(() => {
        const rows = isLeaf(context) ? (context as unknown as Tensor) : undefined;
        const count = sizeOf(shape);
        const batch = rows ? [rows.shape[0] ?? 1] : [];
        const z = model.prior().sample(key, [count * sizeOf(batch)]); // (count · batch, …latent)
        const again = rows ? repeated(rows, count) : rows;
        const x = model.generate(generator, z, again as C, layers); // (count · batch, …event)
        return reshape(x, [...shape, ...batch, ...x.shape.slice(1)]);
      }),
  };
}

/** The rows `count` times over. */
function repeated(rows: Tensor, count: number): Tensor {
  if (count === 1) return rows;
  const stacked = tile(expandDims(rows, 0), [count, ...rows.shape.map(() => 1)]);
  return reshape(stacked, [count * (rows.shape[0] ?? 1), ...rows.shape.slice(1)]);
}
