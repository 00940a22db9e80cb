/**
 * Trains in a worker thread while this one stays free: progress, a pause, pictures on request. Then the worker is killed in the middle; another
 * goes on from the last checkpoint, and no loss differs from those of a run that nothing disturbed.
 *
 * In a page the same two halves work with a Web Worker: `new Worker(new URL('./job.js', import.meta.url), { type: 'module' })`.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { isMainThread, Worker } from 'node:worker_threads';
import { useBackend } from '@genai/backend';
import { key } from '@genai/core';
import { batches, binarize, map } from '@genai/data';
import { digits } from '@genai/data/node';
import { owned, scope } from '@genai/tensor';
import { adam, minimize, serveTraining, train, trainIn } from '@genai/train';
import { denseVae, elbo, vae } from '@genai/vae';
import type { Tensor } from '@tensorflow/tfjs-core';

// #region job
type Input = { readonly seed: number; readonly steps: number };

/** What the worker does. `setup` is what one would write without a worker; the handlers answer between two moves. */
const job = () =>
  serveTraining(
    async ({ seed, steps }: Input, { from, signal }) => {
      await useBackend('simd', { threads: 1 });
      const model = vae(denseVae({ shape: [28, 28, 1], hidden: [128], latents: 8 }));
      const images = map((await digits()).train, ({ images }: { images: Tensor }) => images);
      const data = binarize(batches(images, { size: 50, key: key(1) }), { key: key(2) });
      const run = train(minimize(elbo(model), adam(2e-3)), { data, steps, key: key(seed), from: from(), signal });
      return Object.assign(run, { model });
    },
    {
      draw: async ({ model, state }, count: number) => {
        using drawn = owned(scope(() => ({ x: model.given(state.params).sample(key(3), [count]) }))); // (count, 28, 28, 1)
        return await drawn.x.data<'float32'>();
      },
    },
  );
type DigitsJob = ReturnType<typeof job>;
// #endregion job

if (isMainThread) await watch();
else job();

async function watch(): Promise<void> {
  const steps = process.argv.includes('--quick') ? 30 : 600;

  // #region watch
  const start = () => new Worker(new URL(import.meta.url)); // this very file: see above what it does as a worker
  await using run = trainIn<DigitsJob>(start, { input: { seed: 0, steps } });
  const losses: number[] = [];
  let blocked = 0; // the longest this thread was kept from what it should do every 5 ms
  let last = performance.now();
  const clock = setInterval(() => {
    blocked = Math.max(blocked, performance.now() - last - 5);
    last = performance.now();
  }, 5);
  for await (const { step, metrics } of run) {
    losses.push(metrics.loss);
    if (step % (steps / 3) === 0) console.log(`step ${step}: −ELBO ${metrics.loss.toFixed(1)} nats`);
  }
  clearInterval(clock);
  console.log(`this thread was never held up for more than ${blocked.toFixed(0)} ms\n`);
  picture(await run.call('draw', 2)); // it answers after its last step, too
  // #endregion watch

  // #region pause
  await using second = trainIn<DigitsJob>(start, { input: { seed: 0, steps }, window: 4 });
  for await (const { step } of second) if (step === steps / 2) break;
  await second.pause();
  const { step: stands } = await second.snapshot();
  await sleep(200);
  const { step: still } = await second.snapshot();
  console.log(`\npaused: it stands at step ${stands}, a window ahead of ${second.step}; 200 ms later at ${still}`);
  const kept = await second.snapshot(); // plain arrays: `from` of another run, here or elsewhere
  await second.resume();
  const after: number[] = [];
  for await (const { metrics } of second) after.push(metrics.loss);
  console.log(`resumed: ${after.length} more steps, the same losses: ${same(after, losses.slice(-after.length))}`);
  await using elsewhere = trainIn<DigitsJob>(start, { input: { seed: 0, steps }, from: kept });
  const there: number[] = [];
  for await (const { metrics } of elsewhere) there.push(metrics.loss);
  console.log(
    `from the snapshot in a new worker: ${there.length} steps, the same losses: ${same(there, losses.slice(-there.length))}`,
  );
  // #endregion pause

  // #region killed
  const workers: Worker[] = [];
  const spawn = () => {
    workers.push(start());
    return workers.at(-1)!;
  };
  const checkpointEvery = { steps: steps / 6 };
  await using third = trainIn<DigitsJob>(spawn, { input: { seed: 0, steps }, checkpointEvery });
  const told: number[] = [];
  for await (const { step, metrics } of third) {
    told.push(metrics.loss);
    if (step !== 0.6 * steps) continue;
    console.log(`\nkilled at step ${step}, its last checkpoint is of step ${third.checkpoint?.step}`);
    await workers[0]!.terminate();
  }
  console.log(`${workers.length} workers in all`);
  console.log(`${told.length} losses, each told once, the same as undisturbed: ${same(told, losses)}`);
  // #endregion killed
  if (!(same(after, losses.slice(-after.length)) && same(told, losses))) process.exitCode = 1;
}

/** Equal to the last bit. */
function same(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((value, i) => Object.is(value, b[i]));
}

/** Two digits side by side. */
function picture(pixels: ArrayLike<number>): void {
  for (let row = 0; row < 28; row += 2) {
    const line = [0, 1].map((i) =>
      Array.from({ length: 28 }, (_, x) => (pixels[784 * i + 28 * row + x]! > 0.5 ? '█' : ' ')).join(''),
    );
    console.log(line.join('  '));
  }
}
