import { disposeTree, key, mapTrees, type Objective, split, type Tree } from '@genai/core';
import { owned, scope, uniformNoise, valueAndGrad } from '@genai/tensor';
import type { EngineRun } from '@genai/testing/compare-engines';
import { cast, less, mul, scalar, sub, type Tensor } from '@tensorflow/tfjs-core';
import {
  convolutionalVae,
  denoise,
  denseVae,
  elbo,
  importanceWeightedNll,
  interpolate,
  iwae,
  latentGrid,
  type VaeWithMeans,
  vae,
} from '../src/index.js';

const SHAPE = [8, 8, 1];
const LATENTS = 4;

/** Five steps of training on the engine that is current, and every use of the model that it leaves. */
export const RUNS: { readonly [name: string]: () => Promise<EngineRun> } = {
  'a dense VAE': () => run(vae(denseVae({ shape: SHAPE, hidden: [16], latents: LATENTS }))),
  'a convolutional VAE': () => run(vae(convolutionalVae({ size: 8, width: 4, hidden: [16], latents: LATENTS }))),
};

async function run<P extends Tree<Tensor>>(model: VaeWithMeans<P>): Promise<EngineRun> {
  using data = owned({ x: scope(() => cast(less(uniformNoise(key(9), [6, ...SHAPE]), 0.4), 'float32')) });
  const { x } = data;
  const trained = await descend(model, elbo(model, { beta: 0.5, freeBits: 0.05 }), x);
  const weighted = await descend(model, iwae(model, { samples: 3 }), x);
  using params = owned(trained.params);
  disposeTree(weighted.params);
  const options = { key: key(3), samples: 10 }; // more terms than webgpu binds to one shader
  return {
    'the losses of the ELBO': trained.losses,
    'the losses of the importance-weighted bound': weighted.losses,
    'the bound': await read(() => importanceWeightedNll(model, params, x, options)),
    'denoised images': await read(() => denoise(model, params, x, options)),
    'an interpolation': await read(() => interpolate(model, params, x, sub(1, x), { steps: 3, spherical: true })),
    'a plane of latents': await read(() => latentGrid(model, params, { rows: 3 })),
  };
}

async function descend<P extends Tree<Tensor>>(
  model: VaeWithMeans<P>,
  objective: Objective<Tensor, P, Tensor, never>,
  x: Tensor,
): Promise<{ losses: number[]; params: P }> {
  const keys = split(key(1), 5);
  const losses: number[] = [];
  let params = model.init(key(0));
  for (const [i, k] of keys.entries()) {
    const { loss, next } = scope(() => {
      const { values, grad } = valueAndGrad((p: P) => ({ loss: objective.loss(p, x, k, scalar(i)).loss }), params);
      return { loss: values.loss, next: mapTrees<Tensor, P>((p, g) => sub(p, mul(g!, 0.02)), params, grad) };
    });
    disposeTree(params);
    params = next;
    losses.push(...(await read(() => loss)));
  }
  return { losses, params };
}

async function read(make: () => Tensor): Promise<number[]> {
  const made = scope(make);
  const numbers = Array.from(await made.data());
  made.dispose();
  return numbers;
}
