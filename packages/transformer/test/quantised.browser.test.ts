import { generate } from '@genai/autoregressive';
import { disposeTree, key } from '@genai/core';
import { owned, scope } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { tensor2d } from '@tensorflow/tfjs-core';
import { afterAll, expect, test } from 'vitest';
// @boundaries-ignore the models of this package are run here on engines that it must not import
import { useBackend } from '../../backend/src/use-backend.js';
import { gpt2, quantised, transformer } from '../src/index.js';

afterAll(async () => void (await useBackend('cpu')));

test('engines: webgpu computes with half the bits as cpu does, and draws the same', async () => {
  const model = transformer(gpt2({ vocabulary: 40, width: 32, layers: 1, heads: 2, context: 16 }));
  const run = async (engine: 'cpu' | 'webgpu'): Promise<{ logits: Float32Array; drawn: readonly number[] }> => {
    await useBackend(engine);
    const params = model.init(key(0));
    const small = await quantised(params, { bits: 16 });
    using made = owned(
      scope(() => {
        const tokens = tensor2d([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], [1, 10], 'int32'); // more rows than are few
        return { logits: model.run(small, tokens, model.start(small, 1)).next.logits };
      }),
    );
    const logits = await made.logits.data<'float32'>();
    const { tokens } = await generate(model, small, { prompt: [1, 2], steps: 4, key: key(1) }).result;
    disposeTree([params, small]);
    return { logits, drawn: [...tokens] };
  };
  const [want, got] = [await run('cpu'), await run('webgpu')];
  expectClose(got.logits, want.logits, { absolute: 1e-4 });
  expect(got.drawn).toEqual(want.drawn);
});
