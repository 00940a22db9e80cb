/** Trains a GAN on a ring of eight narrow Gaussians, without losing one, and counts what it found. */
// #region model
import { useBackend } from '@genai/backend';
import { key } from '@genai/core';
import { draws, gaussianMixture } from '@genai/data';
import { modeCoverage } from '@genai/eval';
import { adversarial, denseGan, gan, r1, r2, relativistic } from '@genai/gan';
import { owned, scope } from '@genai/tensor';
import { adam, compete, ema, train, warmupCosine } from '@genai/train';

const quick = process.argv.includes('--quick');
await useBackend('auto');

const ring = Array.from({ length: 8 }, (_, i) => [Math.cos((Math.PI * i) / 4), Math.sin((Math.PI * i) / 4)]);
const deviation = 0.02;
const points = gan(denseGan({ shape: [2], hidden: [128, 128, 128], latents: 2, output: (x) => x }));
// #endregion model

// #region train
const steps = quick ? 30 : 6_000;
// Each point is judged beside a real one, and the critic is kept flat: no mode can be given up.
const game = adversarial(points, { loss: relativistic(), regularizers: [r1(0.01), r2(0.01)] });
const optimizer = () => adam(warmupCosine({ peak: 2e-3, steps, end: 4e-5 }), { b1: 0, b2: 0.99 });
const contest = compete(game, { optimizers: { critic: optimizer(), generator: optimizer() } });
const step = ema(contest, { decay: 0.999, of: ({ generator }) => generator }); // sample from the average
const data = draws(gaussianMixture({ centres: Float64Array.from(ring.flat()), scale: deviation }), {
  size: 256,
  key: key(1),
});
await using run = train(step, { data, steps, key: key(0) });
for await (const { step, metrics } of run) {
  if (step % 1_000 === 0)
    console.log(step, `critic ${metrics.critic.toFixed(3)}, generator ${metrics.generator.toFixed(3)}`);
}
// #endregion train

// #region measure
const { average: generator, params } = run.state;
using drawn = owned(scope(() => points.given({ ...params, generator }).sample(key(2), [2_500]))); // (2500, 2)
const { modes, highQuality, kl } = await modeCoverage(drawn, ring, { deviation });
console.log(`${modes} of 8 modes, ${(100 * highQuality).toFixed(1)} % of the samples at one, KL ${kl.toFixed(3)} nats`);
// #endregion measure
