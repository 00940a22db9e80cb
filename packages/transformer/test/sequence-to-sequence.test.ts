import { generateBatch, nll } from '@genai/autoregressive';
import { type Batches, disposeTree, key, randomIntegers } from '@genai/core';
import { setBackend, type Tensor, tensor2d } from '@tensorflow/tfjs-core';
import { afterEach, expect, test } from 'vitest';
// @boundaries-ignore the models of this package are run here on engines that it must not import
import { useBackend } from '../../backend/src/use-backend.js';
// @boundaries-ignore and trained by a package of the middle, which it must not import either
import { adamW, minimize, train } from '../../train/src/index.js';
import { conditionalTransformer } from '../src/cross/conditional-transformer.js';
import { encoder } from '../src/encoder/encoder.js';
import { sequenceToSequence } from '../src/encoder/sequence-to-sequence.js';
import { gpt2 } from '../src/presets/gpt2.js';

const [LENGTH, SYMBOLS, END, STEPS] = [4, 5, 5, 250];
const sizes = { width: 32, layers: 1, heads: 2, context: LENGTH };
const reverser = sequenceToSequence({
  encoder: encoder(gpt2({ ...sizes, vocabulary: SYMBOLS })),
  decoder: conditionalTransformer(gpt2({ ...sizes, vocabulary: SYMBOLS + 1, beginToken: END }), {
    memory: { width: sizes.width },
  }),
});
type Pairs = { readonly elements: Tensor; readonly context: { readonly source: Tensor } };

afterEach(async () => {
  await setBackend('cpu');
});

test('known answers: trained in a captured step, it says symbols backwards', async () => {
  await useBackend('simd');
  const data = pairs();
  await using run = train(minimize(nll(reverser), adamW(3e-3)), { data, steps: STEPS, key: key(0) });
  for await (const _ of run);
  expect(run.captured).toBe(true);
  const rows = sequences(9_999, 200);
  const source = tensor2d(rows, [rows.length, LENGTH], 'int32');
  const prompts = rows.map(() => []);
  const options = { prompts, context: { source }, steps: LENGTH, greedy: true, key: key(1) };
  const made = await generateBatch(reverser, run.state.params, options).result;
  const right = made.filter(({ tokens }, i) => String(tokens) === String(backwards(rows[i]!))).length;
  expect(right / rows.length).toBeGreaterThan(0.95);
  source.dispose();
}, 60_000);

/** Batches without an end; the sequences of one are drawn from its number. */
function pairs(): Batches<Pairs> {
  async function* from(cursor: number): AsyncGenerator<Pairs> {
    for (let at = cursor; ; at++) {
      const rows = sequences(at, 64);
      const batch = {
        elements: tensor2d(rows.map(backwards), [64, LENGTH], 'int32'),
        context: { source: tensor2d(rows, [64, LENGTH], 'int32') },
      };
      try {
        yield batch;
      } finally {
        disposeTree(batch);
      }
    }
  }
  return { from, [Symbol.asyncIterator]: () => from(0) };
}

function sequences(seed: number, count: number): number[][] {
  const symbols = [...randomIntegers(key(seed), count * LENGTH, { min: 0, max: SYMBOLS })];
  return Array.from({ length: count }, (_, i) => symbols.slice(LENGTH * i, LENGTH * (i + 1)));
}

const backwards = (row: readonly number[]): number[] => [...row].reverse();
