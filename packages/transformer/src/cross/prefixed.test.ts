import { generate, generateBatch, nll } from '@genai/autoregressive';
import { disposeTree, key } from '@genai/core';
import { gather, normalNoise, scope, valueAndGrad } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { concat, memory, reshape, slice, stack, type Tensor, tensor1d, tensor2d, tile } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { gpt2, llama, type TransformerParams, transformer } from '../index.js';
import { prefixed } from './prefixed.js';

const SIZES = { vocabulary: 11, width: 16, layers: 2, heads: 4, context: 10, hidden: 24, beginToken: 0 };
const MODELS = [
  ['gpt2', transformer(gpt2(SIZES))],
  ['llama', transformer(llama(SIZES))],
] as const;
const tokens = (): Tensor => tensor2d([1, 2, 3, 4, 5, 6, 7, 8], [2, 4], 'int32');
/** The embeddings of these tokens, (1, 3, width). */
const named = ({ embedding }: TransformerParams): Tensor =>
  reshape(gather((embedding as { table: Tensor }).table, tensor1d([9, 10, 1], 'int32')), [1, 3, 16]);

test.each(MODELS)('known answers: a prefix of embedded tokens is those tokens: %s', (_, model) => {
  const params = model.init(key(0));
  const prompted = prefixed(model, { length: 3 });
  expect(prompted.longest).toBe(7);
  scope(() => {
    const before = tile(tensor2d([9, 10, 1], [1, 3], 'int32'), [2, 1]);
    const whole = model.run(params, concat([before, tokens()], 1), model.start(params, 2)).next.logits;
    const start = prompted.start(params, 2, tile(named(params), [2, 1, 1]));
    const want = slice(whole, [0, 3, 0], [2, 4, 11]);
    expectClose(prompted.run(params, tokens(), start).next.logits, want, { absolute: 1e-5 });
    for (const room of [0, 4]) {
      let state = room ? prompted.reserve!(start, room) : start;
      const made = [0, 1, 2, 3].map((t) => {
        const one = prompted.step(params, reshape(slice(tokens(), [0, t], [2, 1]), [2]), state);
        state = one.state;
        return one.next.logits;
      });
      expectClose(stack(made, 1), want, { absolute: 1e-5 });
    }
    return {};
  });
  disposeTree(params);
});

test('laws: drawing in a batch gives what drawing alone gives, up to the context, and without a prefix the plain model draws', async () => {
  const [, model] = MODELS[1];
  const params = model.init(key(0));
  const prompted = prefixed(model, { length: 3 });
  const context = normalNoise(key(2), [2, 3, 16]);
  const options = { steps: 100, greedy: true, key: key(1) };
  const together = await generateBatch(prompted, params, { ...options, prompts: [[1, 2], [3]], context }).result;
  for (const [row, prompt] of [[1, 2], [3]].entries()) {
    const own = slice(context, [row, 0, 0], [1, 3, 16]);
    const { tokens, stopped } = await generate(prompted, params, { ...options, prompt, context: own }).result;
    expect(together[row]!.tokens).toEqual(tokens);
    expect([tokens.length + prompt.length, stopped]).toEqual([7, 'longest']); // the begin token is one, the last is fed to nothing
    own.dispose();
  }
  const plain = await generate(model, params, { ...options, steps: 5 }).result;
  expect((await generate(prompted, params, { ...options, steps: 5 }).result).tokens).toEqual(plain.tokens);
  disposeTree([params, context]);
});

test('laws: a soft prompt has a gradient, and nothing is left over', () => {
  const before = memory().numTensors;
  const [, model] = MODELS[0];
  const params = model.init(key(0));
  const prompted = prefixed(model, { length: 3 });
  const [soft, elements] = [{ prompt: normalNoise(key(2), [1, 3, 16]) }, tokens()];
  const { values, grad } = valueAndGrad(({ prompt }) => {
    const batch = { elements, context: tile(prompt, [2, 1, 1]) };
    return nll(prompted).loss(params, batch, key(1), undefined as never);
  }, soft);
  const [rows] = grad.prompt.arraySync() as number[][][];
  for (const row of rows!) expect(Math.max(...row.map(Math.abs))).toBeGreaterThan(1e-4);
  disposeTree([params, soft, elements, values, grad]);
  expect(memory().numTensors).toBe(before);
});

test('errors: prefixes that do not fit', () => {
  const [, model] = MODELS[0];
  expect(() => prefixed(model, { length: 0 })).toThrow('length');
  expect(() => prefixed(model, { length: 10 })).toThrow('below the context of 10');
  const params = model.init(key(0));
  const context = normalNoise(key(2), [2, 4, 16]);
  expect(() => prefixed(model, { length: 3 }).start(params, 2, context)).toThrow('prefixed: the context');
  disposeTree([params, context]);
});
