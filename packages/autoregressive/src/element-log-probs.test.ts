import { disposeTree, key } from '@genai/core';
import { owned } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { tensor, tensor2d } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { chainParams, markovChain, pairChain, someTable } from '../test/markov.js';
import { generate } from './decode/generate.js';
import { elementLogProbs } from './element-log-probs.js';

const sequences = [
  [1, 2, 0, 2],
  [0, 0, 1, 1],
];

test('known answers: the log-probabilities of a chain, from the first token where there is one before it', () => {
  const table = someTable(3, 5);
  using params = owned(chainParams(table));
  using tokens = owned(tensor2d(sequences, [2, 4], 'int32'));
  using without = owned(elementLogProbs(markovChain(3), params, { elements: tokens }).logProbs);
  const after = sequences.map((row) => row.slice(1).map((token, t) => table[row[t]!]![token]!));
  expect(without.shape).toEqual([2, 3]);
  expectClose(without, after.flat());
  using withBegin = owned(elementLogProbs(markovChain(3, { beginToken: 2 }), params, { elements: tokens }).logProbs);
  expect(withBegin.shape).toEqual([2, 4]);
  expectClose(
    withBegin,
    after.flatMap((row, i) => [table[2]![sequences[i]![0]!]!, ...row]),
  );
});

test('laws: what was drawn scores as it was drawn', async () => {
  const params = chainParams(someTable(4, 9, { rows: 16 }));
  const model = pairChain(4, { beginToken: 0 });
  const { tokens, logProbs } = await generate(model, params, { steps: 30, key: key(3), temperature: 1.5 }).result;
  const given = tensor2d([[...tokens]], [1, 30], 'int32');
  const { logProbs: scored } = elementLogProbs(model, params, { elements: given });
  expectClose(scored, [...logProbs]);
  disposeTree([params, given, scored]);
});

test('errors: tokens of another shape, or too few of them', () => {
  using params = owned(chainParams(someTable(3, 5)));
  using flat = owned(tensor([0, 1], [2], 'int32'));
  using one = owned(tensor2d([[1]], [1, 1], 'int32'));
  expect(() => elementLogProbs(markovChain(3), params, { elements: flat })).toThrow(
    'elements: got shape [2], expected [batch, time].',
  );
  expect(() => elementLogProbs(markovChain(3), params, { elements: one })).toThrow(
    'elements: got sequences of 1 element, expected at least 2',
  );
});
