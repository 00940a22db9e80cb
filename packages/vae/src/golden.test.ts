import { type Distribution, key, leaves, type Model, type NoParams, type Objective } from '@genai/core';
import { binary, gaussian, independent, logistic, standardNormal } from '@genai/distributions';
import { type DenseParams, mlp } from '@genai/nn';
import { scope, silu, valueAndGrad } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { add, mul, ones, scalar, type Tensor, tensor, zeros } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import golden from '../golden/bounds.json' with { type: 'json' };
import { elbo } from './elbo.js';
import { importanceWeightedNll } from './importance-weighted-nll.js';
import { iwae } from './iwae.js';
import { type Vae, type VaeParams, vae } from './vae.js';

// Goldens of PyTorch in float64 with the same weights, data and noise; the recipe is golden/bounds.py.

type Params = VaeParams<readonly DenseParams[], readonly DenseParams[], NoParams>;
type Case = (typeof golden.cases)[number];

const [features, hidden, latents] = [4, 5, 2];
const [samples, batch] = golden.noise.shape as [number, number];

/** The model of the goldens: draw s from q(z | x) is made of noise[s]. */
function model(decoder: string, estimated = false): Vae<Params> {
  const net = (...sizes: number[]) => mlp(sizes, { activation: silu });
  const size = batch * latents;
  let draw = 0;
  const q = gaussian(net(features, hidden, 2 * latents));
  const encoder: typeof q = {
    ...q,
    given: (params, x) => {
      const normal = q.given(params, x);
      const { loc, scale } = normal.base;
      const noise = (s: number) => tensor(golden.noise.values.slice(s * size, (s + 1) * size), [batch, latents]);
      return { ...normal, sample: () => add(loc, mul(scale, noise(draw++))) };
    },
  };
  const logisticPrior = { init: () => ({}), given: () => independent(logistic(zeros([latents]), ones([latents])), 1) };
  const prior: Model<NoParams, Distribution<Tensor>> = estimated ? logisticPrior : standardNormal(latents);
  const likelihoods: { readonly [name: string]: Model<readonly DenseParams[], Distribution<Tensor>, Tensor> } = {
    binary: binary(net(latents, hidden, features)),
    gaussian: gaussian(net(latents, hidden, 2 * features)),
  };
  return vae({ encoder, decoder: likelihoods[decoder]!, prior });
}

function paramsOf(decoder: string): Params {
  const net = (layers: typeof golden.encoder): DenseParams[] =>
    layers.map(({ weight, bias }) => ({ weight: tensorOf(weight), bias: tensorOf(bias) }));
  return { encoder: net(golden.encoder), decoder: net(golden[decoder as 'binary']), prior: {} };
}

function tensorOf([shape, values]: (number | number[])[][]): Tensor {
  return tensor(values as number[], shape as number[]);
}

function objectiveOf({ name, decoder }: Case): Objective<Tensor, Params, Tensor, 'kl' | 'distortion'> {
  if (name === 'iwae') return iwae(model(decoder), { samples }) as never;
  const options = {
    elbo: {},
    'elbo, gaussian decoder': {},
    'elbo, beta 4': { beta: 4 },
    'elbo, free bits': { beta: 0.5, freeBits: 0.8 },
    'elbo, logistic prior': {},
  }[name];
  if (!options) throw new Error(`golden/bounds.json has "${name}", which this test does not know.`);
  return elbo(model(decoder, name === 'elbo, logistic prior'), options);
}

test.each(golden.cases)(
  'goldens: $name with a $decoder decoder has the loss and the gradients of PyTorch',
  (reference) => {
    scope(() => {
      const params = paramsOf(reference.decoder);
      const objective = objectiveOf(reference);
      const x = tensor(golden.x.values, golden.x.shape);
      const { values, grad } = valueAndGrad((p: Params) => objective.loss(p, x, key(0), scalar(0)), params);
      const watched = ['loss', 'kl', 'distortion'] as const;
      for (const name of watched) {
        if (reference[name] !== undefined)
          expectClose(values[name], [reference[name]], { absolute: 1e-5, relative: 1e-5 });
      }
      const found = leaves<Tensor>(grad);
      expect(found).toHaveLength(reference.grad.length);
      for (const [i, [, g]] of found.entries()) {
        const scale = Math.max(...reference.grad[i]!.map(Math.abs));
        expectClose(g, reference.grad[i]!, { absolute: 1e-5 * (1 + scale), relative: 1e-4 });
      }
    });
  },
);

test.each(Object.entries(golden.bounds))(
  'goldens: the bound of %s samples is that of PyTorch, for every x',
  (count, bound) => {
    scope(() => {
      const x = tensor(golden.x.values, golden.x.shape);
      const nll = importanceWeightedNll(model('binary'), paramsOf('binary'), x, {
        samples: Number(count),
        key: key(0),
      });
      expectClose(
        nll,
        bound.map((value) => -value),
        { absolute: 1e-5, relative: 1e-5 },
      );
    });
  },
);
