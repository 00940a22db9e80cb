/**
 * Makes digits of 28 × 28 from ones of 4 × 4 by a translation learnt from pairs, beside what interpolation and a distance alone
 * make of them; with `--unpaired` also learns to turn drawings into their negatives without ever seeing a pair.
 */
// #region data
import { writeFile } from 'node:fs/promises';
import { useBackend } from '@genai/backend';
import { key } from '@genai/core';
import { batches, type Dataset, encodePng, imageGrid, map, skip, take } from '@genai/data';
import { digits } from '@genai/data/node';
import {
  cycleConsistent,
  cycleGan,
  imagePool,
  pairedChannels,
  pairedTranslation,
  patchCritic,
  pix2pix,
  residualTranslator,
  unetTranslator,
} from '@genai/gan';
import { downsample, upsample } from '@genai/nn';
import { owned, scope } from '@genai/tensor';
import { adam, compete, minimize, train } from '@genai/train';
import { abs, add, concat, image, mean, mul, neg, slice, sub, type Tensor } from '@tensorflow/tfjs-core';

const quick = process.argv.includes('--quick');
await useBackend('auto');

/** Each 7 × 7 pixels become their mean: 4 × 4 numbers, drawn as large as before. */
const coarse = (x: Tensor): Tensor =>
  scope(() => upsample({ factor: 7 }).apply({}, downsample({ factor: 7 }).apply({}, x)));
const centred = ({ images }: { images: Tensor }): Tensor => sub(mul(images, 2), 1); // from −1 to 1
const digit = await digits();
// What is to be made, and what of.
const pairs = map(map(digit.train, centred), (x) => ({ x, context: coarse(x) })); // (batch, 28, 28, 1) both
const data = batches(pairs, { size: quick ? 4 : 32, key: key(1) });
// #endregion data

// #region train
const translator = unetTranslator({ size: 28, width: quick ? 4 : 24 });
const model = pairedTranslation({
  translator,
  critic: pairedChannels(patchCritic({ channels: 1 + 1, width: quick ? 4 : 24, layers: 2 })),
});
const optimizer = () => adam(5e-4, { b1: 0.5 });
// Less than the paper's 100: what is sharp may be a little off.
const step = compete(pix2pix(model, { reconstruction: 30 }), {
  optimizers: { critic: optimizer(), generator: optimizer() },
});
const steps = quick ? 3 : 900;
await using run = train(step, { data, steps, key: key(0) });
for await (const { step, metrics } of run) {
  if (step % 100 === 0) {
    const { critic, generator, reconstruction } = metrics;
    console.log(
      `step ${step}: critic ${critic.toFixed(2)}, translator ${generator.toFixed(2)}, L1 ${reconstruction.toFixed(3)}`,
    );
  }
}
// The same net, drawn to the pairs by their distance alone.
const near = {
  init: translator.init,
  loss: (params: ReturnType<typeof translator.init>, { x, context }: { x: Tensor; context: Tensor }) => ({
    loss: scope(() => mean(abs(sub(translator.apply(params, context), x)))),
  }),
};
await using plain = train(minimize(near, optimizer()), { data, steps, key: key(0) });
for await (const _ of plain);
// #endregion train

// #region measure
const count = quick ? 16 : 500;
const numbers = Uint32Array.from({ length: count }, (_, i) => i);
using held = owned({ x: await map(digit.test, centred).read(numbers) }); // (count, 28, 28, 1)
using made = owned(
  scope(() => {
    const context = coarse(held.x);
    const small = downsample({ factor: 7 }).apply({}, held.x); // (count, 4, 4, 1)
    return {
      nearest: context,
      bilinear: image.resizeBilinear(small as Tensor<never>, [28, 28], false, true) as Tensor,
      'distance alone': translator.apply(plain.state.params, context),
      pix2pix: model.translate(run.state.params.generator, context),
      digits: sub(held.x, 0),
    };
  }),
);
/** How much neighbours differ, down and across. */
const edges = (x: Tensor): Tensor =>
  scope(() => {
    const [down, across] = [slice(x, [0, 1, 0, 0], [-1, 27, -1, -1]), slice(x, [0, 0, 1, 0], [-1, -1, 27, -1])];
    return add(
      mean(abs(sub(down, slice(x, [0, 0, 0, 0], [-1, 27, -1, -1])))),
      mean(abs(sub(across, slice(x, [0, 0, 0, 0], [-1, -1, 27, -1])))),
    );
  });
console.log(`\n${count} held-out digits, pixels from −1 to 1; edges beside those of the digits themselves`);
for (const [name, x] of Object.entries(made)) {
  using found = owned(scope(() => ({ apart: mean(abs(sub(x, held.x))), edges: edges(x), real: edges(held.x) })));
  const [apart, sharp, real] = (await Promise.all([found.apart.data(), found.edges.data(), found.real.data()])).map(
    (v) => v[0]!,
  );
  console.log(`${name.padEnd(15)} L1 ${apart!.toFixed(4)}, edges ${((100 * sharp!) / real!).toFixed(0)} %`);
}
await picture('08-pictures-to-pictures.png', Object.values(made), 10);
// #endregion measure

// #region unpaired
if (process.argv.includes('--unpaired')) {
  // The first half of the digits as they are, the second as negatives: no digit is in both.
  const half = Math.floor(digit.train.length / 2);
  const [first, second] = [take(map(digit.train, centred), half), skip(map(digit.train, centred), half)];
  const unpaired: Dataset<{ from: Tensor; to: Tensor }> = {
    length: half,
    read: async (indices) => {
      const [from, drawn] = await Promise.all([first.read(indices), second.read(indices)]);
      using others = owned({ drawn });
      return { from, to: neg(others.drawn) };
    },
  };
  const net = () => residualTranslator({ width: quick ? 2 : 8, blocks: 1 });
  const critic = () => patchCritic({ width: quick ? 2 : 12, layers: 2 });
  const negatives = cycleGan({ there: net(), back: net(), criticThere: critic(), criticBack: critic() });
  const contest = compete(cycleConsistent(negatives), { optimizers: { critic: optimizer(), generator: optimizer() } });
  await using cycle = train(imagePool(negatives, contest, { from: [28, 28, 1] }), {
    data: batches(unpaired, { size: quick ? 2 : 8, key: key(2) }),
    steps: quick ? 2 : 600,
    key: key(0),
  });
  for await (const { step, metrics } of cycle) {
    if (step % 100 === 0) console.log(`step ${step}: there and back L1 ${(metrics.cycle / 2).toFixed(3)}`);
  }
  using found = owned(
    scope(() => {
      const there = negatives.there.translate(cycle.state.params.generator.there, held.x);
      return { there, apart: mean(abs(add(there, held.x))) };
    }),
  );
  console.log(`\nnegatives learnt without pairs: L1 to the true ones ${(await found.apart.data())[0]!.toFixed(3)}`);
  await picture('08-unpaired.png', [held.x, found.there], 10);
}
// #endregion unpaired

/** Writes the first pictures of each kind, a row for each, beside this program. */
async function picture(name: string, kinds: readonly Tensor[], columns: number): Promise<void> {
  using rows = owned(
    scope(() => ({
      x: mul(
        add(
          concat(
            kinds.map((x) => slice(x, [0], [columns])),
            0,
          ),
          1,
        ),
        0.5,
      ),
    })), // from 0 to 1
  );
  const file = new URL(name, import.meta.url);
  await writeFile(
    file,
    encodePng(imageGrid({ data: (await rows.x.data()) as Float32Array, shape: rows.x.shape }, { columns })),
  );
  console.log(`wrote ${file.pathname}`);
}
