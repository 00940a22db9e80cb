import { readFileSync } from 'node:fs';
import { nll } from '@genai/autoregressive';
import { disposeTree, key, leaves } from '@genai/core';
import { truncatedNormal } from '@genai/nn';
import { scope, valueAndGrad } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { concat, reshape, type Tensor, tensor, tensor2d, transpose } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { llama, transformer } from '../index.js';
import { fullConfig } from '../transformer-config.js';
import { type ExpertParams, expertLayer, expertWeights } from './expert-layer.js';

const SIZES = { vocabulary: 7, width: 8, layers: 2, heads: 2, context: 12, hidden: 6 };
const small = truncatedNormal(0.02);

// golden/experts.py
test('goldens: what the sparse block of Mixtral makes', () => {
  const { state, x, y } = JSON.parse(readFileSync(new URL('../../golden/experts.json', import.meta.url), 'utf8'));
  const experts = { count: 4, active: 2 };
  const layer = expertLayer(fullConfig(llama({ ...SIZES, experts })), experts, { into: small, out: small });
  const made = scope(() => {
    const raised = tensor(state['experts.gate_up_proj']) as Tensor; // (4, 6 + 6, 8)
    const halves = reshape(raised, [4, 2, 6, 8]);
    const params: ExpertParams = {
      router: { weight: transpose(tensor2d(state['gate.weight'])) },
      up: { weight: reshape(transpose(halves, [3, 1, 0, 2]), [8, 2 * 4 * 6]) }, // all gates, then all ups
      down: { weight: reshape(transpose(tensor(state['experts.down_proj']), [0, 2, 1]), [4 * 6, 8]) },
    };
    return { y: reshape(layer.apply(params, tensor(x)), [-1]) };
  });
  expectClose(made.y, y.flat(2), { absolute: 1e-5 });
  disposeTree(made);
});

test('known answers: weights of those chosen, normalised or not', () => {
  const logits = tensor2d([[0, Math.log(2), Math.log(3)]]);
  const [normalised, plain] = scope(() => [
    expertWeights(logits, { count: 3, active: 2 }),
    expertWeights(logits, { count: 3, active: 2, normalised: false }),
  ]) as [Tensor, Tensor];
  expectClose(normalised, [0, 2 / 5, 3 / 5]);
  expectClose(plain, [0, 2 / 6, 3 / 6]);
  disposeTree([logits, normalised, plain]);
});

test('laws: a transformer of experts steps as it runs, and its router learns', () => {
  const model = transformer(llama({ ...SIZES, experts: { count: 3, active: 2 } }));
  const params = model.init(key(0));
  const x = tensor2d(
    [
      [1, 2, 3, 4],
      [5, 6, 0, 1],
    ],
    [2, 4],
    'int32',
  );
  const { values, grad } = valueAndGrad((p) => nll(model).loss(p, x, key(1), undefined as never), params);
  for (const [path, leaf] of leaves<Tensor>(grad)) {
    expect(Math.max(...leaf.dataSync().map(Math.abs)), path).toBeGreaterThan(0);
  }
  const both = scope(() => {
    const whole = model.run(params, x, model.start(params, 2)).next.logits;
    const first = model.run(
      params,
      tensor2d(
        [
          [1, 2, 3],
          [5, 6, 0],
        ],
        [2, 3],
        'int32',
      ),
      model.start(params, 2),
    );
    const last = model.step(params, tensor([4, 1], [2], 'int32'), first.state).next.logits;
    return { whole, pieces: concat([first.next.logits, reshape(last, [2, 1, 7])], 1) };
  });
  expectClose(both.pieces, both.whole, { absolute: 1e-6 });
  disposeTree([values.loss, grad, params, x, both]);
});
