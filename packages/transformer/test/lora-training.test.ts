import { nll, type SequenceBatch } from '@genai/autoregressive';
import { disposeTree, key, leaves, mapLeaves, type Objective, type Tree } from '@genai/core';
import { scope } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { clone, scalar, setBackend, type Tensor } from '@tensorflow/tfjs-core';
import { afterEach, expect, test } from 'vitest';
// @boundaries-ignore the models of this package are run here on engines that it must not import
import { useBackend } from '../../backend/src/use-backend.js';
// @boundaries-ignore and trained on what packages of the middle make, which it must not import either
import { batches, bytes, chatFormat, dialogueWindows } from '../../data/src/index.js';
// @boundaries-ignore as above
import { adamW, minimize, train } from '../../train/src/index.js';
import { adapted } from '../src/adapters/adapted.js';
import { adapting } from '../src/adapters/adapting.js';
import { type LoraParams, lora } from '../src/adapters/lora.js';
import { llama } from '../src/presets/llama.js';
import { type TransformerParams, transformer } from '../src/transformer.js';

const tokenizer = bytes({ special: ['<|system|>', '<|user|>', '<|assistant|>', '<|end|>'] });
const chat = chatFormat({ tokenizer });
const dialogue = (text: string, reply: string): ReturnType<typeof chat.encode> =>
  chat.encode([
    { role: 'user', text },
    { role: 'assistant', text: reply },
  ]);
const dialogues = [
  dialogue('Ahoy?', 'Aye!'),
  dialogue('Land?', 'Nay!'),
  dialogue('Rum?', 'Aye!'),
  dialogue('Tea?', 'Nay!'),
];
const sizes = { vocabulary: tokenizer.vocabulary, width: 16, layers: 2, heads: 2, hidden: 24, context: 16 };
const model = transformer(llama({ ...sizes, dropout: 0.1 }));
const tuning = lora(model, { rank: 4, alpha: 16, targets: ['query', 'value', 'output', 'up', 'down'] });

afterEach(async () => {
  await setBackend('cpu');
});

test('known answers: a model that talks one way is taught another by adapters alone, and the base stays as it is', async () => {
  await useBackend('simd');
  const base = await talking();
  const before = contents(base);
  const { params } = await tuned(base, 60, 'auto');
  expect(contents(base)).toEqual(before);
  const fresh = tuning.init(key(0));
  const [first, last] = [await replyLoss(base, fresh), await replyLoss(base, params)];
  expect(last).toBeLessThan(first / 2);
  disposeTree([base, fresh, params]);
});

test('parity: a step that is captured with the base as its constants gives what it gives plainly', async () => {
  await useBackend('simd');
  const base = model.init(key(0));
  const plain = await tuned(base, 6, false);
  const replayed = await tuned(base, 6, true);
  expect(replayed.captured).toBe(true);
  const expected = new Map(leaves<Tensor>(plain.params));
  for (const [path, leaf] of leaves<Tensor>(replayed.params)) {
    expectClose(await leaf.data(), await expected.get(path)!.data(), { absolute: 1e-6 });
  }
  disposeTree([base, plain.params, replayed.params]);
});

/** A model that has learnt other dialogues from nothing. */
async function talking(): Promise<TransformerParams> {
  const others = [dialogue('Hey?', 'Yes.'), dialogue('Tea?', 'Yes.')];
  const data = batches(dialogueWindows(others, { length: 16 }), { size: 2, key: key(1) });
  const objective: Objective<Tensor, TransformerParams, SequenceBatch> = nll(model);
  await using run = train(minimize(objective, adamW(0.01)), { data, steps: 60, key: key(2) });
  for await (const _ of run);
  return copied(run.state.params);
}

/** Adapters after some steps of supervised chat tuning. */
async function tuned(
  base: TransformerParams,
  steps: number,
  capture: 'auto' | boolean,
): Promise<{ params: LoraParams; captured: unknown }> {
  const data = batches(dialogueWindows(dialogues, { length: 16 }), { size: 4, key: key(1) });
  const step = minimize(adapting<SequenceBatch>(nll(model), tuning, base), adamW(0.02));
  await using run = train(step, { data, steps, key: key(0), capture });
  for await (const _ of run);
  const { captured } = run;
  return { params: copied(run.state.params), captured };
}

async function replyLoss(base: TransformerParams, params: LoraParams): Promise<number> {
  const data = batches(dialogueWindows(dialogues, { length: 16 }), { size: 4, epochs: 1 });
  for await (const batch of data) {
    const { loss } = scope(() => {
      const whole = adapted(model, base, { params, scale: tuning.scale });
      return nll(model).loss(whole, batch, key(0), scalar(0));
    });
    disposeTree(batch);
    const [value] = await loss.data();
    loss.dispose();
    return value!;
  }
  throw new Error('no batch');
}

const copied = <P extends Tree<Tensor>>(params: P): P => mapLeaves<Tensor, P>(params, (leaf) => clone(leaf));

const contents = (params: TransformerParams): number[][] =>
  leaves<Tensor>(params).map(([, leaf]) => Array.from(leaf.dataSync()));
