/**
 * Trains a VAE to see digits through strong noise and behind a black square, and measures it on held-out digits beside filters
 * and beside a VAE that was trained on clean digits alone.
 */
// #region data
import { writeFile } from 'node:fs/promises';
import { useBackend } from '@genai/backend';
import { type Key, key, split } from '@genai/core';
import { batches, encodePng, imageGrid, map } from '@genai/data';
import { digits } from '@genai/data/node';
import { normalNoise, owned, scope, uniformNoise } from '@genai/tensor';
import { adam, minimize, train } from '@genai/train';
import { denoise, denoising, denseVae, elbo, inpaint, reconstruct, vae } from '@genai/vae';
import {
  add,
  cast,
  clipByValue,
  concat,
  floor,
  greaterEqual,
  less,
  logicalAnd,
  mean,
  min,
  mul,
  pad,
  range,
  reshape,
  slice,
  stack,
  sub,
  type Tensor,
  topk,
  where,
} from '@tensorflow/tfjs-core';

const quick = process.argv.includes('--quick');
await useBackend('auto');

const digit = await digits();
const pictures = ({ images }: { images: Tensor }): Tensor => images; // (batch, 28, 28, 1) in [0, 1]
const data = batches(map(digit.train, pictures), { size: quick ? 20 : 100, key: key(1) });
// #endregion data

// #region corrupt
/** Noise as strong as half the way from black to white, cut off at both. */
const noisy = (x: Tensor, k: Key): Tensor => clipByValue(add(x, mul(normalNoise(k, x.shape), 0.5)), 0, 1);
/** 1 where a picture can be seen, 0 in a square of 12 × 12 somewhere in its middle. */
function seen([batch = 1]: readonly number[], k: Key): Tensor {
  const [down, across] = split(k);
  const within = (from: Key, shape: number[]): Tensor => {
    const start = floor(mul(uniformNoise(from, [batch, 1, 1, 1]), 9)); // 0 … 8
    const place = sub(reshape(range(0, 28), shape), add(start, 4));
    return logicalAnd(greaterEqual(place, 0), less(place, 12));
  };
  return sub(1, cast(logicalAnd(within(down, [1, 28, 1, 1]), within(across, [1, 1, 28, 1])), 'float32')); // (batch, 28, 28, 1)
}
/** One or the other, as chance will have it: pure, and given its key, so that a step can be replayed. */
function corrupted(x: Tensor, k: Key): Tensor {
  const [choice, noise, place] = split(k, 3);
  const hidden = less(uniformNoise(choice, [x.shape[0]!, 1, 1, 1]), 0.5);
  return where(hidden, mul(x, seen(x.shape, place)), noisy(x, noise));
}
// #endregion corrupt

// #region train
const model = vae(denseVae({ shape: [28, 28, 1], hidden: [512], latents: 32 }));
const steps = quick ? 10 : 3_000;
await using taught = train(minimize(denoising(model, corrupted), adam(1e-3)), { data, steps, key: key(0) });
await using clean = train(minimize(elbo(model), adam(1e-3)), { data, steps, key: key(0) });
for (const [name, run] of Object.entries({ 'denoising VAE': taught, 'the same on clean digits': clean })) {
  for await (const { step, metrics } of run) {
    if (step % 1_000 === 0) console.log(`${name}, step ${step}: loss ${metrics.loss.toFixed(1)} nats`);
  }
}
const [knows, naive] = [taught.state.params, clean.state.params];
// #endregion train

// #region measure
const count = quick ? 20 : 500;
using held = owned({ x: await map(digit.test, pictures).read(Uint32Array.from({ length: count }, (_, i) => i)) });
using spoilt = owned(
  scope(() => {
    const visible = seen(held.x.shape, key(5));
    return { noisy: noisy(held.x, key(4)), visible, masked: mul(held.x, visible) };
  }),
);
// Draws of z average what they leave open, in the hope of less squared error; where q(z | x) is wider than it should be, they lose.
const draws = { key: key(6), samples: quick ? 2 : 16 };
using restored = owned(
  scope(() => ({
    'the noisy digits': add(spoilt.noisy, 0),
    'mean of 3 × 3': mean(around(spoilt.noisy, 3), -1),
    'median of 3 × 3': median(around(spoilt.noisy, 3)),
    'median of 5 × 5': median(around(spoilt.noisy, 5)),
    'VAE of clean digits': reconstruct(model, naive, spoilt.noisy),
    'denoising VAE, z at its mean': denoise(model, knows, spoilt.noisy),
    [`denoising VAE, mean of ${draws.samples} draws`]: denoise(model, knows, spoilt.noisy, draws),
  })),
);
await report(`${count} held-out digits with noise of deviation 0.5`, restored);

/** What is seen stays, the rest is filled in: for those who are told where the square is. */
const filled = (x: Tensor): Tensor => add(spoilt.masked, mul(x, sub(1, spoilt.visible)));
using completed = owned(
  scope(() => ({
    'the masked digits': add(spoilt.masked, 0),
    'VAE of clean digits': reconstruct(model, naive, spoilt.masked),
    'denoising VAE': denoise(model, knows, spoilt.masked, draws),
    'told where: VAE of clean digits': filled(reconstruct(model, naive, spoilt.masked)),
    'told where: the same by inpaint': inpaint(model, naive, held.x, spoilt.visible, {
      key: key(7),
      steps: quick ? 2 : 20,
      samples: draws.samples,
    }),
    'told where: denoising VAE': filled(denoise(model, knows, spoilt.masked, draws)),
  })),
);
await report('the same with a square of 12 × 12 blacked out', completed);

/** Mean absolute error, and the peak signal-to-noise ratio, averaged over pictures. */
async function report(title: string, kinds: Readonly<Record<string, Tensor>>): Promise<void> {
  console.log(`\n${title}`);
  const wanted = await held.x.data();
  for (const [name, x] of Object.entries(kinds)) {
    const made = await x.data();
    let [psnr, apart] = [0, 0];
    for (let i = 0; i < count; i++) {
      let squares = 0;
      for (let at = 784 * i; at < 784 * (i + 1); at++) {
        squares += (made[at]! - wanted[at]!) ** 2 / 784;
        apart += Math.abs(made[at]! - wanted[at]!) / (784 * count);
      }
      psnr -= (10 * Math.log10(squares)) / count;
    }
    console.log(`  ${name.padEnd(34)} PSNR ${psnr.toFixed(2)} dB, L1 ${apart.toFixed(4)}`);
  }
}

/** The pixels around each, black beyond the edge: (batch, 28, 28, 1, size²). */
function around(x: Tensor, size: number): Tensor {
  const reach = (size - 1) / 2;
  const edge: [number, number] = [reach, reach];
  const wide = pad(x, [[0, 0], edge, edge, [0, 0]]);
  const places = Array.from({ length: size ** 2 }, (_, i) => [0, Math.floor(i / size), i % size, 0]);
  return stack(
    places.map((place) => slice(wide, place, x.shape)),
    -1,
  );
}

/** Of an odd count: the least of the upper half. */
function median(x: Tensor): Tensor {
  return min(topk(x, (x.shape.at(-1)! + 1) / 2).values, -1);
}
// #endregion measure

// #region picture
const shown = [held.x, ...Object.values(restored), ...Object.values(completed)]; // a row of ten for each
using rows = owned({
  x: scope(() =>
    concat(
      shown.map((x) => slice(x, [0], [10])),
      0,
    ),
  ),
});
const file = new URL('13-denoise.png', import.meta.url);
const grid = imageGrid({ data: (await rows.x.data()) as Float32Array, shape: rows.x.shape }, { columns: 10 });
await writeFile(file, encodePng(grid));
console.log(`\nwrote ${file.pathname}`);
// #endregion picture
