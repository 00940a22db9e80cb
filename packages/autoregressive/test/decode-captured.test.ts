import { disposeTree, key } from '@genai/core';
import { setBackend } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
// @boundaries-ignore the models of this package are run here on engines that it must not import
import { useBackend } from '../../backend/src/use-backend.js';
import { beamSearch } from '../src/decode/beam-search.js';
import { generate } from '../src/decode/generate.js';
import { generateBatch } from '../src/decode/generate-batch.js';
import { chainParams, pairChain, someTable } from './markov.js';

test('parity: steps that are captured and replayed draw the tokens that they draw plainly', async () => {
  const model = pairChain(6, { beginToken: 0, endToken: 5 });
  let steps = 0;
  const counted: typeof model = {
    ...model,
    step: (...inputs) => {
      steps++;
      return model.step(...inputs);
    },
  };
  const draw = async (): Promise<{ ran: number; tokens: unknown }> => {
    const params = chainParams(someTable(6, 7, { rows: 36 }));
    steps = 0;
    const one = await generate(counted, params, { steps: 60, key: key(1), bias: { 5: -9 } }).result;
    const ran = steps;
    const prompts = [[1], [], [2, 3, 4], [1, 1]];
    const rows = await generateBatch(model, params, { prompts, steps: 30, key: key(2), topP: 0.9 }).result;
    const found = await beamSearch(model, params, { beams: 4, groups: 2, diversity: 0.5, steps: 8 });
    disposeTree(params);
    return { ran, tokens: [one.tokens, ...rows.map(({ tokens }) => tokens), ...found.map(({ tokens }) => tokens)] };
  };
  const plain = await draw();
  expect(plain.ran).toBe(60);
  await useBackend('simd');
  try {
    const captured = await draw();
    expect(captured.tokens).toEqual(plain.tokens);
    expect(captured.ran).toBeLessThan(6); // recorded, then replayed
  } finally {
    await setBackend('cpu');
  }
});
