import { type Distribution, disposeTree, key, leaves, type Model, randomNormal } from '@genai/core';
import { bernoulli, binary, categorical, gaussian, independent } from '@genai/distributions';
import { dense, mlp, reshape, sequential } from '@genai/nn';
import { normalNoise, owned, scope, valueAndGrad } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { modelLaws } from '@genai/testing/model-laws';
import { cast, fill, less, scalar, type Tensor, tensor, tensor1d, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import golden from '../golden/vq.json' with { type: 'json' };
import { codePerplexity } from './code-perplexity.js';
import { decodeCodes } from './decode-codes.js';
import { encodeCodes } from './encode-codes.js';
import { nearestCode } from './nearest-code.js';
import { vqLoss } from './vq-loss.js';
import { vqVae } from './vq-vae.js';
import { withCodePrior } from './with-code-prior.js';

type Golden = { readonly shape: number[]; readonly values: number[] };
const tensorOf = ({ shape, values }: Golden): Tensor => tensor(values, shape);

/** That of golden/vq.py. */
const affine = vqVae({ encoder: dense(3, 2), decoder: gaussian(dense(2, 6)), codes: 5, width: 2 });
const affineParams = () => {
  const made = (part: 'encoder' | 'decoder') => ({
    weight: tensorOf(golden.params[`${part}.weight`]),
    bias: tensorOf(golden.params[`${part}.bias`]),
  });
  return { encoder: made('encoder'), decoder: made('decoder'), codes: tensorOf(golden.params.codes) };
};

test.each(golden.cases)(
  'goldens: commitment $commitment, code book $codeBook: loss, metrics and gradients of PyTorch',
  (reference) => {
    scope(() => {
      const params = affineParams();
      const x = tensorOf(golden.x);
      const objective = vqLoss(affine, { commitment: reference.commitment, codeBook: reference.codeBook });
      const { values, grad } = valueAndGrad((p: typeof params) => objective.loss(p, x, key(0), scalar(0)), params);
      const wanted = [reference.loss, reference.distortion, reference.held, reference.perplexity];
      expectClose([values.loss, values.distortion, values.commitment, values.perplexity], wanted);
      expect(Array.from(encodeCodes(affine, params, x).dataSync())).toEqual(reference.indices);
      for (const [path, g] of leaves<Tensor>(grad)) {
        const want: number[] = reference.grad[path as keyof typeof reference.grad];
        const size = Math.max(...want.map(Math.abs));
        expectClose(g, want, { absolute: 1e-5 * (1 + size), relative: 1e-4 });
      }
    });
  },
);

describe('nearestCode', () => {
  test('known answers: as by brute force, over a grid', () => {
    const [codes, width] = [37, 5];
    const book = randomNormal(key(0), codes * width);
    const z = randomNormal(key(1), 2 * 3 * 4 * width);
    using world = owned({ book: tensor(book, [codes, width]), z: tensor(z, [2, 3, 4, width]) });
    using found = owned({ indices: nearestCode(world.book, world.z) });
    expect([found.indices.shape, found.indices.dtype]).toEqual([[2, 3, 4], 'int32']);
    const wanted = Array.from({ length: 24 }, (_, row) => {
      const distances = Array.from({ length: codes }, (_, k) =>
        Array.from({ length: width }, (_, j) => (z[row * width + j]! - book[k * width + j]!) ** 2).reduce(
          (a, b) => a + b,
        ),
      );
      return distances.indexOf(Math.min(...distances));
    });
    expect(Array.from(found.indices.dataSync())).toEqual(wanted);
    expect(new Set(wanted).size).toBeGreaterThan(10);
  });

  test('errors', () => {
    using world = owned({ book: zeros([3, 2]), z: zeros([4, 3]), row: zeros([3]) });
    expect(() => nearestCode(world.book, world.z)).toThrow(/nearestCode: z: got shape \[4, 3\], expected \[…, 2\]/);
    expect(() => nearestCode(world.row, world.z)).toThrow(/nearestCode: codes/);
  });
});

test('known answers: the perplexity of equal shares is their number, of a single code 1', () => {
  const of = (indices: number[], shape: number[]): number => {
    using made = owned(scope(() => ({ p: codePerplexity(tensor(indices, shape, 'int32'), 6) })));
    expect(made.p.shape).toEqual([]);
    return made.p.dataSync()[0]!;
  };
  expect(of([0, 1, 2, 3, 4, 5], [2, 3])).toBeCloseTo(6, 5);
  expect(of([3, 3, 3, 3], [4])).toBe(1);
  expect(of([0, 0, 5, 5], [2, 1, 2])).toBeCloseTo(2, 5);
  // ½, ¼, ¼: 2^1.5
  expect(of([0, 0, 1, 2], [4])).toBeCloseTo(2 ** 1.5, 5);
});

// Four bits, cut in two places of a grid; one code book of three codes.
const bits = vqVae({
  encoder: sequential(reshape([2, 2]), mlp([2, 6, 3])),
  decoder: binary(sequential(mlp([3, 6, 2]), reshape([4]))),
  codes: 3,
  width: 3,
});
const grids: Model<{ logits: Tensor }, Distribution<Tensor>> = {
  init: (k) => ({ logits: normalNoise(k, [2, 3]) }),
  given: ({ logits }) => independent(categorical(logits), 1),
};

test('laws: codes of x decode to what the loss decodes, and to shapes of their own', () => {
  using world = owned({ params: scope(() => bits.init(key(0))), x: zeros([5, 4]) });
  using made = owned({ codes: encodeCodes(bits, world.params, world.x) });
  expect([made.codes.shape, made.codes.dtype]).toEqual([[5, 2], 'int32']);
  using again = owned({ mean: decodeCodes(bits, world.params, made.codes) });
  expect(again.mean.shape).toEqual([5, 4]);
  // The loss is its cross-entropy.
  const distortion = scope(() => vqLoss(bits).loss(world.params, world.x, key(1), scalar(0)).distortion);
  const wanted = Array.from(again.mean.dataSync()).reduce((sum, p) => sum - Math.log(1 - p), 0) / 5;
  expectClose(distortion, [wanted], { absolute: 1e-5 });
  distortion.dispose();
});

modelLaws('withCodePrior', () => ({ model: withCodePrior(bits, grids), context: () => undefined }));

describe('withCodePrior', () => {
  test('known answers: its bound is log p(x | codes) + log p(codes), below log p(x) summed over all nine grids', () => {
    const model = withCodePrior(bits, grids);
    using world = owned({
      params: scope<unknown>(() => model.init(key(2))) as ReturnType<typeof model.init>,
      x: scope(() => cast(less(normalNoise(key(3), [8, 4]), 0), 'float32')),
    });
    const { params, x } = world;
    const numbers = scope<unknown>(() => {
      const all = tensor(
        Array.from({ length: 18 }, (_, i) => (i % 2 ? Math.floor(i / 2) % 3 : Math.floor(i / 6))),
        [9, 2],
        'int32',
      );
      const prior = grids.given(params.prior).logProb(all).dataSync(); // (9)
      const mean = decodeCodes(bits, params.model, all).arraySync() as number[][]; // (9, 4)
      return {
        bound: Array.from(model.given(params).logProbBound(x, key(0)).dataSync()),
        exact: (x.arraySync() as number[][]).map((row) =>
          Math.log(
            mean.reduce(
              (sum, p, k) => sum + Math.exp(prior[k]!) * row.reduce((q, bit, i) => q * (bit ? p[i]! : 1 - p[i]!), 1),
              0,
            ),
          ),
        ),
        chosen: Array.from(encodeCodes(bits, params.model, x).dataSync()),
        joint: (x.arraySync() as number[][]).map((row) =>
          mean.map((p, k) => prior[k]! + row.reduce((q, bit, i) => q + Math.log(bit ? p[i]! : 1 - p[i]!), 0)),
        ),
      };
    }) as { bound: number[]; exact: number[]; chosen: number[]; joint: number[][] };
    for (const [i, value] of numbers.bound.entries()) {
      expect(value).toBeLessThan(numbers.exact[i]!);
      const grid = 3 * numbers.chosen[2 * i]! + numbers.chosen[2 * i + 1]!;
      expect(value).toBeCloseTo(numbers.joint[i]![grid]!, 4);
    }
  });

  test('known answers: it draws codes from the prior and pixels from the decoder', () => {
    // Code k lights pixel k surely; the prior likes code 1 in 70 of 100 cases.
    const lamp = vqVae({
      encoder: dense(3, 3),
      decoder: { init: () => ({}), given: (_p: object, z: Tensor) => independent(bernoulli(z), 1) },
      codes: 3,
      width: 3,
    });
    const model = withCodePrior(lamp, {
      init: () => ({}),
      given: () => categorical(tensor1d([0.2, 0.7, 0.1].map(Math.log))),
    });
    const rate = scope(() => {
      const book = tensor2d([
        [30, -30, -30],
        [-30, 30, -30],
        [-30, -30, 30],
      ]);
      const params = { model: { ...lamp.init(key(0)), codes: book }, prior: {} };
      const x = model.given(params as never).sample(key(1), [40, 50]);
      expect(x.shape).toEqual([40, 50, 3]);
      const rows = x.dataSync();
      return {
        of: [0, 1, 2].map((j) =>
          scalar(Array.from({ length: 2_000 }, (_, r) => rows[3 * r + j]!).reduce((a, b) => a + b) / 2_000),
        ),
      };
    });
    expectClose(rate.of, [0.2, 0.7, 0.1], { absolute: 0.04 });
    disposeTree(rate);
  });
});

test('errors', () => {
  expect(() => vqVae({ encoder: dense(2, 2), decoder: binary(dense(2, 2)), codes: 1 })).toThrow(
    /codes must be .* at least 2/,
  );
  expect(() => vqVae({ encoder: dense(2, 2), decoder: binary(dense(2, 2)), width: 0 })).toThrow(/width must be/);
  expect(() => vqLoss(bits, { commitment: -1 })).toThrow(/vqLoss: commitment must be a finite number/);
  const narrow = vqVae({ encoder: dense(4, 2), decoder: binary(dense(3, 4)), codes: 2, width: 3 });
  using world = owned({ params: scope(() => narrow.init(key(0))), x: fill([2, 4], 1), codes: zeros([2, 2]) });
  expect(() => encodeCodes(narrow, world.params, world.x)).toThrow(
    /encoder's output: got shape \[2, 2\], expected \[…, 3\]/,
  );
  expect(() => decodeCodes(narrow, world.params, world.codes)).toThrow(/int32/);
});
