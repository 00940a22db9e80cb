import { generate, generateBatch } from '@genai/autoregressive';
import { CAPTURE, type CanCapture, disposeTree, key } from '@genai/core';
import { owned, scope } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { engine, type Tensor, tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import { afterAll, expect, test } from 'vitest';
// @boundaries-ignore the models of this package are run here on engines that it must not import
import { useBackend } from '../../backend/src/use-backend.js';
import { gpt2, quantised, type TransformerParams, transformer } from '../src/index.js';

afterAll(async () => void (await useBackend('cpu')));

const model = transformer(gpt2({ vocabulary: 40, width: 64, layers: 2, heads: 4, context: 24 }));

/** Logits of some tokens, and what is drawn. */
async function run(
  bits: 4 | 8 | 16,
): Promise<{ readonly logits: readonly number[]; readonly drawn: readonly number[][] }> {
  const params = model.init(key(0));
  const small = await quantised(params, { bits });
  using made = owned(
    scope(() => {
      const tokens = tensor2d([1, 2, 3, 4, 5, 6, 7, 8], [1, 8], 'int32');
      return { logits: model.run(small, tokens, model.start(small, 1)).next.logits };
    }),
  );
  const logits = Array.from(await made.logits.data());
  const one = await generate(model, small, { prompt: [1, 2, 3], steps: 12, key: key(1) }).result;
  const rows = await generateBatch(model, small, { prompts: [[1], [2, 3]], steps: 6, key: key(2) }).result;
  disposeTree([params, small]);
  return { logits, drawn: [one.tokens, ...rows.map(({ tokens }) => tokens)].map((row) => [...row]) };
}

// WASM composes them, and simd has kernels, which it records and replays.
test.each((['wasm', 'simd'] as const).flatMap((name) => ([16, 8, 4] as const).map((bits) => [name, bits] as const)))(
  'engines: %s computes with %i bits as cpu does',
  async (name, bits) => {
    await useBackend('cpu');
    const expected = await run(bits);
    await useBackend(name);
    expect(CAPTURE in engine().backend).toBe(name === 'simd');
    const got = await run(bits);
    expectClose(got.logits, expected.logits, { absolute: 1e-4 });
    expect(got.drawn).toEqual(expected.drawn);
  },
);

test.each([16, 4] as const)('laws: a step with weights of %i bits is captured by simd', async (bits) => {
  await useBackend('simd');
  const params = model.init(key(0));
  const small = await quantised(params, { bits });
  type Inputs = { readonly small: TransformerParams; readonly token: Tensor };
  const step = ({ small, token }: Inputs): { readonly y: Tensor } =>
    scope(() => ({ y: model.step(small, token, model.start(small, 1)).next.logits }));
  const captured = (engine().backend as unknown as CanCapture)[CAPTURE](step);
  for (const [i, token] of [3, 7, 3, 9, 1].entries()) {
    using made = owned(
      scope(() => {
        const inputs = { small, token: tensor1d([token], 'int32') };
        return { want: step(inputs).y, got: captured.run(inputs, key(i)).y };
      }),
    );
    expectClose(made.got, made.want, { absolute: 0 });
  }
  expect(captured.captured).toBe(true);
  captured.dispose();
  disposeTree([params, small]);
});
