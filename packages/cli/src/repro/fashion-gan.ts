import { type Key, key, split } from '@genai/core';
import { batches, map } from '@genai/data';
import { adversarial, dcgan, type Gan, gan, nonSaturating } from '@genai/gan';
import { owned, scope } from '@genai/tensor';
import { adam, compete, ema, warmupCosine } from '@genai/train';
import { imageData } from '../image-data.js';
import { type FeatureNet, featureNet } from '../model/feature-net.js';
import { type FeatureRows, featuresOfImages } from '../model/feature-rows.js';
import { signed, unsigned } from '../signed.js';
import { COUNT, compared, comparison } from './compared.js';
import { dataOptions, type Protocol, type ReproContext, type Reproduction } from './protocol.js';
import { trainKept } from './train-kept.js';

/** A generator of clothes, measured in the features of the net that `@genai/eval` carries. */
export const fashionGan: Protocol = {
  name: 'fashion-gan',
  about: 'DCGAN on Fashion-MNIST: Fréchet distance of own features (not FID), precision and recall',
  run: clothes,
};

const STEPS = 20_000;
const BATCH = 64;
const RATE = 6e-4;
const WIDTH = 32;
const ROWS = 500;

async function clothes(context: ReproContext): Promise<Reproduction> {
  const { seed, signal } = context;
  const { train, test, shape } = await imageData(context.data ?? 'fashion-mnist', context.cwd, dataOptions(context));
  const [runKey, orderKey, drawKey] = split(key(seed), 3);
  const model = gan(dcgan({ size: shape[0], channels: shape[2], width: WIDTH }));
  const steps = Math.min(STEPS, context.limit ?? STEPS);
  const optimizer = () => adam(warmupCosine({ peak: RATE, steps, end: RATE / 100 }), { b1: 0.5, b2: 0.999 });
  const contest = compete(adversarial(model, { loss: nonSaturating() }), {
    optimizers: { critic: optimizer(), generator: optimizer() },
  });
  const step = ema(contest, { decay: 0.999, of: ({ generator }) => generator });
  const data = map(batches(train, { size: BATCH, key: orderKey }), signed);
  await using run = await trainKept(step, { name: 'run', data, steps, key: runKey, shown: 'generator' }, context);
  if (run.step < steps) return { findings: [], protocol: '', steps: run.step, stopped: true };
  const net = await featureNet();
  const fakes = await drawn(model, run.state.average, { key: drawKey, count: Math.min(COUNT, test.length), net });
  const made = { what: 'DCGAN', fakes, real: test, net, signal };
  return {
    findings: await compared(made),
    protocol:
      `${steps} steps of ${BATCH} pictures; DCGAN of width ${WIDTH} with batch norm, non-saturating loss, Adam (0.5, 0.999) with a rate ` +
      `that falls from ${RATE} to a hundredth along a cosine, average of the generator over 0.999. ${comparison(made)}`,
    steps,
    stopped: false,
  };
}

/** Features of `count` pictures. */
async function drawn<G, D>(
  model: Gan<G, D>,
  generator: G,
  { key, count, net }: { readonly key: Key; readonly count: number; readonly net: FeatureNet },
): Promise<FeatureRows> {
  const rows: Float32Array[] = [];
  for (const drawKey of split(key, Math.ceil(count / ROWS))) {
    using images = owned({
      x: scope(() => {
        const made = model.generate(generator, model.prior().sample(drawKey, [ROWS]));
        return unsigned(made); // (rows, size, size, channels)
      }),
    });
    rows.push(...(await featuresOfImages(images.x, net)));
  }
  return rows.slice(0, count);
}
