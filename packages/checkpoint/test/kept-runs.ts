import { type Batches, leaves, type Step, type Tree } from '@genai/core';
import { type Tensor, tensor2d } from '@tensorflow/tfjs-core';
// @boundaries-ignore runs of models that this package keeps and must not import
import { nll } from '../../autoregressive/src/index.js';
// @boundaries-ignore likewise
import { binary, gaussian, standardNormal } from '../../distributions/src/index.js';
// @boundaries-ignore likewise
import { mlp } from '../../nn/src/index.js';
// @boundaries-ignore likewise
import { adam, adamW, chain, clipByGlobalNorm, ema, minimize } from '../../train/src/index.js';
// @boundaries-ignore likewise
import { gpt2, transformer } from '../../transformer/src/index.js';
// @boundaries-ignore likewise
import { elbo, vae } from '../../vae/src/index.js';

/** A run whose checkpoints are kept from release to release. */
export interface KeptRun {
  readonly config: { readonly [name: string]: unknown };
  readonly step: Step<State, Tensor, { readonly loss: Tensor }>;
  readonly data: Batches<Tensor>;
}

export type State = { readonly [name: string]: Tree<Tensor> } & { readonly params: Tree<Tensor> };

/** Steps made before a run is kept. */
export const STEPS = 3;

/** What `expected.json` of a release says of the files beside it. */
export interface Kept {
  readonly version: string;
  readonly runs: { readonly [name: string]: KeptNumbers };
  /** The parameters of the first run as `save` wrote them in halves, `saveTensors` in shards, `encodeGguf` in blocks. */
  readonly halves: Sums;
  readonly shards: Sums;
  readonly gguf: Sums;
}

export interface KeptNumbers {
  readonly step: number;
  readonly cursor: number;
  readonly key: readonly number[];
  readonly metrics: { readonly loss: number };
  readonly sums: Sums;
  /** One step later. */
  readonly next: { readonly loss: number; readonly sums: Sums };
}

/** Of each tensor by its path: its type and shape, and Σᵢ (1 + i mod 7) xᵢ, which knows a number and its place. */
export type Sums = { readonly [path: string]: readonly [what: string, sum: number] };

/** The runs by name. A release may build its models otherwise, never of other parameters: then its checkpoints do not load. */
export function keptRuns(): { readonly [name: string]: KeptRun } {
  const digits = vae({
    encoder: gaussian(mlp([6, 8, 2 * 2])),
    decoder: binary(mlp([2, 8, 6])),
    prior: standardNormal(2),
  });
  const config = gpt2({ vocabulary: 7, width: 8, layers: 1, heads: 2, context: 8 });
  const optimizer = chain(clipByGlobalNorm(1), adamW(1e-2, { weightDecay: 0.1, decays: (_, leaf) => leaf.rank > 1 }));
  return {
    vae: {
      config: { family: 'vae', features: 6, hidden: 8, latents: 2 },
      step: minimize(elbo(digits), adam(1e-2)) as unknown as KeptRun['step'],
      data: counted([8, 6], (n) => (n % 5 < 2 ? 1 : 0), 'float32'),
    },
    gpt: {
      config: { family: 'gpt', ...config },
      step: ema(minimize(nll(transformer(config)), optimizer), { decay: 0.9 }) as unknown as KeptRun['step'],
      data: counted([4, 9], (n) => (n * n) % 7, 'int32'),
    },
  };
}

export function sumsOf(tree: Tree<Tensor>): Sums {
  return Object.fromEntries(
    leaves<Tensor>(tree).map(([path, leaf]) => [
      path,
      [`${leaf.dtype} [${leaf.shape.join(', ')}]`, weighedSum(leaf.dataSync())],
    ]),
  );
}

export function weighedSum(values: ArrayLike<number>): number {
  return Array.from(values).reduce((sum, value, i) => sum + (1 + (i % 7)) * value, 0);
}

/** Batches that count: number n of all numbers drawn is `f(n)`. */
function counted(shape: [number, number], f: (n: number) => number, dtype: 'float32' | 'int32'): Batches<Tensor> {
  const size = shape[0] * shape[1];
  async function* open(cursor: number): AsyncGenerator<Tensor, void, undefined> {
    for (let number = cursor; ; number++) {
      const values = Array.from({ length: size }, (_, i) => f(number * size + i + Math.floor(i / 3)));
      const batch = tensor2d(values, shape, dtype);
      try {
        yield batch;
      } finally {
        batch.dispose();
      }
    }
  }
  return { from: open, [Symbol.asyncIterator]: () => open(0) };
}
