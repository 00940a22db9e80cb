import { disposeTree, key, type Step } from '@genai/core';
import { binary } from '@genai/distributions';
import { mlp, reshape, sequential } from '@genai/nn';
import { normalNoise, owned, scope } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { stepLaws } from '@genai/testing/step-laws';
import { add, cast, less, scalar, type Tensor, tensor2d } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { descending } from '../test/descending.js';
import { type CodeBook, codeBookUpdates } from './code-book-updates.js';
import { codePerplexity } from './code-perplexity.js';
import { nearestCode } from './nearest-code.js';
import { vqLoss } from './vq-loss.js';
import { vqVae } from './vq-vae.js';

const bits = vqVae({
  encoder: sequential(reshape([2, 2]), mlp([2, 6, 3])),
  decoder: binary(sequential(mlp([3, 6, 2]), reshape([4]))),
  codes: 3,
  width: 3,
});

stepLaws('codeBookUpdates', () => ({
  step: codeBookUpdates(descending(vqLoss(bits, { codeBook: 0 }), 0.1), bits),
  batch: () => scope(() => cast(less(normalNoise(key(3), [8, 4]), 0), 'float32')),
}));

/** The vectors are the batch itself, and the step only adds one to whatever it is given. */
type State = { readonly params: { readonly codes: Tensor; readonly other: Tensor } };
const passing = { encode: (_params: State['params'], x: Tensor): Tensor => x };
const adding = (codes: number[][]): Step<State, Tensor, { loss: Tensor }> => ({
  init: () => ({ params: { codes: tensor2d(codes), other: scalar(0) } }),
  run: ({ params }) => ({
    state: { params: { codes: add(params.codes, 1), other: add(params.other, 1) } },
    metrics: { loss: scalar(1) },
  }),
});

/** Runs the step on the batches and gives the states as numbers. */
function states(
  codes: number[][],
  batches: number[][][],
  options: { decay?: number; restart?: number; seed?: number } = {},
): { codes: number[][]; counts: number[]; sums: number[][]; updates: number; other: number }[] {
  const { seed = 0, ...rest } = options;
  const step = codeBookUpdates(adding(codes), passing, rest);
  let state: State & CodeBook = step.init(key(seed));
  const seen = batches.map((batch, i) => {
    const x = tensor2d(batch);
    const made = scope(() => step.run(state, x, key(seed + i + 1)));
    disposeTree([state, x, made.metrics.loss]);
    state = made.state;
    const { params, codeBook } = state;
    return {
      codes: params.codes.arraySync() as number[][],
      counts: Array.from(codeBook.counts.dataSync()),
      sums: codeBook.sums.arraySync() as number[][],
      updates: codeBook.updates.dataSync()[0]!,
      other: params.other.dataSync()[0]!,
    };
  });
  disposeTree(state);
  return seen;
}

describe('known answers: the moving average, by hand', () => {
  const CODES = [
    [0, 0],
    [10, 0],
    [0, 100],
  ];
  const BATCHES = [
    [
      [1, 1],
      [-1, 3],
      [9, 1],
    ],
    [
      [8, 2],
      [12, 0],
      [0, 0],
    ],
    [
      [1, 1],
      [3, -1],
      [2, 0],
    ],
  ];

  test('counts, sums and codes over three batches; a code that nobody chose stays, and what the step did to it is dropped', () => {
    const [first, second, third] = states(CODES, BATCHES, { decay: 0.5, restart: 0 });
    // Batch 1: rows 0 and 1 choose code 0, row 2 code 1.
    expect(first).toEqual({
      codes: [
        [0, 2],
        [9, 1],
        [0, 100],
      ],
      counts: [2, 1, 0],
      sums: [
        [0, 4],
        [9, 1],
        [0, 0],
      ],
      updates: 1,
      other: 1,
    });
    // Batch 2: rows 0 and 1 choose code 1, row 2 code 0. Sums ½ (9, 1) + (20, 2) and ½ (0, 4) + (0, 0).
    expectClose(second!.codes, [
      [0, 1],
      [24.5 / 2.5, 2.5 / 2.5],
      [0, 100],
    ]);
    expectClose(second!.counts, [2, 2.5, 0]);
    // Batch 3: all choose code 0. Sums ½ (0, 2) + (6, 0); counts ½ · 2 + 3.
    expectClose(third!.codes, [
      [6 / 4, 1 / 4],
      [24.5 / 2.5, 1],
      [0, 100],
    ]);
    expect(third).toMatchObject({ counts: [4, 1.25, 0], updates: 1.75, other: 3 });
  });
});

describe('dead codes', () => {
  const rows = Array.from({ length: 12 }, (_, i) => [i, 50 + i]);
  const FAR = [
    [5, 55],
    [900, 900],
    [-800, 0],
    [700, -700],
  ];

  test('laws: start again at different vectors of the batch, with the usual count; the others stay', () => {
    const [made] = states(FAR, [rows], { decay: 0.5 });
    expect(made!.codes[0]).toEqual([5.5, 55.5]); // the mean of all, which chose it
    const fresh = made!.codes.slice(1).map(String);
    expect(new Set(fresh).size).toBe(3);
    for (const code of fresh) expect(rows.map(String)).toContain(code);
    expect(made!.counts).toEqual([12, 3, 3, 3]); // 12 rows, 4 codes
    expectClose(
      made!.sums[1]!,
      made!.codes[1]!.map((x) => 3 * x),
    );
    const [again] = states(FAR, [rows], { decay: 0.5 });
    expect(again).toEqual(made);
    expect(states(FAR, [rows], { decay: 0.5, seed: 7 })[0]).not.toEqual(made);
  });

  test('laws: a code that is no longer chosen lives until its share has faded, then starts again', () => {
    const near = [
      [5, 55],
      [6, 56],
    ];
    const one = Array.from({ length: 4 }, () => [5, 55]);
    const batches = [
      [...one, ...Array.from({ length: 4 }, () => [6, 56])],
      ...Array.from({ length: 5 }, () => [...one, ...one]),
    ];
    const seen = states(near, batches, { decay: 0.5, restart: 0.1 });
    // Its count is 4 · ½ᵗ; the mean 4 · (2 − ½ᵗ): the share falls below a tenth when ½ᵗ < 0.2 / 1.1.
    expect(seen.map(({ codes }) => codes[1]![0])).toEqual([6, 6, 6, 5, 5, 5]);
  });

  test('laws: any row is as likely as any other', () => {
    const count = new Map<number, number>();
    for (let seed = 0; seed < 300; seed++) {
      for (const code of states(FAR, [rows.slice(0, 10)], { seed: 100 * seed })[0]!.codes.slice(1)) {
        count.set(code[0]!, (count.get(code[0]!) ?? 0) + 1);
      }
    }
    expect(count.size).toBe(10);
    for (const seen of count.values()) expect(Math.abs(seen - 90)).toBeLessThan(4 * Math.sqrt(90)); // 900 draws of 10
  });

  test('laws: more codes than rows, and a batch of one row', () => {
    const [few] = states(FAR, [rows.slice(0, 2)]);
    for (const code of few!.codes.slice(1)) expect(['0,50', '1,51']).toContain(String(code));
    expect(states(FAR, [[[5, 5]]])[0]!.codes.slice(1)).toEqual([
      [5, 5],
      [5, 5],
      [5, 5],
    ]);
  });

  test('known answers: a collapsed code book spreads over eight clusters', () => {
    const centres = Array.from({ length: 8 }, (_, k) => [
      10 * Math.cos((k * Math.PI) / 4),
      10 * Math.sin((k * Math.PI) / 4),
    ]);
    const noise = scope(() => normalNoise(key(5), [96, 2]));
    const jitter = noise.arraySync() as number[][];
    noise.dispose();
    const data = jitter.map(([a, b], i) => [centres[i % 8]![0]! + 0.1 * a!, centres[i % 8]![1]! + 0.1 * b!]);
    const start = Array.from({ length: 16 }, (_, k) => [500 + k, 500]); // all rows choose code 0
    const perplexity = (codes: number[][]): number => {
      const made = scope(() => codePerplexity(nearestCode(tensor2d(codes), tensor2d(data)), 16));
      const value = made.dataSync()[0]!;
      made.dispose();
      return value;
    };
    expect(perplexity(start)).toBe(1);
    const codes = states(
      start,
      Array.from({ length: 40 }, () => data),
      { decay: 0.8 },
    ).at(-1)!.codes;
    expect(perplexity(codes)).toBeGreaterThan(8);
    const error = data.map(([a, b]) => Math.min(...codes.map(([p, q]) => Math.hypot(a! - p!, b! - q!))));
    expect(Math.max(...error)).toBeLessThan(0.5); // every cluster has a code
  });
});

test('laws: several code books are moved side by side, each by its own vectors', () => {
  type Two = { readonly params: { readonly codes: { readonly top: Tensor; readonly bottom: Tensor } } };
  const idle: Step<Two, { x: Tensor }, { loss: Tensor }> = {
    init: () => ({
      params: {
        codes: {
          top: tensor2d([[0], [5]]),
          bottom: tensor2d([
            [0, 0],
            [1, 1],
            [9, 9],
          ]),
        },
      },
    }),
    run: (state) => ({ state, metrics: { loss: scalar(0) } }),
  };
  const model = {
    // Named in another order than the code books are.
    encode: (): Two['params']['codes'] => ({
      bottom: tensor2d([
        [2, 2],
        [8, 8],
        [10, 8],
      ]),
      top: tensor2d([[1], [6], [8]]),
    }),
  };
  const step = codeBookUpdates(idle, model, { restart: 0, input: ({ x }) => x });
  using batch = owned({ x: tensor2d([[0]]) });
  const state = step.init(key(0));
  const made = scope(() => step.run(state, batch, key(1)));
  expect(made.state.params.codes.top.arraySync()).toEqual([[1], [7]]);
  expect(made.state.params.codes.bottom.arraySync()).toEqual([
    [0, 0],
    [2, 2],
    [9, 8],
  ]);
  expect(Array.from(made.state.codeBook.counts.bottom.dataSync())).toEqual([0, 1, 2]);
  disposeTree([state, made]);
});

test('errors', () => {
  expect(() => codeBookUpdates(adding([[0]]), passing, { decay: 1 })).toThrow(/decay must be .* less than 1, got 1/);
  expect(() => codeBookUpdates(adding([[0]]), passing, { restart: -1 })).toThrow(/restart must be/);
});
