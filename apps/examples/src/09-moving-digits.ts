/** Trains a GAN of short clips on digits that bounce off the borders, and measures whether they move as they should. */
import { writeFile } from 'node:fs/promises';
import { useBackend } from '@genai/backend';
import { key } from '@genai/core';
import { batches, type Dataset, encodePng, imageGrid, map, movingPictures } from '@genai/data';
import { digits } from '@genai/data/node';
import { sampleHealth } from '@genai/eval';
import { adversarial, gan, r1, r2, relativistic, videoGan } from '@genai/gan';
import { downsample } from '@genai/nn';
import { owned, scope } from '@genai/tensor';
import { adam, compete, ema, train } from '@genai/train';
import { abs, mean, mul, reshape, slice, sub, type Tensor } from '@tensorflow/tfjs-core';

const quick = process.argv.includes('--quick');
await useBackend('auto');

// #region data
const [frames, size] = [8, 16];
// Without their margin, and half as large: (batch, 10, 10, 1).
const small = map((await digits()).train, ({ images }) =>
  downsample().apply({}, slice(images, [0, 4, 4, 0], [images.shape[0]!, 20, 20, 1])),
);
const moving = movingPictures(small, { frames, size, key: key(7), velocity: 1.5 });
const clips: Dataset<Tensor> = map(moving, (x) => sub(mul(x, 2), 1)); // (batch, 8, 16, 16, 1) in [−1, 1]
// #endregion data

// #region model
const model = gan(videoGan({ frames, size, width: quick ? 2 : 16, latents: 32 }));
const game = adversarial(model, { loss: relativistic(), regularizers: [r1(10), r2(10)] });
const optimizer = () => adam(1e-3, { b1: 0, b2: 0.99 });
const contest = compete(game, { optimizers: { critic: optimizer(), generator: optimizer() } });
const step = ema(contest, { decay: 0.99, of: ({ generator }) => generator });
// #endregion model

// #region train
const data = batches(clips, { size: quick ? 4 : 16, key: key(1) });
await using run = train(step, { data, steps: quick ? 3 : 1_200, key: key(0) });
for await (const { step, metrics } of run) {
  if (step % 100 === 0) {
    console.log(`step ${step}: critic ${metrics.critic.toFixed(3)}, generator ${metrics.generator.toFixed(3)}`);
  }
}
// #endregion train

// #region measure
const count = quick ? 16 : 512;
const { average: generator, params } = run.state;
using real = owned(await clips.read(Uint32Array.from({ length: count }, (_, i) => i)));
using drawn = owned(scope(() => model.given({ ...params, generator }).sample(key(2), [count]))); // (count, 8, 16, 16, 1)
const [moved, asked] = [await motion(drawn), await motion(real)];
console.log(`a pixel changes by ${moved.toFixed(3)} from frame to frame, in real clips by ${asked.toFixed(3)}`);
using seen = owned({ real: features(real), drawn: features(drawn) });
const health = await sampleHealth(seen.real, seen.drawn);
console.log(
  `${health.why} Precision ${health.precision.toFixed(2)}, coverage ${health.coverage.toFixed(2)}, ` +
    `Fréchet distance ${health.frechet.toFixed(2)} of ${4 * 4 * 4} coarse features`,
);
// #endregion measure

// #region draw
// A clip a row: four real ones, then eight generated.
const rows = async (x: Tensor, clips: number): Promise<Float32Array> =>
  ((await x.data()) as Float32Array).slice(0, clips * frames * size * size).map((value) => (value + 1) / 2);
const pixels = Float32Array.of(...(await rows(real, 4)), ...(await rows(drawn, 8)));
const strip = imageGrid({ data: pixels, shape: [12 * frames, size, size, 1] }, { columns: frames, background: 96 });
const picture = new URL('moving-digits.png', import.meta.url);
await writeFile(picture, encodePng(strip));
console.log(`wrote ${picture.pathname}`);
// #endregion draw

/** How much a pixel differs from that of the frame before, the mean of all; a clip that stands still has 0. */
async function motion(x: Tensor): Promise<number> {
  using change = owned(
    scope(() => {
      const part = (from: number): Tensor => slice(x, [0, from, 0, 0, 0], [count, frames - 1, size, size, 1]);
      return mean(abs(sub(part(1), part(0))));
    }),
  );
  return (await change.data())[0]!;
}

/** Where a clip is bright and when, (count, 64): means over two frames and 4 × 4 pixels, which do not tell whether a digit can be read. */
function features(x: Tensor): Tensor {
  return scope(() => {
    const coarse = downsample({ factor: 4 }).apply({}, reshape(x, [count * frames, size, size, 1])); // (count · 8, 4, 4, 1)
    return reshape(mean(reshape(coarse, [count, frames / 2, 2, 16]), 2), [count, 64]);
  });
}
