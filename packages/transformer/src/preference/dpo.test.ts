import { readFileSync } from 'node:fs';
import { nll } from '@genai/autoregressive';
import { disposeTree, key, leaves, mapLeaves, mapTrees } from '@genai/core';
import { scope, valueAndGrad } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { memory, mul, scalar, sub, type Tensor, tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { goldenStore, loadConfig, readTensors } from '../../test/checkpoints.js';
import { adapting } from '../adapters/adapting.js';
import { type LoraParams, lora } from '../adapters/lora.js';
import { fromHuggingFace, type Pretrained } from '../hugging-face/from-hugging-face.js';
import { type TransformerParams, transformer } from '../transformer.js';
import { type DpoOptions, dpo, type PreferenceBatch } from './dpo.js';
import { hingePreference, logisticPreference, squaredPreference } from './preference-loss.js';
import { sequenceLogProbs } from './sequence-log-probs.js';

interface Case {
  readonly loss: number;
  readonly accuracy: number;
  readonly margin: number;
  readonly gradient: number[];
}
type Sequences = readonly [tokens: number[][], mask: number[][]];
// golden/dpo.py says how these were made.
const golden = JSON.parse(readFileSync(new URL('../../golden/dpo.json', import.meta.url), 'utf8')) as {
  readonly beta: number;
  readonly chosen: Sequences;
  readonly rejected: Sequences;
  readonly cases: { readonly [name: string]: Case };
};
const OPTIONS: { readonly [name: string]: DpoOptions } = {
  logistic: {},
  smoothed: { loss: logisticPreference({ smoothing: 0.1 }) },
  squared: { loss: squaredPreference, lengthNormalised: true },
  hinge: { loss: hingePreference },
};
const TOLERANCE = { absolute: 2e-5, relative: 1e-4 };

test('goldens: every one has its case', () => {
  expect(Object.keys(OPTIONS)).toEqual(Object.keys(golden.cases));
});

describe.each(Object.entries(golden.cases))('goldens: %s', (name, expected) => {
  test('loss, metrics and gradient as PyTorch has them, with a reference and with what it gave before', async () => {
    const { model, params } = await loaded();
    const options = { ...OPTIONS[name], beta: golden.beta };
    const { lengthNormalised = false } = options;
    scope(() => {
      const reference = halved(params);
      const batch = pairs();
      const of = (side: 'chosen' | 'rejected'): Tensor =>
        sequenceLogProbs(model, reference, batch[side], { lengthNormalised });
      const known = { ...batch, reference: { chosen: of('chosen'), rejected: of('rejected') } };
      for (const [given, held] of [
        [batch, reference],
        [known, undefined],
      ] as const) {
        const objective = dpo(model, held, options);
        const { values, grad } = valueAndGrad((p) => objective.loss(p, given, key(0), scalar(0)), params);
        expectClose(values.loss, [expected.loss], TOLERANCE);
        expectClose(values.accuracy, [expected.accuracy], TOLERANCE);
        expectClose(values.margin, [expected.margin], TOLERANCE);
        expectClose(grad.norm!.scale, expected.gradient, TOLERANCE);
      }
      return {};
    });
    disposeTree(params);
  });
});

test('known answers: against itself a model has loss ln 2, and still the gradient of its own part', async () => {
  const { model, params } = await loaded();
  const before = memory().numTensors;
  scope(() => {
    const batch = pairs();
    const { values, grad } = valueAndGrad((p) => dpo(model, params).loss(p, batch, key(0), scalar(0)), params);
    expectClose(values.loss, [Math.log(2)]);
    expectClose(values.margin, [0]);
    const copy = mapLeaves<Tensor, TransformerParams>(params, (leaf) => mul(leaf, 1));
    const apart = valueAndGrad((p) => dpo(model, copy).loss(p, batch, key(0), scalar(0)), params);
    const expected = new Map(leaves<Tensor>(apart.grad));
    for (const [path, leaf] of leaves<Tensor>(grad)) expectClose(leaf, expected.get(path)!, { absolute: 1e-7 });
    expect(Math.max(...grad.norm!.scale.dataSync().map(Math.abs))).toBeGreaterThan(1e-3);
    return {};
  });
  expect(memory().numTensors).toBe(before);
  disposeTree(params);
});

test('known answers: descended through adapters, the chosen become likelier beside the rejected', async () => {
  const { model, params: base } = await loaded();
  const tuning = lora(model, { rank: 2, targets: ['qkv', 'up'] });
  const objective = adapting(dpo(model, base, { beta: 0.5 }), tuning, base);
  const batch = pairs();
  let params = objective.init(key(0));
  const margins: number[] = [];
  for (let step = 0; step < 40; step++) {
    const made = scope(() => {
      const { values, grad } = valueAndGrad((p) => objective.loss(p, batch, key(0), scalar(step)), params);
      margins.push(values.margin.dataSync()[0]!);
      return mapTrees<Tensor, LoraParams>((p, g) => sub(p!, mul(g!, 0.3)), params, grad);
    });
    disposeTree(params);
    params = made;
  }
  expect(margins[0]).toBeCloseTo(0, 6);
  expect(margins.at(-1)!).toBeGreaterThan(1);
  disposeTree([base, params, batch]);
});

test('laws: the sum of sequences is what nll averages', async () => {
  const { model, params } = await loaded();
  scope(() => {
    const { chosen } = pairs();
    const sums = Array.from(sequenceLogProbs(model, params, chosen).dataSync());
    const total = sums.reduce((sum, x) => sum + x, 0);
    const counted = golden.chosen[1].flatMap((row) => row.slice(1)).reduce((sum, x) => sum + x, 0);
    expectClose(nll(model).loss(params, chosen, key(0), scalar(0)).loss, [-total / counted]);
    return {};
  });
  disposeTree(params);
});

test('errors: what is out of range, missing or does not fit', async () => {
  const { model, params } = await loaded();
  expect(() => dpo(model, params, { beta: 0 })).toThrow('dpo: beta must be above 0, got 0');
  expect(() => logisticPreference({ smoothing: 0.5 })).toThrow('smoothing must be at least 0 and below 0.5, got 0.5');
  const batch = pairs();
  const at = scalar(0);
  const one = tensor1d([0]);
  const before = memory().numTensors;
  expect(() => dpo(model, undefined).loss(params, batch, key(0), at)).toThrow('dpo: there is no reference');
  const known = { ...batch, reference: { chosen: one, rejected: one } };
  expect(() => dpo(model, undefined).loss(params, known, key(0), at)).toThrow('the reference of the chosen');
  expect(memory().numTensors).toBe(before);
  disposeTree([params, batch, at, one]);
});

/** Without its begin token, which the program in PyTorch does not put in front. */
async function loaded(): Promise<Pick<Pretrained, 'model' | 'params'>> {
  const store = goldenStore('gpt2');
  const { model, params } = await fromHuggingFace(await loadConfig(store), readTensors(store));
  const { beginToken: _, ...config } = model.config;
  return { model: transformer(config), params };
}

function pairs(): PreferenceBatch {
  const of = ([tokens, mask]: Sequences): PreferenceBatch['chosen'] => ({
    elements: tensor2d(tokens, undefined, 'int32'),
    mask: tensor2d(mask),
  });
  return { chosen: of(golden.chosen), rejected: of(golden.rejected) };
}

function halved(params: TransformerParams): TransformerParams {
  return mapLeaves<Tensor, TransformerParams>(params, (leaf) => mul(leaf, 0.5));
}
