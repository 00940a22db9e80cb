/**
 * Turns digits into grids of 7 × 7 codes by a VQ-VAE, with three ways to move its code book, beside a VAE of as many latents;
 * then learns which grids are digits by two priors, and draws from both.
 */
// #region model
import { writeFile } from 'node:fs/promises';
import { useBackend } from '@genai/backend';
import { type Distribution, fold, type Key, key, type Model, sizeOf, split } from '@genai/core';
import { batches, binarize, encodePng, imageGrid, map } from '@genai/data';
import { digits } from '@genai/data/node';
import { binary, categorical, independent } from '@genai/distributions';
import { precisionRecall } from '@genai/eval';
import { activation, conv2d, conv2dTranspose, dense, embedding, gru, sequential } from '@genai/nn';
import { owned, scope, silu } from '@genai/tensor';
import { adam, minimize, train } from '@genai/train';
import {
  codeBookUpdates,
  codePerplexity,
  convolutionalVae,
  decodeCodes,
  elbo,
  encodeCodes,
  reconstruct,
  vae,
  vqLoss,
  vqVae,
  withCodePrior,
} from '@genai/vae';
import {
  abs,
  broadcastTo,
  concat,
  fill,
  mean,
  neg,
  reshape,
  scalar,
  slice,
  stack,
  sub,
  type Tensor,
  zeros,
} from '@tensorflow/tfjs-core';

const quick = process.argv.includes('--quick');
await useBackend('auto');

const [codes, width] = [64, 16];
const model = vqVae({
  encoder: sequential(
    conv2d(1, 16, { kernel: 4, strides: 2 }),
    activation(silu),
    conv2d(16, 32, { kernel: 4, strides: 2 }),
    activation(silu),
    conv2d(32, width, { kernel: 1 }), // (batch, 7, 7, width)
  ),
  decoder: binary(
    sequential(
      conv2d(width, 32),
      activation(silu),
      conv2dTranspose(32, 16, { kernel: 4, strides: 2 }),
      activation(silu),
      conv2dTranspose(16, 1, { kernel: 4, strides: 2 }), // (batch, 28, 28, 1)
    ),
  ),
  codes,
  width,
});
// #endregion model

// #region train
const digit = await digits();
const pictures = ({ images }: { images: Tensor }): Tensor => images;
const data = binarize(batches(map(digit.train, pictures), { size: quick ? 10 : 64, key: key(1) }), { key: key(2) });
const count = quick ? 40 : 500;
const heldOut = binarize(map(digit.test, pictures), { key: key(3) }); // always the same zeros and ones
using held = owned({ x: await heldOut.read(Uint32Array.from({ length: count }, (_, i) => i)) }); // (count, 28, 28, 1)

const steps = quick ? 5 : 1_000;
const byGradient = minimize(vqLoss(model, { commitment: 10 }), adam(1e-3));
const byAverage = minimize(vqLoss(model, { commitment: 10, codeBook: 0 }), adam(1e-3));
await using first = train(byGradient, { data, steps, key: key(0) });
await using second = train(codeBookUpdates(byAverage, model, { restart: 0 }), { data, steps, key: key(0) });
await using third = train(codeBookUpdates(byAverage, model), { data, steps, key: key(0) });
const ways = { 'by gradients': first, 'by averages': second, 'by averages, dead codes restarted': third };
console.log(`${count} held-out digits of zeros and ones; ${codes} codes`);
for (const [name, run] of Object.entries(ways)) {
  for await (const _ of run);
  const { params } = run.state;
  using found = owned(
    scope(() => {
      const grid = encodeCodes(model, params, held.x);
      const error = mean(abs(sub(decodeCodes(model, params, grid), held.x)));
      return { error, used: codePerplexity(grid, codes) };
    }),
  );
  const used = (await number(found.used)).toFixed(1);
  console.log(`  code book ${name}: L1 ${(await number(found.error)).toFixed(4)}, perplexity ${used}`);
}
const { params } = third.state;
// #endregion train

// #region priors
/** A code at each place of its own, whatever the others are. */
const alone: Model<{ logits: Tensor }, Distribution<Tensor>> = {
  init: () => ({ logits: zeros([7, 7, codes]) }),
  given: ({ logits }) => independent(categorical(logits), 2),
};

const parts = {
  code: embedding(codes + 1, 32), // the last one for what lies outside of the grid
  place: embedding(49, 32),
  rows: gru(3 * 32, 128),
  logits: dense(128, codes),
};
type Written = { [name in keyof typeof parts]: ReturnType<(typeof parts)[name]['init']> };
/** Row by row, each code given all before it: the one to the left and the one above are told apart from the rest. */
const written: Model<Written, Distribution<Tensor>> = {
  init: (k) => {
    const [a, b, c, d] = split(k, 4);
    const { code, place, rows, logits } = parts;
    return scope(() => ({ code: code.init(a), place: place.init(b), rows: rows.init(c), logits: logits.init(d) }));
  },
  given: (p) => ({
    batchShape: [],
    eventShape: [7, 7],
    logProb: (x) =>
      scope(() => {
        const grid = reshape(x, [-1, 49]); // (batch, 49)
        const batch = grid.shape[0]!;
        /** What stood `back` places before, (batch, 49, 32). */
        const before = (back: number): Tensor => {
          const outside = fill([batch, back], codes, 'int32') as Tensor;
          return parts.code.apply(p.code, concat([outside, slice(grid, [0, 0], [batch, 49 - back])], 1));
        };
        const places = broadcastTo(reshape(p.place.table, [1, 49, 32]), [batch, 49, 32]);
        const hidden = parts.rows.apply(p.rows, concat([before(1), before(7), places], 2)); // (batch, 49, 128)
        const logP = independent(categorical(parts.logits.apply(p.logits, hidden)), 1).logProb(grid);
        return reshape(logP, x.shape.slice(0, -2));
      }),
    sample: (k, shape = []) =>
      scope(() => {
        const batch = sizeOf(shape);
        const outside = fill([batch], codes, 'int32') as Tensor;
        const grid: Tensor[] = [];
        let state = parts.rows.cell.start(batch);
        for (let i = 0; i < 49; i++) {
          const [left, above] = [1, 7].map((back) => parts.code.apply(p.code, grid[i - back] ?? outside));
          const place = broadcastTo(slice(p.place.table, [i, 0], [1, 32]), [batch, 32]);
          state = parts.rows.cell.apply(p.rows, { x: concat([left!, above!, place], 1), state });
          grid.push(categorical(parts.logits.apply(p.logits, state.hidden)).sample(fold(k, i))); // (batch)
        }
        return reshape(stack(grid, 1), [...shape, 7, 7]);
      }),
  }),
};

/** Maximum likelihood, in nats a grid. */
const likelihood = <P>(prior: Model<P, Distribution<Tensor>>) => ({
  init: (k: Key): P => prior.init(k),
  loss: (p: P, x: Tensor): { loss: Tensor } => ({ loss: scope(() => neg(mean(prior.given(p).logProb(x)))) }),
});
const grids = map(data, (x) => encodeCodes(model, params, x)); // (batch, 7, 7)
await using loose = train(minimize(likelihood(alone), adam(1e-2)), { data: grids, steps, key: key(4) });
await using tight = train(minimize(likelihood(written), adam(2e-3)), { data: grids, steps, key: key(4) });
for (const run of [loose, tight]) for await (const _ of run);
// #endregion priors

// #region measure
// What a held-out digit costs: the bits of its code (of a VAE its KL divergence, which bits-back coding would pay), and those that
// it takes to put right what the code decodes to.
console.log('\nbits of a held-out digit, code + pixels, and the mean error of what its code decodes to');
function cost(name: string, code: number, pixels: number, error: number): void {
  const [a, b] = [code / Math.LN2, pixels / Math.LN2];
  console.log(`  ${name.padEnd(38)} ${a.toFixed(0)} + ${b.toFixed(0)} = ${(a + b).toFixed(0)}, L1 ${error.toFixed(4)}`);
}
const whole = {
  'each place by itself': withCodePrior(model, alone).given({ model: params, prior: loose.state.params }),
  'row by row': withCodePrior(model, written).given({ model: params, prior: tight.state.params }),
};
using coded = owned(
  scope(() => {
    const grid = encodeCodes(model, params, held.x);
    const error = mean(abs(sub(decodeCodes(model, params, grid), held.x)));
    return { error, pixels: vqLoss(model).loss(params, held.x, key(5), scalar(0)).distortion };
  }),
);
const [pixels, error] = [await number(coded.pixels), await number(coded.error)];
cost(`${codes} codes, all alike`, 49 * Math.log(codes), pixels, error);
for (const [name, prior] of Object.entries(whole)) {
  using bound = owned(scope(() => ({ total: neg(mean(prior.logProbBound(held.x, key(5)))) })));
  cost(`${codes} codes, prior ${name}`, (await number(bound.total)) - pixels, pixels, error);
}
// A VAE of 49 numbers in place of 49 codes: as it is, and paying less for its code.
const plain = vae(convolutionalVae({ size: 28, width: 16, latents: 49 }));
const drawn: Record<string, Tensor> = {};
for (const beta of [1, 0.1]) {
  await using run = train(minimize(elbo(plain, { beta }), adam(1e-3)), { data, steps, key: key(0) });
  for await (const _ of run);
  using made = owned(
    scope(() => {
      const { kl, distortion } = elbo(plain).loss(run.state.params, held.x, key(5), scalar(0));
      return {
        kl,
        distortion,
        error: mean(abs(sub(reconstruct(plain, run.state.params, held.x, { key: key(5) }), held.x))),
      };
    }),
  );
  const [kl, distortion] = [await number(made.kl), await number(made.distortion)];
  cost(`VAE of 49 latents, β = ${beta}`, kl, distortion, await number(made.error));
  drawn[`VAE, β = ${beta}`] = plain.given(run.state.params).sample(key(6), [count]);
}
// #endregion measure

// #region samples
for (const [name, prior] of Object.entries(whole)) drawn[`codes, ${name}`] = prior.sample(key(6), [count]);
// Draws of zeros and ones, (count, 28, 28, 1): pixels that a blurred mean leaves open come out as noise.
using draws = owned(drawn);
console.log(
  '\ndraws: precision, the share that lies among held-out digits; coverage, the digits with a draw near them',
);
for (const [name, x] of Object.entries(draws)) {
  using rows = owned({ real: reshape(held.x, [count, 784]), fake: reshape(x, [count, 784]) });
  const { precision, coverage } = await precisionRecall(rows.real, rows.fake, { neighbours: 5 });
  console.log(`  ${name.padEnd(38)} precision ${precision.toFixed(2)}, coverage ${coverage.toFixed(2)}`);
}
using again = owned({ x: scope(() => decodeCodes(model, params, encodeCodes(model, params, held.x))) });
const kinds = [held.x, again.x, ...Object.values(draws)];
const tops = () => kinds.map((x) => slice(x, [0], [12])); // a row of twelve for each
using rows = owned({ x: scope(() => concat(tops(), 0)) });
const file = new URL('15-code-books.png', import.meta.url);
const grid = imageGrid({ data: (await rows.x.data()) as Float32Array, shape: rows.x.shape }, { columns: 12 });
await writeFile(file, encodePng(grid));
console.log(`wrote ${file.pathname}`);

async function number(x: Tensor): Promise<number> {
  return (await x.data())[0]!;
}
// #endregion samples
