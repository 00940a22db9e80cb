/** One model of each family for points of the plane, all of about 9,000 parameters and trained on batches of one size. */
import { made, normalEmission, nll as sequenceNll, sequences, vectorNll } from '@genai/autoregressive';
import { type Batches, type Key, leaves, randomUniform, type Step, split, type Tree } from '@genai/core';
import { draws, type Toy } from '@genai/data';
import { gaussian, standardNormal } from '@genai/distributions';
import { nll, rationalQuadraticMap, realNvp } from '@genai/flow';
import { adversarial, denseGan, gan, r1, r2, relativistic } from '@genai/gan';
import { mlp } from '@genai/nn';
import { owned, scope, silu } from '@genai/tensor';
import { type Averaged, adam, compete, ema, minimize } from '@genai/train';
import { gpt2, transformer } from '@genai/transformer';
import { elbo, importanceWeightedNll, vae } from '@genai/vae';
import { mean, neg, sub, type Tensor, type Tensor2D, tensor2d } from '@tensorflow/tfjs-core';
import { EXTENT } from '../common/density.js';
import type { Contestant } from './contestants.js';

/** A model with all that is needed to train it and to look at it, whatever its parameters are. */
export interface Entry {
  readonly step: Step<Tree<Tensor>, Tensor, Metrics>;
  readonly data: Batches<Tensor>;
  /** `count` draws, x and y in turn. */
  readonly sample: (state: Tree<Tensor>, key: Key, count: number) => Promise<Float32Array>;
  /** −log p of `points` (x and y in turn) in nats, the mean; of the VAE a bound from above. */
  readonly nats?: (state: Tree<Tensor>, points: Float32Array, key: Key) => Promise<number>;
  /** How many numbers are learnt. */
  readonly parameters: (state: Tree<Tensor>) => number;
}

type Metrics = { readonly [name: string]: Tensor };

const BATCH = 128;
/** Of the average that is looked at. */
const DECAY = 0.98;
/** Cells along each axis for the transformer, whose tokens they are; one token more begins. */
const CELLS = 60;
const CELL = (2 * EXTENT) / CELLS;
/** Draws of z in the bound of the VAE. */
const DRAWS = 64;

/** The points to learn come from `toy()`, in an order that `key` gives. */
export const MODELS: { readonly [name in Contestant]: (toy: Toy, key: Key) => Entry } = {
  vae: (toy, key) => {
    const layers = (from: number) => mlp([from, 64, 64, 4], { activation: silu });
    const model = vae({ encoder: gaussian(layers(2)), decoder: gaussian(layers(2)), prior: standardNormal(2) });
    return entry({
      step: averaged(minimize(elbo(model), adam(2e-3))),
      data: pointsOf(toy, key),
      sample: (params, draw, count) => host(() => model.given(params).sample(draw, [count])), // (count, 2)
      nats: (params, points, draw) =>
        number(() => mean(importanceWeightedNll(model, params, plane(points), { samples: DRAWS, key: draw }))),
    });
  },
  gan: (toy, key) => {
    const model = gan(denseGan({ shape: [2], hidden: [64, 64], latents: 2, output: (x) => x }));
    const optimizer = () => adam(2e-3, { b1: 0, b2: 0.99 });
    const game = adversarial(model, { loss: relativistic(), regularizers: [r1(0.02), r2(0.02)] });
    const contest = compete(game, { optimizers: { critic: optimizer(), generator: optimizer() } });
    return entry({
      step: averaged(contest),
      data: pointsOf(toy, key),
      sample: (params, draw, count) => host(() => model.given(params).sample(draw, [count])),
    });
  },
  flow: (toy, key) => {
    const map = rationalQuadraticMap({ bins: 8, bound: EXTENT });
    const model = realNvp({ features: 2, transforms: 4, hidden: [36, 36], map });
    return entry({
      step: averaged(minimize(nll(model), adam(2e-3))),
      data: pointsOf(toy, key),
      sample: (params, draw, count) => host(() => model.given(params).sample(draw, [count])),
      nats: (params, points) => number(() => neg(mean(model.given(params).logProb(plane(points))))),
    });
  },
  autoregressive: (toy, key) => {
    const model = made({ features: 2, hidden: [64, 64], emission: normalEmission({ mixtures: 12, floor: 0.02 }) });
    return entry({
      step: averaged(minimize(vectorNll(model), adam(2e-3))),
      data: pointsOf(toy, key),
      sample: (params, draw, count) => host(() => model.given(params).sample(draw, [count])),
      nats: (params, points) => number(() => neg(mean(model.given(params).logProb(plane(points))))),
    });
  },
  transformer: (toy, key) => {
    const sizes = { vocabulary: CELLS + 1, width: 24, layers: 1, heads: 2, context: 2 };
    const model = transformer({ ...gpt2(sizes), beginToken: CELLS });
    const pairs = sequences(model, { length: 2 });
    const data = draws({ shape: [2], sample: (k, count) => tokensOf(toy.sample(k, count)) }, { size: BATCH, key });
    return entry({
      step: averaged(minimize(sequenceNll(model), adam(3e-3))),
      data,
      sample: async (params, draw, count) => {
        const [first, second] = split(draw);
        const tokens = await host(() => pairs.given(params).sample(first, [count])); // (count, 2)
        const within = randomUniform(second, tokens.length);
        return tokens.map((token, i) => CELL * (token + within[i]!) - EXTENT);
      },
      // Even within a cell: p(x) = P(cell) / CELL², and 0 outside of the square.
      nats: (params, points) =>
        number(() =>
          sub(
            2 * Math.log(CELL),
            mean(pairs.given(params).logProb(tensor2d(tokensOf(points), [points.length / 2, 2], 'int32'))),
          ),
        ),
    });
  },
};

type AveragedState = { readonly params: Tree<Tensor>; readonly average: Tree<Tensor> };

interface Typed<S extends AveragedState> {
  readonly step: Step<S, Tensor, Metrics>;
  readonly data: Batches<Tensor>;
  readonly sample: (average: S['average'], key: Key, count: number) => Promise<Float32Array>;
  readonly nats?: (average: S['average'], points: Float32Array, key: Key) => Promise<number>;
}

/** Forgets the types of one family, so that a list can hold all. */
function entry<S extends AveragedState>({ step, data, sample, nats }: Typed<S>): Entry {
  return {
    step: step as unknown as Entry['step'],
    data,
    sample: (state, key, count) => sample((state as S).average, key, count),
    ...(nats && { nats: (state, points, key) => nats((state as S).average, points, key) }),
    parameters: (state) => leaves((state as S).params).reduce((sum, [, { size }]) => sum + size, 0),
  };
}

function averaged<S extends { readonly params: Tree<Tensor> }, M extends Metrics>(
  step: Step<S, Tensor, M>,
): Step<S & Averaged<S['params']>, Tensor, M> {
  return ema(step, { decay: DECAY });
}

function pointsOf(toy: Toy, key: Key): Batches<Tensor> {
  return draws(toy, { size: BATCH, key });
}

/** Points, x and y in turn, as (count, 2). */
function plane(points: Float32Array): Tensor2D {
  return tensor2d(points, [points.length / 2, 2]);
}

/** The cell of each coordinate; what lies outside of the square counts as in the cell at its border. */
function tokensOf(points: Float32Array): Int32Array {
  return Int32Array.from(points, (x) => Math.max(0, Math.min(CELLS - 1, Math.floor((x + EXTENT) / CELL))));
}

/** The numbers of a tensor that `make` makes. */
async function host(make: () => Tensor): Promise<Float32Array> {
  using made = owned(scope(() => ({ value: make() })));
  return Float32Array.from(await made.value.data());
}

async function number(make: () => Tensor): Promise<number> {
  return (await host(make))[0]!;
}
