import { nll } from '@genai/autoregressive';
import { disposeTree, key, leaves, mapLeaves } from '@genai/core';
import { scope } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { clone, memory, scalar, setBackend, type Tensor, tensor2d } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
// @boundaries-ignore the models of this package are run here on engines that it must not import
import { useBackend } from '../../backend/src/use-backend.js';
// @boundaries-ignore and trained on what packages of the middle make, which it must not import either
import { batches, characters, windows } from '../../data/src/index.js';
// @boundaries-ignore as above
import { adamW, minimize, train } from '../../train/src/index.js';
import { adapted } from '../src/adapters/adapted.js';
import { adapting } from '../src/adapters/adapting.js';
import { type LoraParams, lora } from '../src/adapters/lora.js';
import { merged } from '../src/adapters/merged.js';
import { llama } from '../src/presets/llama.js';
import { quantised, unquantised } from '../src/quantised/quantised.js';
import { type TransformerParams, transformer } from '../src/transformer.js';
import { SONNETS } from './sonnets.js';

const { vocabulary, encode } = characters(SONNETS.day + SONNETS.minds);
const model = transformer(llama({ vocabulary, width: 64, layers: 2, heads: 4, hidden: 128, context: 48 }));
const TIMEOUT = 240_000; // on a machine at work
const tuning = lora(model, {
  ...{ rank: 8, alpha: 16, dropout: 0.1 },
  targets: ['query', 'key', 'value', 'output', 'gate', 'up', 'down'],
});

describe('known answers: a model that has learnt one poem, in few bits, learns another by adapters alone', () => {
  let exact: TransformerParams;

  beforeAll(async () => {
    await useBackend('simd');
    exact = await learnt();
  }, TIMEOUT);

  afterAll(async () => {
    disposeTree(exact);
    await setBackend('cpu');
  });

  test.each([
    [16, 0.51],
    [8, 0.29],
    [4, 0.17],
  ] as const)(
    '%i bits',
    async (bits, share) => {
      const before = memory().numBytes;
      const base = await quantised(exact, { bits });
      // A weight takes bits / 8 bytes, and 1 / 8 of one for its share of a scale if there is one; norms stay as they are.
      expect((memory().numBytes - before) / bytesOf(exact)).toBeLessThan(share);
      const held = contents(base);
      const fresh = tuning.init(key(0));
      const { params, captured } = await tuned(base);
      expect(captured).toBe(true);
      expect(contents(base)).toEqual(held);
      const [first, last] = [beside(base, fresh), beside(base, params)];
      expect(last).toBeLessThan(0.5 * first); // nats a character
      const whole = unquantised(base);
      const sum = merged(model, whole, { params, scale: tuning.scale });
      expectClose([lossOf(sum)], [last], { absolute: 1e-4 });
      disposeTree([base, fresh, params, whole, sum]);
    },
    TIMEOUT,
  );
});

async function learnt(): Promise<TransformerParams> {
  const data = batches(windows(encode(SONNETS.day), { length: 33, stride: 3 }), { size: 8, key: key(1) });
  await using run = train(minimize(nll(model), adamW(3e-3)), { data, steps: 60, key: key(2) });
  for await (const _ of run);
  return copied(run.state.params);
}

async function tuned(base: TransformerParams): Promise<{ params: LoraParams; captured: unknown }> {
  const data = batches(windows(encode(SONNETS.minds), { length: 33, stride: 3 }), { size: 8, key: key(1) });
  const step = minimize(adapting<Tensor>(nll(model), tuning, base), adamW(1e-2));
  await using run = train(step, { data, steps: 60, key: key(2) });
  for await (const _ of run);
  const { captured } = run;
  return { params: copied(run.state.params), captured };
}

/** Of the second poem, in nats a character. */
function lossOf(params: TransformerParams): number {
  const { loss } = scope(() => {
    const tokens = encode(SONNETS.minds);
    const rows = tensor2d(tokens.slice(0, 7 * 44), [7, 44], 'int32');
    return { loss: nll(model).loss(params, rows, key(0), scalar(0)).loss };
  });
  const [value] = loss.dataSync();
  loss.dispose();
  return value!;
}

/** The same with adapters beside the weights, none of their inputs dropped. */
function beside(base: TransformerParams, params: LoraParams): number {
  const whole = scope(() => mapLeaves<Tensor, TransformerParams>(adapted(model, base, { params, scale: tuning.scale }), (leaf) => clone(leaf))); // biome-ignore format: one line
  const loss = lossOf(whole);
  disposeTree(whole);
  return loss;
}

const copied = <P extends TransformerParams | LoraParams>(params: P): P =>
  mapLeaves<Tensor, P>(params, (leaf) => clone(leaf));

const bytesOf = (params: TransformerParams): number =>
  leaves<Tensor>(params).reduce((sum, [, leaf]) => sum + 4 * leaf.size, 0);

const contents = (params: TransformerParams): number[][] =>
  leaves<Tensor>(params).map(([, leaf]) => Array.from(leaf.dataSync()));
