/** Changes the engine in the middle of a run: the state moves over and the losses go on. */
import { describeBackend, useBackend } from '@genai/backend';
import { key } from '@genai/core';
import { draws, moons } from '@genai/data';
import { gaussian, standardNormal } from '@genai/distributions';
import { mlp } from '@genai/nn';
import { adam, minimize, train } from '@genai/train';
import { elbo, vae } from '@genai/vae';

const quick = process.argv.includes('--quick'); // a few steps, to see that it runs
const model = vae({
  encoder: gaussian(mlp([2, 64, 2 * 2])),
  decoder: gaussian(mlp([2, 64, 2 * 2])),
  prior: standardNormal(2),
});
const steps = quick ? 20 : 200;
const options = { data: draws(moons(), { size: 128, key: key(0) }), steps, key: key(1) };

const alone: number[] = [];
await useBackend('simd');
{
  await using run = train(minimize(elbo(model), adam(3e-3)), options);
  for await (const { metrics } of run) alone.push(metrics.loss);
}

let worst = 0;
await using run = train(minimize(elbo(model), adam(3e-3)), options);
for await (const { step, metrics } of run) {
  worst = Math.max(worst, Math.abs(metrics.loss / alone[step - 1]! - 1));
  if (step % (steps / 4) === 0) {
    console.log(
      `step ${step} on ${describeBackend().name}: ${metrics.loss.toFixed(5)} nats, on simd alone ${alone[step - 1]!.toFixed(5)}`,
    );
    if (step < steps) await useBackend(describeBackend().name === 'simd' ? 'wasm' : 'simd');
  }
}
console.log(`largest relative difference of a loss: ${worst.toExponential(1)}`);
if (worst > 1e-3) process.exitCode = 1;
