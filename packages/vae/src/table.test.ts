import { key } from '@genai/core';
import { dense } from '@genai/nn';
import { normalNoise, owned, scope, valueAndGrad } from '@genai/tensor';
import { checkGradients } from '@genai/testing/check-gradients';
import { distributionLaws } from '@genai/testing/distribution-laws';
import { expectClose } from '@genai/testing/expect-close';
import { modelLaws } from '@genai/testing/model-laws';
import { exp, expandDims, mul, sum, type Tensor, tensor1d, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { trained } from '../test/trained.js';
import { denseTableVae } from './dense-table-vae.js';
import { elbo } from './elbo.js';
import { reconstruct } from './reconstruct.js';
import { tableDecoder } from './table-decoder.js';
import type { TableLayout } from './table-layout.js';
import { tableRow } from './table-row.js';
import { vae } from './vae.js';

/** A number, a category of three, a number that may be missing, a category of one. */
const MIXED: TableLayout = [
  { kind: 'number', width: 1 },
  { kind: 'category', width: 3 },
  { kind: 'number', width: 2 },
  { kind: 'category', width: 1 },
];
const OUTPUTS = [
  [0.3, -0.7, 1.1, -0.4, 0.2, 0.9, -1.2],
  [-0.5, 0.8, 0.1, 0.6, -0.3, 0.4, 1.5],
];
const SCALE = [0.5, 0.8];
const GOLDEN = {
  logProb: [-3.3109131, -1.7583528],
  outputs: [
    [1.6, -0.1190546, 0.2797615, -0.1607069, -1.25, -0.7109495, 0],
    [2.4, 1.136187, -0.4289568, -0.7072302, 0, 0.8026247, 0],
  ],
  scale: [-3.28, 0],
};

distributionLaws('tableRow of two numbers', () => ({
  params: () => ({ outputs: tensor2d([[0.3, -1]]), scale: tensor1d(SCALE) }),
  given: ({ outputs, scale }) =>
    tableRow(
      [
        { kind: 'number', width: 1 },
        { kind: 'number', width: 1 },
      ],
      outputs,
      scale,
    ),
  support: { from: -6, to: 6 },
  reparameterised: ['outputs', 'scale'],
  valueAndGrad,
}));

modelLaws('tableDecoder', () => ({
  model: tableDecoder(dense(3, 6), { layout: MIXED.slice(0, 3) }),
  context: () => normalNoise(key(1), [2, 3]),
  data: rows,
}));

modelLaws('a VAE of tables without numbers', () => ({
  model: vae(denseTableVae({ layout: [{ kind: 'category', width: 3 }], hidden: [5], latents: 2 })),
  context: () => undefined,
  data: () => tensor2d([[0, 1, 0]]),
}));

/** Two rows of the first three of the mixed columns; the second misses its number. */
function rows(): Tensor {
  return tensor2d([
    [0.7, 0, 1, 0, -0.6, 0],
    [-0.2, 1, 0, 0, 0, 1],
  ]);
}

describe('tableRow', () => {
  test('goldens: log-probabilities and gradients of PyTorch, all kinds of columns together', () => {
    // PyTorch 1.13, float64, o the outputs, s the scale, m = x[:, 5] the flag:
    // Normal(o[:, 0], s[0]).log_prob(x[:, 0]) + Categorical(logits=o[:, 1:4]).log_prob(x[:, 1:4].argmax(1))
    //   + (1 - m) * Normal(o[:, 4], s[1]).log_prob(x[:, 4]) + Bernoulli(logits=o[:, 5]).log_prob(m); gradient of lp · [1, 2]
    scope(() => {
      const x = tensor2d([
        [0.7, 0, 1, 0, -0.6, 0, 1],
        [-0.2, 1, 0, 0, 0, 1, 1],
      ]);
      const logProb = (p: { outputs: Tensor; scale: Tensor }): Tensor => tableRow(MIXED, p.outputs, p.scale).logProb(x);
      const params = { outputs: tensor2d(OUTPUTS), scale: tensor1d(SCALE) };
      expectClose(logProb(params), GOLDEN.logProb, { relative: 1e-6 });
      const { grad } = valueAndGrad((p: typeof params) => ({ loss: sum(mul(logProb(p), tensor1d([1, 2]))) }), params);
      expectClose(grad.outputs, GOLDEN.outputs, { absolute: 2e-6 });
      expectClose(grad.scale, GOLDEN.scale, { absolute: 2e-6 });
    });
  });

  test('known answer: summed over categories and flags and integrated over numbers, its probability is 1', () => {
    scope(() => {
      const step = 0.1;
      const axis = Array.from({ length: 121 }, (_, i) => -6 + i * step);
      const row = tableRow(MIXED, tensor2d(OUTPUTS.slice(0, 1)), tensor1d(SCALE));
      let total = 0;
      for (const category of [
        [1, 0, 0],
        [0, 1, 0],
        [0, 0, 1],
      ]) {
        const missing = axis.map((a) => [a, ...category, 0, 1, 1]);
        const present = axis.flatMap((a) => axis.map((b) => [a, ...category, b, 0, 1]));
        const mass = (x: number[][], cell: number): number =>
          mul(sum(exp(row.logProb(expandDims(tensor2d(x), 1)))), cell).dataSync()[0]!;
        total += mass(missing, step) + mass(present, step ** 2);
      }
      expect(total).toBeCloseTo(1, 4);
    });
  });

  test('known answer: samples have one 1 in a category, 0 where a number is missing, and the mean', () => {
    const count = 20_000;
    using drawn = owned(
      scope(() => {
        const row = tableRow(MIXED, tensor2d(OUTPUTS), tensor1d(SCALE));
        return { x: row.sample(key(0), [count]), mean: row.mean() };
      }),
    );
    expect(drawn.x.shape).toEqual([count, 2, 7]);
    const x = drawn.x.dataSync();
    const sums = new Float64Array(14);
    for (let i = 0; i < x.length; i += 7) {
      const [, a, b, c, value, flag, one] = x.subarray(i, i + 7) as unknown as number[];
      if (a! + b! + c! !== 1 || a! * b! + b! * c! + a! * c! !== 0 || one !== 1)
        throw new Error(`row ${i / 7} is not one-hot`);
      if (flag !== 0 && (flag !== 1 || value !== 0))
        throw new Error(`row ${i / 7} has the flag ${flag}, the value ${value}`);
      for (let j = 0; j < 7; j++) sums[(i % 14) + j]! += x[i + j]! / count;
    }
    expectClose(sums, drawn.mean.dataSync(), { absolute: (4 * 0.8) / Math.sqrt(count), relative: 0 });
    const sigma = (l: number): number => 1 / (1 + Math.exp(-l));
    expectClose(Array.from(drawn.mean.dataSync().subarray(4, 7)), [0.2 * (1 - sigma(0.9)), sigma(0.9), 1]);
  });

  test('second derivatives equal finite differences', async () => {
    using world = owned({
      outputs: tensor2d(OUTPUTS),
      scale: tensor1d(SCALE),
      x: scope(() => tensor2d([0.4, 0, 0, 1, 1.2, 0, 1], [1, 7])),
    });
    await checkGradients(
      (outputs, scale) => tableRow(MIXED, outputs!, scale!).logProb(world.x),
      [world.outputs, world.scale],
      {
        order: 2,
        tolerance: 5e-3,
        valueAndGrad,
      },
    );
  });

  test('errors', () => {
    scope(() => {
      const layout = MIXED.slice(0, 2);
      expect(() => tableRow([], zeros([2, 1]))).toThrow(/tableRow: the layout is empty/);
      expect(() => tableRow(layout, zeros([2, 5]), zeros([1]))).toThrow(/tableRow: outputs/);
      expect(() => tableRow(layout, zeros([2, 4]), zeros([2]))).toThrow(/tableRow: scale/);
      expect(() => tableRow(layout, zeros([2, 4]))).toThrow(/there is no scale. Pass the deviations of the 1 numbers/);
      expect(() => tableRow(layout, zeros([2, 4]), zeros([1])).logProb(zeros([2, 3]))).toThrow(
        /tableRow.logProb: x has shape \[2, 3\], expected rows of 4 features/,
      );
      expect(() => tableDecoder(dense(2, 3), { layout: [{ kind: 'number', width: 3 }] })).toThrow(
        /the number layout\[0\] has width 3, expected 1, or 2 with a flag/,
      );
      expect(() => tableDecoder(dense(2, 3), { layout: [{ kind: 'category', width: 0 }] })).toThrow(
        /width of layout\[0\]/,
      );
      expect(() => tableDecoder(dense(2, 3), { layout, floor: -1 })).toThrow(/tableDecoder: floor/);
    });
  });
});

test('training: a VAE learns which numbers go with which category, and where one is missing', () => {
  const layout = MIXED.slice(0, 3);
  const model = vae(denseTableVae({ layout, hidden: [16], latents: 2 }));
  // Three kinds of rows: (−1, first, missing), (0, second, 1), (1.5, third, −1).
  const kinds = [
    [-1, 1, 0, 0, 0, 1],
    [0, 0, 1, 0, 1, 0],
    [1.5, 0, 0, 1, -1, 0],
  ];
  using world = owned({ x: tensor2d(Array.from({ length: 30 }, (_, i) => kinds[i % 3]!)) });
  using params = owned(trained(elbo(model), world.x, { steps: 200, rate: 0.03 }));
  using made = owned(
    scope(() => ({ again: reconstruct(model, params, world.x), drawn: model.given(params).sample(key(7), [300]) })),
  );
  expectClose(made.again.dataSync().subarray(0, 18), kinds.flat(), { absolute: 0.3 });
  const drawn = made.drawn.arraySync() as number[][];
  // What was drawn as a category has the flag and the number of its kind; were the columns independent, less than a third would.
  const fitting = drawn.filter(([number, ...rest]) => {
    const kind = kinds.find((known) => [1, 2, 3].every((i) => known[i] === rest[i - 1]))!;
    return rest[4] === kind[5] && Math.abs(number! - kind[0]!) < 0.75;
  });
  expect(fitting.length / drawn.length).toBeGreaterThan(0.7);
});
