import { generate, speculate } from '@genai/autoregressive';
import { disposeTree, key, mapLeaves } from '@genai/core';
import { scope } from '@genai/tensor';
import { mul, type Tensor } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { gpt2, llama, type TransformerParams, transformer } from './index.js';

test('laws: a transformer goes back behind what was not accepted, and draws greedily as if there were no draft', async () => {
  const sizes = { vocabulary: 9, width: 16, heads: 2, context: 40, hidden: 24 };
  const model = transformer(llama({ ...sizes, layers: 2, keyHeads: 1 }));
  const draft = transformer(gpt2({ ...sizes, layers: 1 }));
  const lively = (params: TransformerParams): TransformerParams =>
    scope(() => mapLeaves<Tensor, TransformerParams>(params, (p) => mul(p, 6)));
  const [fresh, small] = [model.init(key(0)), draft.init(key(1))];
  const params = lively(fresh);
  const options = { prompt: [1, 2, 3], steps: 100, greedy: true, key: key(2) };
  const plain = await generate(model, params, options).result;
  for (const ahead of [1, 4]) {
    const made = await speculate(model, params, { ...options, ahead, draft: { model: draft, params: small } }).result;
    expect(made.tokens).toEqual(plain.tokens);
    expect(made.stopped).toBe('longest');
    expect(made.accepted).toBeLessThan(made.proposed);
    const own = await speculate(model, params, { ...options, ahead, greedy: false, draft: { model, params } }).result;
    expect(own.accepted).toBe(own.proposed); // a draft that is the model itself is always right
    expect(own.tokens.length).toBe(38);
  }
  disposeTree([fresh, small, params]);
});
