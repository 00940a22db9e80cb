/** A layer, a data set and a metric of your own: each is a plain value that fits a contract. */
import { useBackend } from '@genai/backend';
import { key, type Layer, type Samples } from '@genai/core';
import { batches, fromArrays } from '@genai/data';
import { gaussian, standardNormal } from '@genai/distributions';
import { elbo as elboMetric, evaluate, type Metric } from '@genai/eval';
import { dense, sequential } from '@genai/nn';
import { normalNoise } from '@genai/tensor';
import { adamW, minimize, train, warmupCosine } from '@genai/train';
import { elbo, vae } from '@genai/vae';
import { abs, mean, mul, sin, sub, type Tensor } from '@tensorflow/tfjs-core';

const quick = process.argv.includes('--quick'); // a few steps, to see that it runs
await useBackend('auto');

/** A layer is a pair of pure functions: sine units with a frequency that is learnt. */
type Sine = { frequency: Tensor };
const sine = (width: number): Layer<Tensor, Sine> => ({
  init: (key) => ({ frequency: normalNoise(key, [width]) }),
  apply: ({ frequency }, x) => sin(mul(x, frequency)), // (batch, width)
});

/** A data set is arrays on the host: points on a noisy circle. */
const count = 4_000;
const points = Float32Array.from({ length: 2 * count }, (_, i) => {
  const angle = (2 * Math.PI * Math.floor(i / 2)) / count;
  return i % 2 ? Math.sin(angle) : Math.cos(angle);
});
const circle = fromArrays({ data: points, shape: [count, 2] });

/** A metric says in its type what it needs of a model; this one only draws. */
const meanGap: Metric<Samples<Tensor>> = {
  measure: (model, x, key) => abs(sub(mean(x), mean(model.sample(key, [x.shape[0]!])))),
};

const model = vae({
  encoder: gaussian(sequential(dense(2, 32), sine(32), dense(32, 2 * 2))),
  decoder: gaussian(sequential(dense(2, 32), sine(32), dense(32, 2 * 2))),
  prior: standardNormal(2),
});
const steps = quick ? 20 : 1_500;
await using run = train(minimize(elbo(model), adamW(warmupCosine({ peak: 3e-3, warmup: 10, steps, end: 1e-4 }))), {
  data: batches(circle, { size: 128, key: key(1) }),
  steps,
  key: key(0),
});
for await (const { step, metrics } of run) {
  if (step % 250 === 0) console.log(`step ${step}: −ELBO ${metrics.loss.toFixed(3)} nats`);
}
console.log(
  await evaluate(model, run.state.params, {
    data: batches(circle, { size: 500, epochs: 1 }),
    key: key(2),
    metrics: { elbo: elboMetric(), gap: meanGap },
  }),
);
