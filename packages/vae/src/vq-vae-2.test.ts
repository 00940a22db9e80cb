import { key, leaves } from '@genai/core';
import { binary } from '@genai/distributions';
import { conv2d, conv2dTranspose, dense } from '@genai/nn';
import { owned, scope, uniformNoise, valueAndGrad } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { stepLaws } from '@genai/testing/step-laws';
import { cast, less, mul, scalar, sum, type Tensor } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { descending } from '../test/descending.js';
import { codeBookUpdates } from './code-book-updates.js';
import { decodeCodes } from './decode-codes.js';
import { encodeCodes } from './encode-codes.js';
import { vqLoss } from './vq-loss.js';
import { vqVae2 } from './vq-vae-2.js';

const model = vqVae2({
  encoder: {
    features: conv2d(1, 3, { kernel: 4, strides: 2 }), // (batch, 4, 4, 3)
    top: conv2d(3, 2, { kernel: 4, strides: 2 }), // (batch, 2, 2, 2)
    across: conv2dTranspose(2, 3, { kernel: 4, strides: 2 }), // (batch, 4, 4, 3)
    bottom: dense(6, 2),
  },
  decoder: {
    upsample: conv2dTranspose(2, 3, { kernel: 4, strides: 2 }),
    pixels: binary(conv2dTranspose(3 + 2, 1, { kernel: 4, strides: 2 })),
  },
  codes: 4,
  width: 2,
});
const images = (): Tensor => scope(() => cast(less(uniformNoise(key(9), [3, 8, 8, 1]), 0.4), 'float32'));

stepLaws('codeBookUpdates of vqVae2', () => ({
  step: codeBookUpdates(descending(vqLoss(model, { codeBook: 0 }), 0.01), model),
  batch: images,
}));

test('laws: the gradient of the loss reaches every part, and both code books', () => {
  using world = owned({ params: scope(() => model.init(key(0))), x: images() });
  const made = scope(() =>
    valueAndGrad((p: typeof world.params) => vqLoss(model).loss(p, world.x, key(1), scalar(0)), world.params),
  );
  using result = owned(made);
  for (const [path, g] of leaves<Tensor>(result.grad)) expect(Math.hypot(...g.dataSync()), path).toBeGreaterThan(0);
  expect(result.values.perplexity.dataSync()[0]).toBeGreaterThanOrEqual(1);
});

test('laws: the bottom vectors depend on the top ones through their codes, straight through', () => {
  using world = owned({ params: scope(() => model.init(key(0))), x: images() });
  const { params, x } = world;
  const gradient = scope(() => {
    const bottom = (p: typeof params): { loss: Tensor } => ({ loss: sum(mul(model.encode(p, x).bottom, 1)) });
    return valueAndGrad(bottom, params).grad;
  });
  using grad = owned(gradient);
  const size = (g: Tensor): number => Math.hypot(...g.dataSync());
  expect(size(grad.encoder.top.weight)).toBeGreaterThan(0);
  expect(size(grad.encoder.across.weight)).toBeGreaterThan(0);
  expect(size(grad.codes.top)).toBe(0); // they are moved by their own term of the loss
});

test('known answers: codes of both grids decode to the distortion of the loss', () => {
  using world = owned({ params: scope(() => model.init(key(0))), x: images() });
  using codes = owned(encodeCodes(model, world.params, world.x));
  expect([codes.top.shape, codes.bottom.shape]).toEqual([
    [3, 2, 2],
    [3, 4, 4],
  ]);
  expect([codes.top.dtype, codes.bottom.dtype]).toEqual(['int32', 'int32']);
  using again = owned({ x: decodeCodes(model, world.params, { top: codes.top, bottom: codes.bottom }) });
  expect(again.x.shape).toEqual([3, 8, 8, 1]);
  using made = owned(scope(() => vqLoss(model).loss(world.params, world.x, key(1), scalar(0))));
  const pixels = Array.from(world.x.dataSync());
  const p = again.x.dataSync();
  const wanted = pixels.reduce((total, bit, i) => total - Math.log(bit ? p[i]! : 1 - p[i]!), 0) / 3;
  expectClose(made.distortion, [wanted], { absolute: 1e-3, relative: 1e-4 });
});

test('errors', () => {
  const wide = vqVae2({
    encoder: { features: dense(2, 2), top: dense(2, 3), across: dense(2, 2), bottom: dense(4, 2) },
    decoder: { upsample: dense(2, 2), pixels: binary(dense(4, 2)) },
    width: 2,
    codes: 2,
  });
  using world = owned({ params: scope(() => wide.init(key(0))), x: uniformNoise(key(1), [3, 2]) });
  expect(() => encodeCodes(wide, world.params, world.x)).toThrow(/output of encoder.top: got shape \[3, 3\]/);
});
