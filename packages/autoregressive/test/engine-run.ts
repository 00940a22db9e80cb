import {
  type Distribution,
  disposeTree,
  key,
  type Model,
  mapTrees,
  type Objective,
  randomIntegers,
  sizeOf,
  split,
  type Tree,
} from '@genai/core';
import { lstm } from '@genai/nn';
import { scope, valueAndGrad } from '@genai/tensor';
import type { EngineRun } from '@genai/testing/compare-engines';
import { mul, scalar, sub, type Tensor, tensor } from '@tensorflow/tfjs-core';
import {
  beamSearch,
  binaryPixels,
  gatedPixelCnn,
  generate,
  generateBatch,
  made,
  minGru,
  nade,
  nll,
  type PixelNet,
  pixelCnn,
  pixelModel,
  recurrentNet,
  type SequenceNet,
  selectiveStateSpace,
  stackedNet,
  tokenModel,
  vectorNll,
  waveNet,
} from '../src/index.js';

const VOCABULARY = 7;
const WIDTH = 6;

/** A step of training on the engine that is current, and what is then scored and drawn. */
export const RUNS: { readonly [name: string]: () => Promise<EngineRun> } = {
  'characters of two LSTMs': () => characters(stackedNet([recurrentNet(lstm(WIDTH, 8)), recurrentNet(lstm(8, WIDTH))])),
  'characters of minimal GRUs': () => characters(minGru(WIDTH, 8)),
  'characters of a selective state space': () => characters(selectiveStateSpace(WIDTH, { state: 3, kernel: 3 })),
  'characters of a WaveNet': () => characters(waveNet({ inputs: WIDTH, width: 4, skip: 5, outputs: WIDTH, layers: 3 })),
  'pictures of a PixelCNN': () => pictures(pixelCnn({ width: 4, layers: 2, firstKernel: 5, head: 6 })),
  'pictures of a gated PixelCNN': () => pictures(gatedPixelCnn({ width: 4, layers: 2 })),
  'bits of MADE in two orders': () => binary(made({ features: 6, hidden: [8, 8], orders: 2 }), [6]),
  'bits of NADE': () => binary(nade({ features: 6, hidden: 8 }), [6]),
};

/** Tokens are compared as numbers: another token is off by 1 at least. */
async function characters<N extends Tree<Tensor>, S extends Tree<Tensor>>(net: SequenceNet<N, S>): Promise<EngineRun> {
  const model = tokenModel({ vocabulary: VOCABULARY, net, beginToken: 0 });
  const text = integers([3, 8], VOCABULARY, 'int32'); // (batch, time)
  const { losses, params } = await descent(nll(model), text);
  const logits = await numbers(() => model.run(params, text, model.start(params, 3)).next.logits);
  const options = { prompt: [1, 2, 3], steps: 8, key: key(1) };
  const greedy = await generate(model, params, { ...options, greedy: true }).result;
  const drawn = await generate(model, params, { ...options, topP: 0.95 }).result;
  const rows = await generateBatch(model, params, { prompts: [[1], [], [2, 3]], steps: 5, key: key(2) }).result;
  const beams = await beamSearch(model, params, { beams: 3, steps: 4 });
  disposeTree(params);
  text.dispose();
  return {
    losses,
    logits,
    greedy: greedy.tokens,
    drawn: drawn.tokens,
    logProbs: [...greedy.logProbs, ...drawn.logProbs],
    rows: rows.flatMap(({ tokens }) => tokens),
    beams: beams.flatMap(({ tokens, logProb }) => [...tokens, logProb]),
  };
}

function pictures<N extends Tree<Tensor>, S extends Tree<Tensor>>(net: PixelNet<N, S>): Promise<EngineRun> {
  return binary(pixelModel({ net, emission: binaryPixels(), height: 5, width: 6 }), [5, 6, 1]);
}

async function binary<P extends Tree<Tensor>>(
  model: Model<P, Distribution<Tensor>>,
  event: readonly number[],
): Promise<EngineRun> {
  const x = integers([4, ...event], 2, 'float32'); // (batch, …event)
  const { losses, params } = await descent(vectorNll(model), x);
  const logProbs = await numbers(() => model.given(params).logProb(x)); // (batch)
  const drawn = await numbers(() => model.given(params).sample(key(2), [2])); // (2, …event)
  disposeTree(params);
  x.dispose();
  return { losses, logProbs, drawn };
}

/** Two losses, with one move of gradient descent between them. */
async function descent<P extends Tree<Tensor>>(
  objective: Objective<Tensor, P, Tensor>,
  batch: Tensor,
): Promise<{ losses: number[]; params: P }> {
  const losses: number[] = [];
  let params = objective.init(key(0));
  for (const k of split(key(1), 2)) {
    const { loss, next } = scope(() => {
      const { values, grad } = valueAndGrad((p) => objective.loss(p, batch, k, scalar(0)), params);
      return { loss: values.loss, next: mapTrees<Tensor, P>((p, g) => sub(p!, mul(g!, 0.1)), params, grad) };
    });
    disposeTree(params);
    params = next;
    losses.push((await loss.data())[0]!);
    loss.dispose();
  }
  return { losses, params };
}

async function numbers(compute: () => Tensor): Promise<number[]> {
  const made = scope(compute);
  const values = Array.from(await made.data());
  made.dispose();
  return values;
}

function integers(shape: number[], below: number, dtype: 'int32' | 'float32'): Tensor {
  return tensor(randomIntegers(key(9), sizeOf(shape), { min: 0, max: below }), shape, dtype);
}
