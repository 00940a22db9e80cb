/** Trains a VAE on real digits, then completes half a digit, varies one, and makes one bolder. */
import { useBackend } from '@genai/backend';
import { key } from '@genai/core';
import { batches, binarize, map } from '@genai/data';
import { digits } from '@genai/data/node';
import { owned, scope } from '@genai/tensor';
import { adam, minimize, train } from '@genai/train';
import {
  attributeDirection,
  denseVae,
  editAttribute,
  elbo,
  inpaint,
  interpolate,
  principalDirections,
  vae,
  variations,
} from '@genai/vae';
import { concat, gather, mean, ones, slice, type Tensor, topk, zeros } from '@tensorflow/tfjs-core';

const quick = process.argv.includes('--quick');
await useBackend('auto');

// #region model
const model = vae(denseVae({ shape: [28, 28, 1], hidden: [256], latents: 16 }));
const digit = await digits();
const images = ({ images }: { images: Tensor }) => images; // (batch, 28, 28, 1)
const data = binarize(batches(map(digit.train, images), { size: 100, key: key(3) }), { key: key(4) });
await using run = train(minimize(elbo(model), adam(1e-3)), { data, steps: quick ? 20 : 1500, key: key(0) });
for await (const { step, metrics } of run) {
  if (step % 300 === 0) console.log(`step ${step}: −ELBO ${metrics.loss.toFixed(1)} nats`);
}
const { params } = run.state;
using held = owned({ x: await map(digit.test, images).read(Uint32Array.from({ length: 500 }, (_, i) => i)) }); // (500, 28, 28, 1)
using first = owned({ x: slice(held.x, [0], [1]) });
// #endregion model

// #region complete
using known = owned({ mask: scope(() => concat([ones([1, 14, 28, 1]), zeros([1, 14, 28, 1])], 1)) }); // the upper half
using whole = owned({ x: inpaint(model, params, first.x, known.mask, { key: key(1), steps: quick ? 2 : 30 }) });
await show('a digit, and what its upper half becomes', first.x, whole.x);
// #endregion complete

// #region vary
using alike = owned({ x: variations(model, params, first.x, { key: key(2), count: 3, strength: 0.4 }) }); // (3, 1, 28, 28, 1)
await show('variations of it', ...[0, 1, 2].map((i) => scope(() => slice(alike.x, [i], [1]))));
// #endregion vary

// #region attribute
// Bold digits and thin ones, by how much ink they have: the attribute needs no labels but these.
using sorted = owned(scope(() => ({ by: topk(mean(held.x, [1, 2, 3]), 500).indices }))); // (500)
using ends = owned(
  scope(() => ({
    bold: gather(held.x, slice(sorted.by, [0], [100])),
    thin: gather(held.x, slice(sorted.by, [400], [100])),
  })),
);
using bolder = owned({
  direction: attributeDirection(model, params, { withAttribute: ends.bold, without: ends.thin }),
});
await show(
  'thinner, as it is, bolder',
  ...[-0.5, 0, 0.8].map((strength) => editAttribute(model, params, first.x, bolder.direction, strength)),
);
// #endregion attribute

// #region directions
using axes = owned(await principalDirections(model, params, held.x, 3));
console.log('variance along the three main directions of the codes:', Array.from(await axes.variances.data()));
using way = owned({ x: interpolate(model, params, ends.thin, ends.bold, { steps: 3, spherical: true }) }); // (3, 100, …)
await show('from a thin digit to a bold one', ...[0, 1, 2].map((i) => scope(() => slice(way.x, [i, 0], [1, 1]))));
// #endregion directions

/** Prints pictures side by side and frees those made for it. */
async function show(title: string, ...pictures: readonly Tensor[]): Promise<void> {
  console.log(`\n${title}`);
  const pixels = await Promise.all(pictures.map((picture) => picture.data()));
  for (let row = 0; row < 28; row += 2) {
    console.log(pixels.map((p) => line(p.subarray(28 * row, 28 * row + 28))).join('  '));
  }
  for (const picture of pictures) if (picture !== first.x && picture !== whole.x) picture.dispose();
}

function line(row: ArrayLike<number>): string {
  return Array.from(row, (value) => (value > 0.5 ? '█' : value > 0.2 ? '░' : ' ')).join('');
}
