import { CAPTURE, type CanCapture, key } from '@genai/core';
import { owned, scope, valueAndGrad } from '@genai/tensor';
import { compareEngines, type EngineRun } from '@genai/testing/compare-engines';
import { add, engine, mean, mul, sub, type Tensor, tensor, zeros } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
// @boundaries-ignore the metrics of this package are run here on engines that it must not import
import { useBackend } from '../../backend/src/use-backend.js';
import { hashed } from '../golden/hashed.js';
import { fashionClassifier } from '../src/fashion-classifier.js';
import { cleanResize, type ResizeFilter } from '../src/images/clean-resize.js';
import { fashionFeatures } from '../src/images/fashion-features.js';
import { type InceptionParams, inceptionGraph } from '../src/images/inception-graph.js';
import { lpipsDistance } from '../src/images/lpips-distance.js';
import { multiScaleSsim } from '../src/images/multi-scale-ssim.js';
import { psnr } from '../src/images/psnr.js';
import { ssim } from '../src/images/ssim.js';

const FILTERS: readonly ResizeFilter[] = ['box', 'bilinear', 'bicubic', 'lanczos'];
const two = { range: 1, exponents: [0.5, 0.5] };

/** Each is a loss of two batches of images, by which one is trained, and what else is measured of them. */
const RUNS: { readonly [name: string]: () => Promise<EngineRun> } = {
  ssim: () =>
    training((a, b) => mul(mean(ssim(a, b, { range: 1 })), -1), {
      psnr: (a, b) => psnr(a, b, { range: 1 }),
      inside: (a, b) => ssim(a, b, { range: 1, inside: true }),
    }),
  multiScaleSsim: () => training((a, b) => mul(mean(multiScaleSsim(a, b, two)), -1)),
  lpipsDistance: () => {
    const distance = lpipsDistance({ maps: (x) => [x, cleanResize(x, [11, 7])] });
    return training((a, b) => mean(distance(a, b)), { distance });
  },
  cleanResize: () =>
    training(
      (a, b) => mean(mul(cleanResize(a, [9, 31]), cleanResize(b, [9, 31]))),
      Object.fromEntries(
        FILTERS.map((filter) => [filter, (a: Tensor) => cleanResize(a, [9, 31], { filter })] as const),
      ),
    ),
  fashionFeatures: () => {
    const { net } = fashionClassifier();
    const found = (images: Tensor) => {
      const { extract, probabilities } = fashionFeatures(net.init(key(0)));
      return probabilities!(extract(images));
    };
    return training((a, b) => mean(mul(found(a), found(b))), { probabilities: found });
  },
  'parts of Inception': () =>
    training((a) => mean(inceptionPart(0, a)), {
      pools: () => inceptionPart(2, tensor(hashed(9, 7 * 7 * 192), [1, 7, 7, 192])), // (1, 3, 3, 768)
    }),
};

compareEngines('simd' as 'wasm', RUNS, useBackend); // the kit does not name it

test('laws: a step that trains by them is recorded and replayed on simd', async () => {
  await useBackend('simd');
  const distance = lpipsDistance({ maps: (x) => [x, cleanResize(x, [11, 7])] });
  const loss = ({ a, b }: { a: Tensor; b: Tensor }) => ({
    loss: mean(add(sub(distance(a, b), ssim(a, b, { range: 1 })), sub(multiScaleSsim(a, b, two), psnr(a, b, two)))),
  });
  const step = (inputs: { a: Tensor; b: Tensor }) => {
    const { values, grad } = valueAndGrad(loss, inputs);
    return { loss: values.loss, slope: grad.a };
  };
  const captured = (engine().backend as unknown as CanCapture)[CAPTURE](step);
  using inputs = owned({ a: images(3), b: images(4) });
  const sizes: number[] = [];
  for (let i = 0; i < 5; i++) {
    using found = owned(captured.run(inputs, key(i)));
    sizes.push((await found.loss.data())[0]! + (await found.slope.data())[100]!);
  }
  expect(captured.captured).toBe(true);
  expect(new Set(sizes).size).toBe(1);
  captured.dispose();
  await useBackend('cpu');
});

/** A stage of the net with small random weights. */
function inceptionPart(stage: number, x: Tensor): Tensor {
  const { stages, filters } = inceptionGraph();
  const wanted = [...filters].filter(([name]) => /^(Conv2d_[12]|Mixed_[56])/.test(name));
  const params: InceptionParams = Object.fromEntries(
    wanted.map(([name, shape], i) => {
      const [height, width, inputs, outputs] = shape;
      const size = height * width * inputs * outputs;
      const weight = hashed(100 + i, size).map((value) => (value - 0.4) / Math.sqrt(size / outputs));
      return [name, { weight: tensor(weight, [...shape]), bias: zeros([outputs]) }];
    }),
  );
  return stages[stage]!(params, x);
}

const images = (seed: number): Tensor => tensor(hashed(seed, 2 * 25 * 23 * 3), [2, 25, 23, 3]);

/** Two losses with a step of gradient descent at the first images between them, and other numbers of the images. */
async function training(
  loss: (a: Tensor, b: Tensor) => Tensor,
  others: { readonly [what: string]: (a: Tensor, b: Tensor) => Tensor } = {},
): Promise<EngineRun> {
  const made = scope(() => {
    const [a, b] = [images(3), images(4)];
    const { values, grad } = valueAndGrad((at: { a: Tensor }) => ({ loss: loss(at.a, b) }), { a });
    const measured = Object.entries(others).map(([what, f]) => [what, f(a, b)] as const);
    return { losses: [values.loss, loss(sub(a, grad.a), b)], grad: grad.a, ...Object.fromEntries(measured) };
  });
  const { losses, ...rest } = made;
  const run: { [what: string]: number[] } = { losses: [] };
  for (const loss of losses) run.losses!.push(...(await numbersOf(loss)));
  for (const [what, numbers] of Object.entries(rest)) run[what] = await numbersOf(numbers);
  return run;
}

async function numbersOf(found: Tensor): Promise<number[]> {
  const numbers = Array.from(await found.data());
  found.dispose();
  return numbers;
}
