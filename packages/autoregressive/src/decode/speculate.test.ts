import { disposeTree, key } from '@genai/core';
import { scope } from '@genai/tensor';
import { clone, sub } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { type Chain, chainParams, markovChain, someTable } from '../../test/markov.js';
import { givenTokens } from '../constrain/given-tokens.js';
import { generate } from './generate.js';
import { speculate } from './speculate.js';

/** A chain whose state has room for anything and can be rewound. */
function chain(vocabulary: number, tokens: { readonly endToken?: number } = {}): Chain {
  return {
    ...markovChain(vocabulary, tokens),
    reserve: ({ count }) => ({ count: clone(count) }),
    rewind: ({ count }, steps) => scope(() => ({ count: sub(count, steps) })),
  };
}
const table = someTable(5, 3);
const other = someTable(5, 4);
const GIVEN = [undefined, 2, undefined, undefined, 1];

test('known answers: whatever the draft, tokens follow each other as the model has it, with its log-probabilities', async () => {
  const params = chainParams(table);
  for (const drafted of [other, table]) {
    const draft = { model: chain(5), params: chainParams(drafted) };
    const options = { prompt: [3, 1], steps: 6_000, ahead: 3, key: key(1), draft };
    const { tokens, logProbs, proposed, accepted, stopped } = await speculate(chain(5), params, options).result;
    expect([tokens.length, stopped]).toEqual([6_000, 'steps']);
    const counts = table.map((row) => row.map(() => 0));
    for (const [i, token] of tokens.entries()) {
      const before = i === 0 ? 1 : tokens[i - 1]!;
      expect(logProbs[i]).toBeCloseTo(table[before]![token]!, 5);
      counts[before]![token]!++;
    }
    let chiSquare = 0;
    for (const [before, row] of counts.entries()) {
      const all = row.reduce((a, b) => a + b);
      for (const [token, seen] of row.entries()) {
        const expected = all * Math.exp(table[before]![token]!);
        chiSquare += (seen - expected) ** 2 / expected;
      }
    }
    expect(chiSquare).toBeLessThan(45); // 20 degrees of freedom: p = 0.001
    if (drafted === table) expect(accepted).toBe(proposed);
    else expect(accepted / proposed).toBeLessThan(0.95);
    disposeTree(draft.params);
  }
  disposeTree(params);
});

test('laws: greedy, with warps, stop sequences, an end token or a constraint it gives what generate gives', async () => {
  const params = chainParams(table);
  const draft = { model: chain(5), params: chainParams(other) };
  const model = chain(5, { endToken: 4 });
  const cases = [
    { model: chain(5), steps: 30 },
    { model: chain(5), steps: 30, repetitionPenalty: 1.7 },
    { model: chain(5), steps: 30, repetitionPenalty: 1.7, stop: [[2, 0]] },
    { model, steps: 30, frequencyPenalty: 0.9 },
    {
      model: chain(5),
      steps: 30,
      constraint: givenTokens({ vocabulary: 5, length: 8, given: (place) => GIVEN[place] }),
    },
  ];
  for (const [i, { model, ...rest }] of cases.entries()) {
    const options = { prompt: [2], greedy: true, key: key(i), ...rest };
    const plain = await generate(model, params, options).result;
    const { proposed, accepted, ...made } = await speculate(model, params, { ...options, draft }).result;
    expect(made.tokens, `case ${i}`).toEqual(plain.tokens);
    expect(made.stopped).toBe(plain.stopped);
    expect(made.logProb).toBeCloseTo(plain.logProb, 4);
    expect(accepted).toBeLessThanOrEqual(proposed);
  }
  disposeTree([params, draft.params]);
});

test('errors: models that cannot be rewound, other vocabularies, the signal', async () => {
  const params = chainParams(table);
  const options = { prompt: [1], steps: 9, key: key(0) };
  expect(() => speculate(markovChain(5), params, { ...options, draft: { model: chain(5), params } })).toThrow(
    'no `rewind`',
  );
  expect(() => speculate(chain(5), params, { ...options, draft: { model: chain(4), params } })).toThrow(
    'Both need one vocabulary',
  );
  const stopped = speculate(chain(5), params, {
    ...options,
    ...{ draft: { model: chain(5), params }, signal: AbortSignal.abort(new Error('enough')) },
  });
  await expect(stopped.result).rejects.toThrow('enough');
  params.table.dispose();
});
