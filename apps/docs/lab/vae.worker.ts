/** Trains a VAE on digits off the main thread; the page sees only plain data. */
import { describeBackend, useBackend } from '@genai/backend';
import { key, split } from '@genai/core';
import { batches, binarize, fromArrays, imageGrid } from '@genai/data';
import { binary, gaussian, standardNormal } from '@genai/distributions';
import { mlp } from '@genai/nn';
import { owned, scope } from '@genai/tensor';
import { adam, minimize, train } from '@genai/train';
import { elbo, reconstruct, vae } from '@genai/vae';
import { concat, type Tensor } from '@tensorflow/tfjs-core';
import type { Engine, FromWorker, Picture, ToWorker, WasmFiles } from './protocol.js';

const PIXELS = 784;
const SIDE = 28;
const SHOWN = 10;
const PICTURE_EVERY = 25;

const control = { paused: false, engine: undefined as Engine | undefined, wake: () => {} };

self.onmessage = ({ data }: MessageEvent<ToWorker>) => {
  if (data.type === 'start') void run(data).catch((error: Error) => say({ type: 'failed', message: error.message }));
  else if (data.type === 'engine') control.engine = data.engine;
  else control.paused = data.type === 'pause';
  control.wake();
};

async function run({ engine, seed, digits, wasm }: Extract<ToWorker, { type: 'start' }>): Promise<void> {
  await choose(engine, wasm);
  const bytes = new Uint8Array(await (await fetch(digits)).arrayBuffer());
  const dataset = fromArrays({ data: bytes, shape: [bytes.length / PIXELS, PIXELS] });
  const model = vae({
    encoder: gaussian(mlp([PIXELS, 256, 2 * 16])), // q(z | x)
    decoder: binary(mlp([16, 256, PIXELS])), // p(x | z)
    prior: standardNormal(16), // p(z)
  });
  const [order, pixels, steps, prior] = split(key(seed), 4);
  const data = binarize(batches(dataset, { size: 64, key: order }), { key: pixels }); // grey to 0 or 1, anew each time
  await using training = train(minimize(elbo(model), adam(1e-3)), { data, steps: 100_000, key: steps });
  using real = owned(await dataset.read(Uint32Array.from({ length: SHOWN }, (_, i) => i)));
  let since = performance.now();
  for await (const { step, state, metrics } of training) {
    const [milliseconds, captured] = [performance.now() - since, training.captured === true];
    say({ type: 'progress', step, loss: metrics.loss, milliseconds, captured });
    if (step === 1 || step % PICTURE_EVERY === 0) {
      using drawn = owned(
        scope(() => model.decode(state.params, model.prior(state.params).sample(prior, [2 * SHOWN])).mean()),
      );
      using again = owned(scope(() => concat([real, reconstruct(model, state.params, real)])));
      say({ type: 'pictures', samples: await picture(drawn), reconstructions: await picture(again) });
    }
    while (control.paused) await woken();
    if (control.engine) {
      const next = control.engine;
      control.engine = undefined;
      await choose(next, wasm).catch((error: Error) => say({ type: 'failed', message: error.message }));
    }
    since = performance.now();
  }
}

function woken(): Promise<void> {
  return new Promise((resolve) => {
    control.wake = resolve;
  });
}

async function choose(engine: Engine, wasmPaths: WasmFiles): Promise<void> {
  await useBackend(engine, { wasmPaths });
  const { name, device, threads } = describeBackend();
  const counted = threads === undefined ? '' : `, ${threads} ${threads === 1 ? 'thread' : 'threads'}`;
  say({ type: 'ready', engine: name, device: `${device}${counted}` });
}

async function picture(images: Tensor): Promise<Picture> {
  const grid = { data: (await images.data()) as Float32Array, shape: [images.shape[0]!, SIDE, SIDE] };
  const { width, height, data } = imageGrid(grid, { columns: SHOWN, padding: 1, background: 64 });
  return { width, height, pixels: data };
}

function say(message: FromWorker): void {
  self.postMessage(message);
}
