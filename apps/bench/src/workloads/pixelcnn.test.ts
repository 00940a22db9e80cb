import { useBackend } from '@genai/backend';
import { key } from '@genai/core';
import { owned, scope } from '@genai/tensor';
import { tensor4d } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { logits, type Params, pixelcnn } from './pixelcnn.js';

beforeAll(async () => {
  await useBackend('wasm');
});

test('a logit depends on the pixels before it and on no other', () => {
  const prepared = pixelcnn.setup({ batch: 1, key: key(0) });
  using state = owned(prepared.step.init(key(1)) as { params: Params });
  const at = 28 * 13 + 15;
  const [blank, dotted] = [0, 1].map((value) => {
    const pixels = new Float32Array(784);
    pixels[at] = value;
    return scope(() => logits(state.params, tensor4d(pixels, [1, 28, 28, 1])).dataSync() as never) as Float32Array;
  });
  const changed = [...blank!].flatMap((logit, i) => (logit === dotted![i] ? [] : [i]));
  expect(changed[0]).toBe(at + 1); // the next pixel is the first to feel it
  expect(changed).toContain(at + 27); // and of the next row also the one to the left
  prepared.dispose();
});
