/** Trains a VAE on the digits 0 to 4 and lets it find what is none of them: three scores, and how well each tells the odd from the usual. */
import { useBackend } from '@genai/backend';
import { type Key, key } from '@genai/core';
import { batches, binarize, map, select } from '@genai/data';
import { digits, type LabelledImages } from '@genai/data/node';
import { auroc } from '@genai/eval';
import { owned, scope, uniformNoise } from '@genai/tensor';
import { adam, minimize, train } from '@genai/train';
import { anomalyScore, denseVae, elbo, reconstructionNll, vae } from '@genai/vae';
import { abs, cast, greater, less, sub, type Tensor, zeros } from '@tensorflow/tfjs-core';

const quick = process.argv.includes('--quick');
const count = quick ? 50 : 400; // of each kind that is scored
await useBackend('auto');

// #region data
const digit = await digits();
/** The pictures of some classes, (batch, 28, 28, 1). */
async function picturesOf(part: 'train' | 'test', wanted: (label: number) => boolean) {
  const all = digit[part];
  using read = owned(await all.read(Uint32Array.from({ length: all.length }, (_, i) => i)));
  const labels = await read.labels.data();
  const rows = Uint32Array.from([...labels.keys()].filter((i) => wanted(labels[i]!)));
  return map(select(all, rows), ({ images }: LabelledImages) => images);
}
const usual = await picturesOf('train', (label) => label < 5);
const pictures = binarize(batches(usual, { size: 100, key: key(1) }), { key: key(2) });
// #endregion data

// #region train
const model = vae(denseVae({ shape: [28, 28, 1], hidden: [256], latents: 16 }));
/** The same model on pictures a tenth of whose pixels are turned over knows what all pictures share, little of what makes a digit. */
const spoilt = map(pictures, (x, number) => flipped(x, key(100 + number)));
const steps = quick ? 20 : 1_000;
await using run = train(minimize(elbo(model), adam(1e-3)), { data: pictures, steps, key: key(0) });
await using background = train(minimize(elbo(model), adam(1e-3)), { data: spoilt, steps, key: key(0) });
for (const one of [run, background]) {
  for await (const { step, metrics } of one) {
    if (step % 500 === 0) console.log(`step ${step}: −ELBO ${metrics.loss.toFixed(1)} nats`);
  }
}

function flipped(x: Tensor, k: Key): Tensor {
  return scope(() => abs(sub(x, cast(less(uniformNoise(k, x.shape), 0.1), 'float32'))));
}
// #endregion train

// #region score
const first = Uint32Array.from({ length: count }, (_, i) => i);
const [few, many] = [await picturesOf('test', (label) => label < 5), await picturesOf('test', (label) => label >= 5)];
using grey = owned({ usual: await few.read(first), others: await many.read(first) });
const black = (x: Tensor): Tensor => cast(greater(x, 0.5), 'float32');
using shown = owned(
  scope(() => ({
    usual: black(grey.usual),
    'the digits 5 to 9': black(grey.others),
    'turned to negatives': sub(1, black(grey.usual)),
    'a tenth of the pixels turned over': flipped(black(grey.usual), key(7)),
    noise: black(uniformNoise(key(8), grey.usual.shape)),
    'empty pictures': zeros(grey.usual.shape),
  })),
);
const { params } = run.state;
const reference = { model, params: background.state.params };
const scores = {
  '−log p(x)': {},
  reconstruction: { kind: reconstructionNll },
  'likelihood ratio': { reference },
};
// None is best for all: p(x) is high on empty pictures, which are simple, and higher still beside a reference that expects noise.
console.log(`\nAUROC: 1 tells all of ${count} odd ones from ${count} usual digits, 0.5 none`);
const scored = async (x: Tensor, options: (typeof scores)[keyof typeof scores]) => {
  using made = owned({
    score: anomalyScore(model, params, x, { key: key(9), samples: quick ? 2 : 16, ...options }), // (count)
  });
  return made.score.data();
};
for (const [name, options] of Object.entries(scores)) {
  console.log(name);
  const low = await scored(shown.usual, options);
  for (const [kind, x] of Object.entries(shown)) {
    if (kind === 'usual') continue;
    console.log(`  ${kind.padEnd(34)} ${auroc({ odd: await scored(x, options), usual: low }).toFixed(3)}`);
  }
}
// #endregion score
