import { readFileSync } from 'node:fs';
import { disposeTree } from '@genai/core';
import { scope } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { describe, expect, test } from 'vitest';
import { expectedOf, goldenStore, loadConfig, readTensors } from '../../test/checkpoints.js';
import type { Pretrained } from '../hugging-face/from-hugging-face.js';
import { fromLlama2c } from './from-llama2-c.js';
import { fromNanoGpt } from './from-nano-gpt.js';

const bin = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`../../golden/llama2-c/${name}.bin`, import.meta.url)));

/** Expects the logits that golden/other-layouts.py computed. */
function expectLogits({ model, params }: Pretrained, name: string, file?: string): void {
  const { tokens, logits } = expectedOf(name, file);
  scope(() => {
    expectClose(model.run(params, tokens, model.start(params, 2)).next.logits, logits, { absolute: 1e-5, relative: 0 });
    return {};
  });
  disposeTree([tokens, params]);
}

test('goldens: a checkpoint of nanoGPT, compiled, without biases', async () => {
  const store = goldenStore('nano-gpt');
  expectLogits(await fromNanoGpt(await loadConfig(store), readTensors(store)), 'nano-gpt');
});

test.each(['model', 'untied'])('goldens: %s.bin of llama2.c', async (name) => {
  const made = await fromLlama2c(bin(name));
  expect([made.model.beginToken, made.model.endToken, made.endTokens]).toEqual([1, 1, [1]]);
  expectLogits(made, 'llama2-c', name);
});

test('properties: a file that does not begin at a multiple of 4 bytes in its buffer', async () => {
  const bytes = bin('model');
  const moved = new Uint8Array(bytes.byteLength + 1);
  moved.set(bytes, 1);
  expectLogits(await fromLlama2c(moved.subarray(1)), 'llama2-c', 'model');
});

describe('errors', () => {
  const withHeader = (change: (view: DataView) => void): Uint8Array => {
    const bytes = bin('model');
    change(new DataView(bytes.buffer));
    return bytes;
  };

  test.each<[string, () => Uint8Array, RegExp]>([
    ['nothing', () => new Uint8Array(5), /got 5 bytes, a file has at least 28/],
    [
      'a file cut short',
      () => bin('model').subarray(0, 1000),
      /the file has 1000 bytes, by its header it must have \d+/,
    ],
    ['a later version', () => withHeader((view) => view.setUint32(0, 0x616b3432, true)), /expected version 0/],
    [
      'no layers',
      () => withHeader((view) => view.setInt32(8, 0, true)),
      /layers must be an integer of at least 1, got 0/,
    ],
    [
      'layers that fill the memory',
      () => withHeader((view) => view.setInt32(8, 2e9, true)),
      /2000000000 layers of width 16 do not fit/,
    ],
    [
      'heads of an odd width',
      () => withHeader((view) => view.setInt32(12, 16, true)),
      /turns 1 of 1 numbers in a head/,
    ],
    [
      'heads that do not divide',
      () => withHeader((view) => view.setInt32(12, 3, true)),
      /heads must divide the width 16, got 3/,
    ],
  ])('llama2.c: %s', async (_, bytes, message) => {
    await expect(fromLlama2c(bytes())).rejects.toThrow(message);
  });

  test('nanoGPT: arguments of another program, and of another model', async () => {
    const store = goldenStore('nano-gpt');
    const args = (await loadConfig(store)) as object;
    await expect(fromNanoGpt({}, [])).rejects.toThrow('fromNanoGpt: config.json: "vocab_size" must be an integer');
    await expect(fromNanoGpt({ ...args, bias: true }, readTensors(store))).rejects.toThrow(
      'tensors are missing: h.0.ln_1.bias',
    );
    await expect(fromNanoGpt({ ...args, block_size: 8 }, readTensors(store))).rejects.toThrow(
      'model.safetensors: tensor "_orig_mod.transformer.wpe.weight" has shape [16, 12], expected [8, 12]',
    );
  });
});
