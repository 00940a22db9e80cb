import { continuousBatch, generate } from '@genai/autoregressive';
import { disposeTree, fold, key, randomIntegers } from '@genai/core';
import { expectClose } from '@genai/testing/expect-close';
import { memory } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { gpt2, llama, transformer } from '../src/index.js';

const VOCABULARY = 11;
const sizes = { vocabulary: VOCABULARY, width: 8, layers: 2, heads: 2, context: 24 };

describe('laws: transformers in a batch whose rows come and go draw what generate draws alone', () => {
  test.each([
    ['gpt2', gpt2(sizes)],
    ['llama with grouped queries', llama({ ...sizes, heads: 4, keyHeads: 2 })],
  ] as const)('%s, prompts in chunks, some up to the context', async (_, config) => {
    const model = transformer(config);
    const params = model.init(key(1));
    const before = memory().numTensors;
    const batch = continuousBatch(model, params, { slots: 3, chunk: 4 });
    const requests = Array.from({ length: 7 }, (_, i) => ({
      prompt: Array.from(randomIntegers(fold(key(2), i), 1 + ((5 * i) % 12), { min: 0, max: VOCABULARY })),
      steps: 2 + ((7 * i) % 23), // of some more than the context has left
      key: fold(key(3), i),
    }));
    const drawn = await Promise.all(requests.map((request) => batch.generate(request).result));
    await batch.close();
    expect(memory().numTensors).toBe(before);
    expect(new Set(drawn.map(({ stopped }) => stopped))).toEqual(new Set(['steps', 'longest']));
    for (const [i, row] of drawn.entries()) {
      const alone = await generate(model, params, requests[i]!).result;
      expect(row).toMatchObject({ tokens: alone.tokens, stopped: alone.stopped });
      expectClose(row.logProbs, alone.logProbs);
    }
    disposeTree(params);
  });
});
