/** Trains a class-conditional DCGAN on real digits and draws the digits one asks for. */
import { useBackend } from '@genai/backend';
import { key } from '@genai/core';
import { batches, map } from '@genai/data';
import { digits } from '@genai/data/node';
import { nearestNeighbours } from '@genai/eval';
import { adversarial, conditionalDcgan, conditionalGan, diffAugment, hinge, r1 } from '@genai/gan';
import { owned, scope } from '@genai/tensor';
import { adam, compete, ema, train } from '@genai/train';
import { mul, range, reshape, slice, sub, type Tensor } from '@tensorflow/tfjs-core';

const quick = process.argv.includes('--quick');
await useBackend('auto');

// #region model
const model = conditionalGan(
  conditionalDcgan({ size: 28, width: quick ? 4 : 32, latents: 64, classes: 10, norm: false }),
);
const game = adversarial(model, {
  loss: hinge(),
  regularizers: [r1(1)],
  augment: diffAugment({ color: false, cutout: 0 }), // 9,000 digits are few: the critic would learn them by heart
});
const optimizers = { critic: adam(2e-4, { b1: 0, b2: 0.99 }), generator: adam(2e-4, { b1: 0, b2: 0.99 }) };
const step = ema(compete(game, { optimizers }), { decay: 0.99, of: ({ generator }) => generator });
// #endregion model

// #region train
const digit = await digits();
// Pixels from −1 to 1, and the class beside them.
const pairs = map(digit.train, ({ images, labels }) => ({ x: sub(mul(images, 2), 1), context: labels }));
const data = batches(pairs, { size: quick ? 8 : 64, key: key(1) });
await using run = train(step, { data, steps: quick ? 3 : 2_000, key: key(0) });
for await (const { step, metrics } of run) {
  if (step % 100 === 0) {
    console.log(
      `step ${step}: critic ${metrics.critic.toFixed(2)}, generator ${metrics.generator.toFixed(2)}; the critic gives ` +
        `${metrics.real.toFixed(2)} for real digits and ${metrics.fake.toFixed(2)} for generated ones`,
    );
  }
}
// #endregion train

// #region sample
const { average: generator, params } = run.state;
using drawn = owned(
  scope(() => ({ x: model.given({ ...params, generator }, range(0, 10, 1, 'int32')).sample(key(2)) })), // (10, 28, 28, 1)
);
const pixels = await drawn.x.data();
for (const from of [0, 5]) {
  for (let row = 0; row < 28; row += 2) {
    const rows = [0, 1, 2, 3, 4].map((i) => 784 * (from + i) + 28 * row);
    console.log(rows.map((at) => line(pixels.subarray(at, at + 28))).join(' '));
  }
}
// #endregion sample

// #region copies
// Is it drawing, or copying? The nearest training digit of each, beside the distance of two training digits.
const count = quick ? 100 : 2_000;
using real = owned(await pairs.read(Uint32Array.from({ length: count + 10 }, (_, i) => i)));
const flat = (x: Tensor, start: number, size: number): Tensor =>
  scope(() => reshape(slice(x, [start], [size]), [size, 784]));
using rows = owned({ known: flat(real.x, 0, count), others: flat(real.x, count, 10), drawn: flat(drawn.x, 0, 10) });
const mean = (found: readonly { readonly distances: Float64Array }[]): number =>
  found.reduce((total, { distances }) => total + distances[0]! / found.length, 0);
const [generated, others] = [
  mean(await nearestNeighbours(rows.drawn, rows.known)),
  mean(await nearestNeighbours(rows.others, rows.known)),
];
console.log(
  `to the nearest of ${count} training digits: ${generated.toFixed(2)} from a generated one, ${others.toFixed(2)} from another real one`,
);
// #endregion copies

function line(row: ArrayLike<number>): string {
  return Array.from(row, (value) => (value > 0.3 ? '█' : value > -0.5 ? '░' : ' ')).join('');
}
