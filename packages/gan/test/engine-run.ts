import { disposeTree, type Game, key, leaves, split, type Tree } from '@genai/core';
import { owned, scope, uniformNoise } from '@genai/tensor';
import type { EngineRun } from '@genai/testing/compare-engines';
import { range, type Tensor } from '@tensorflow/tfjs-core';
import {
  type AdversarialBatch,
  type AdversarialMemory,
  adversarial,
  conditionalDcgan,
  conditionalGan,
  dcgan,
  denseGan,
  diffAugment,
  type Gan,
  type GanParams,
  gan,
  nonSaturating,
  r1,
  r2,
  relativistic,
} from '../src/index.js';
import { turns } from './turns.js';

const BATCH = 4;

/** Rounds of a game on the engine that is current, and what the generator then draws. */
export const RUNS: { readonly [name: string]: () => Promise<EngineRun> } = {
  'a dense GAN of points': async () => {
    const model = gan(denseGan({ shape: [2], hidden: [8], latents: 2, output: (x) => x }));
    const game = adversarial(model, { loss: relativistic(), regularizers: [r1(0.1), r2(0.1)] });
    using data = owned({ x: uniformNoise(key(9), [BATCH, 2], { min: 1, max: 2 }) });
    return await rounds(model, game, data.x, undefined);
  },
  'a convolutional GAN with slopes penalised and images augmented': async () => {
    const model = gan(dcgan({ size: 8, width: 4, latents: 3, norm: false }));
    const game = adversarial(model, { loss: nonSaturating(), regularizers: [r1(0.1)], augment: diffAugment() });
    using data = owned({ x: uniformNoise(key(9), [BATCH, 8, 8, 1], { min: -1 }) });
    return await rounds(model, game, data.x, undefined);
  },
  'a class-conditional GAN with batch norm': async () => {
    const model = conditionalGan(conditionalDcgan({ size: 8, width: 4, latents: 3, classes: 3 }));
    const game = adversarial(model, { loss: nonSaturating() });
    using data = owned({ x: uniformNoise(key(9), [3, 8, 8, 1], { min: -1 }), context: range(0, 3, 1, 'int32') });
    return await rounds(model, game, { x: data.x, context: data.context }, data.context);
  },
};

async function rounds<G extends Tree<Tensor>, D extends Tree<Tensor>, C, M extends string>(
  model: Gan<G, D, C>,
  game: Game<Tensor, GanParams<G, D>, AdversarialBatch<C>, M, AdversarialMemory>,
  batch: AdversarialBatch<C>,
  context: C,
): Promise<EngineRun> {
  const step = turns(game, { critic: 0.05, generator: 0.02 });
  const told: { [name: string]: number[] } = { critic: [], generator: [] };
  let state = step.init(key(0));
  for (const k of split(key(1), 4)) {
    const { state: next, metrics } = scope(() => step.run(state, batch, k));
    const kept = new Set(leaves<Tensor>(next as Tree<Tensor>).map(([, leaf]) => leaf));
    for (const [, leaf] of leaves<Tensor>(state as Tree<Tensor>)) if (!kept.has(leaf)) leaf.dispose();
    state = next;
    for (const name of ['critic', 'generator'] as const) told[name]!.push((await metrics[name].data())[0]!);
    disposeTree(metrics as Tree<Tensor>);
  }
  const drawn = scope(() => model.given(state.params, context).sample(key(2), [2]));
  const samples = Array.from(await drawn.data());
  drawn.dispose();
  disposeTree(state);
  return { ...told, samples };
}
