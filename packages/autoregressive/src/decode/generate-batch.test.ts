import { disposeTree, fold, key } from '@genai/core';
import { expectClose } from '@genai/testing/expect-close';
import { memory } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { type Chain, chainParams, markovChain, pairChain, someTable } from '../../test/markov.js';
import { bestOf } from './best-of.js';
import { generate } from './generate.js';
import { generateBatch } from './generate-batch.js';

const prompts = [[3], [1, 2, 3, 0, 4, 4], [2, 2], [0], [4, 1, 1], [], [3, 3]];

test.each([
  ['plainly', {}],
  ['warped', { temperature: 1.4, topP: 0.8, repetitionPenalty: 1.2, presencePenalty: 0.3 }],
  ['with stops', { stop: [[1, 4], [2]] }],
  ['greedily', { greedy: true }],
] as const)('laws: each row is what generate draws with the key of the row, %s', async (_, options) => {
  const params = chainParams(someTable(6, 7, { rows: 36 }));
  const model = pairChain(6, { beginToken: 0, endToken: 5 });
  const shared = { steps: 12, key: key(4), ...options };
  const batch = generateBatch(model, params, { prompts, ...shared });
  const told: number[][] = prompts.map(() => []);
  for await (const { row, token } of batch) told[row]!.push(token);
  const rows = await batch.result;
  expect(rows.map(({ tokens }) => tokens)).toEqual(told);
  for (const [row, prompt] of prompts.entries()) {
    const alone = await generate(model, params, { prompt, ...shared, key: fold(shared.key, row) }).result;
    expect(rows[row]).toMatchObject({ tokens: alone.tokens, stopped: alone.stopped });
    expectClose([...rows[row]!.logProbs, rows[row]!.logProb], [...alone.logProbs, alone.logProb]);
  }
  disposeTree(params);
});

test('laws: ended rows are taken out when they are half of all', async () => {
  const sizes: number[] = [];
  const model = markovChain(6, { endToken: 5 });
  const watched: Chain = {
    ...model,
    step: (params, x, state) => {
      sizes.push(x.size);
      return model.step(params, x, state);
    },
  };
  const params = chainParams(someTable(6, 7));
  const many = Array.from({ length: 16 }, () => [1]);
  const rows = await generateBatch(watched, params, { prompts: many, steps: 30, key: key(2) }).result;
  expect(rows.every(({ stopped }) => stopped === 'end' || stopped === 'steps')).toBe(true);
  expect(new Set(sizes).size).toBeLessThanOrEqual(5); // 16, 8 or fewer, 4 or fewer, …
  expect(sizes.at(-1)!).toBeLessThan(16);
  disposeTree(params);
});

test('laws: leaving, aborting and failing free everything', async () => {
  const params = chainParams(someTable(6, 7));
  const before = memory().numTensors;
  const options = { prompts: [[1], [2, 3]], steps: Infinity, key: key(2) };
  const left = generateBatch(markovChain(6), params, options);
  let count = 0;
  for await (const _ of left) if (++count === 5) break;
  const rows = await left.result;
  expect(rows.map(({ stopped }) => stopped)).toEqual(['left', 'left']);
  expect(memory().numTensors).toBe(before);
  const reason = new Error('enough');
  const controller = new AbortController();
  setTimeout(() => controller.abort(reason), 15);
  await expect(generateBatch(markovChain(6), params, { ...options, signal: controller.signal }).result).rejects.toBe(
    reason,
  );
  expect(memory().numTensors).toBe(before);
  disposeTree(params);
});

test('errors: prompts are checked one by one', () => {
  const at = (prompts: number[][]) => () =>
    generateBatch(markovChain(6), { table: undefined as never }, { prompts, steps: 3, key: key(1) });
  expect(at([])).toThrow('generateBatch: prompts are empty, expected one for each sequence.');
  expect(at([[1], []])).toThrow('generateBatch: prompts[1]: got no prompt');
  expect(at([[1], [2, 9]])).toThrow('generateBatch: prompts[1]: token 1 is 9');
});

test('known answers: bestOf gives the likeliest of what generate draws with the keys of the rows', async () => {
  const params = chainParams(someTable(6, 11));
  const model = markovChain(6, { beginToken: 0, endToken: 5 });
  const before = memory().numTensors;
  for (const lengthPenalty of [0, 1]) {
    const options = { prompt: [2, 1], steps: 9, key: key(8) };
    const best = await bestOf(model, params, { ...options, count: 12, lengthPenalty });
    const score = ({ logProb, tokens, stopped }: typeof best): number =>
      lengthPenalty ? logProb / (tokens.length + Number(stopped === 'end')) : logProb;
    let want = -Infinity;
    for (let row = 0; row < 12; row++) {
      want = Math.max(want, score(await generate(model, params, { ...options, key: fold(options.key, row) }).result));
    }
    expectClose([score(best)], [want]);
  }
  expect(memory().numTensors).toBe(before);
  await expect(bestOf(model, params, { prompt: [2], steps: 9, key: key(8), count: 0 })).rejects.toThrow(
    'bestOf: count must be an integer of at least 1, got 0.',
  );
  expect(await bestOf(model, params, { prompt: [2], steps: 0, key: key(8), count: 2 })).toMatchObject({ tokens: [] });
  disposeTree(params);
});
