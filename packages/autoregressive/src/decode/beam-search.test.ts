import { disposeTree } from '@genai/core';
import { expectClose } from '@genai/testing/expect-close';
import { memory } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { chainParams, markovChain, pairChain, someTable } from '../../test/markov.js';
import { beamSearch } from './beam-search.js';
import { BestCandidates } from './best-candidates.js';
import { ConstraintError } from './constraint-error.js';
import type { TokenConstraint } from './token-constraint.js';

const VOCABULARY = 4;
const END = 3;
const table = someTable(VOCABULARY, 21, { rows: VOCABULARY ** 2 });
const model = pairChain(VOCABULARY, { endToken: END });

type Sequence = { readonly tokens: readonly number[]; readonly logProb: number; readonly length: number };

/** Every sequence of the pair chain after token 1, up to `steps` tokens, ended or cut. */
function all(steps: number, first = 0, second = 1, tokens: readonly number[] = [], logProb = 0): Sequence[] {
  if (tokens.length === steps) return [{ tokens, logProb, length: steps }];
  return table[VOCABULARY * first + second]!.flatMap((logP, token) =>
    token === END
      ? [{ tokens, logProb: logProb + logP, length: tokens.length + 1 }]
      : all(steps, second, token, [...tokens, token], logProb + logP),
  );
}

test.each([0, 1, -0.5])(
  'known answers: with beams enough it finds every sequence, in order, length penalty %d',
  async (penalty) => {
    const params = chainParams(table);
    const before = memory().numTensors;
    const want = all(4)
      .map((one) => ({ ...one, score: one.logProb / one.length ** penalty }))
      .sort((a, b) => b.score - a.score);
    const found = await beamSearch(model, params, { prompt: [1], beams: 200, steps: 4, lengthPenalty: penalty });
    expect(found.length).toBe(want.length);
    expectClose(
      found.map(({ score }) => score),
      want.map(({ score }) => score),
    );
    expectClose(
      found.map(({ logProb }) => logProb),
      want.map(({ logProb }) => logProb),
    );
    expect(found.map(({ tokens }) => tokens.join(''))).toEqual(want.map(({ tokens }) => tokens.join('')));
    expect(memory().numTensors).toBe(before);
    disposeTree(params);
  },
);

test('known answers: few beams stop early, and their log-probabilities are those of the model', async () => {
  const params = chainParams(table);
  for (const beams of [1, 2, 5]) {
    const found = await beamSearch(model, params, { prompt: [1], beams, steps: 6 });
    expect(found.length).toBeLessThanOrEqual(beams);
    const every = new Map(all(6).map((one) => [`${one.tokens.join('')} ${one.length}`, one.logProb]));
    for (const { tokens, logProbs, logProb, stopped, score } of found) {
      const want = every.get(`${tokens.join('')} ${tokens.length + Number(stopped === 'end')}`)!;
      expectClose([logProb, score], [want, want]);
      const inside = logProbs.reduce((a, b) => a + b, 0);
      if (stopped === 'steps') expectClose([inside], [logProb]);
      else expect(inside).toBeGreaterThan(logProb);
    }
  }
  // Five beams are as good as all of them here: the likeliest is among the first all along.
  const [best] = await beamSearch(model, params, { prompt: [1], beams: 5, steps: 6 });
  expectClose([best!.logProb], [Math.max(...all(6).map(({ logProb }) => logProb))]);
  disposeTree(params);
});

test('known answers: one beam takes the likeliest token each time', async () => {
  const params = chainParams([
    [0, 3, 1],
    [0, 1, 2.5],
    [2, 1, 0],
  ]);
  const [beam] = await beamSearch(markovChain(3), params, { prompt: [0], beams: 1, steps: 5 });
  expect(beam).toMatchObject({ tokens: [1, 2, 0, 1, 2], stopped: 'steps', group: 0 });
  disposeTree(params);
});

test('known answers: groups avoid the tokens of those before, and scores are those of the model', async () => {
  // Whatever came before: log p = log 0.5, 0.3, 0.2.
  const row = [0.5, 0.3, 0.2].map(Math.log);
  const params = chainParams([row, row, row]);
  const search = (diversity: number) =>
    beamSearch(markovChain(3), params, { prompt: [0], beams: 3, groups: 3, steps: 2, diversity });
  expect((await search(0)).map(({ tokens }) => tokens.join(''))).toEqual(['00', '00', '00']);
  const found = await search(1); // log 0.5 − 1 < log 0.2: no token is taken twice
  expect(found.map(({ tokens, group }) => [tokens.join(''), group])).toEqual([
    ['00', 0],
    ['11', 1],
    ['22', 2],
  ]);
  expectClose(
    found.map(({ logProb }) => logProb),
    row.map((logP) => 2 * logP),
  );
  // log 0.5 − 0.6 lies between log 0.3 and log 0.2: the second group takes another token, the third the first again.
  expect((await search(0.6)).map(({ tokens, group }) => [tokens.join(''), group])).toEqual([
    ['00', 0],
    ['00', 2],
    ['11', 1],
  ]);
  disposeTree(params);
});

test('known answers: a constraint is met by every beam, dead ends are left, and the rest is as without it', async () => {
  const params = chainParams(table);
  // An even number of tokens, none of them 2; the second is not what the first was. After 0 0 there is nothing, and no end.
  const even: TokenConstraint<readonly number[]> = {
    start: [],
    allowed: (seen) => {
      const dead = seen.length >= 2 && seen[0] === seen[1];
      return { mask: Uint8Array.of(dead ? 0 : 1, dead ? 0 : 1, 0, 1), end: !dead && seen.length % 2 === 0 };
    },
    next: (seen, token) => [...seen, token],
  };
  const want = all(5)
    .filter(
      ({ tokens, length }) =>
        tokens.every((token) => token !== 2) && ((length === 5 && tokens.length === 5) || tokens.length % 2 === 0),
    )
    .filter(({ tokens }) => tokens.length < 2 || tokens[0] !== tokens[1])
    .sort((a, b) => b.logProb - a.logProb);
  const found = await beamSearch(model, params, { prompt: [1], beams: 40, steps: 5, constraint: even });
  expect(found.map(({ tokens }) => tokens.join(''))).toEqual(want.map(({ tokens }) => tokens.join('')));
  expectClose(
    found.map(({ logProb }) => logProb),
    want.map(({ logProb }) => logProb),
  );
  const narrow = await beamSearch(model, params, { prompt: [1], beams: 2, steps: 5, constraint: even });
  for (const { tokens } of narrow) expect(tokens.length < 2 || tokens[0] !== tokens[1]).toBe(true);
  disposeTree(params);
});

test('errors: options out of range, aborts and dead ends are told, and nothing is left over', async () => {
  const params = chainParams(table);
  const options = { prompt: [1], beams: 4, steps: 5 };
  const at = (changed: object) => beamSearch(model, params, { ...options, ...changed });
  await expect(at({ beams: 0 })).rejects.toThrow('beamSearch: beams must be an integer of at least 1, got 0.');
  await expect(at({ steps: Infinity })).rejects.toThrow(
    'beamSearch: steps must be an integer of at least 1, got Infinity.',
  );
  await expect(at({ groups: 3 })).rejects.toThrow('beamSearch: groups must divide beams, got 3 groups of 4 beams.');
  await expect(at({ diversity: -1 })).rejects.toThrow(
    'beamSearch: diversity must be a finite number of at least 0, got -1.',
  );
  await expect(at({ prompt: [] })).rejects.toThrow('beamSearch: got no prompt');
  const reason = new Error('enough');
  await expect(at({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  const dead: TokenConstraint<number> = {
    start: 0,
    allowed: (at) => ({ mask: Uint8Array.of(at < 2 ? 1 : 0, 0, 0, 0), end: false }),
    next: (at) => at + 1,
  };
  const error = await at({ constraint: dead }).catch((error: unknown) => error);
  expect(error).toBeInstanceOf(ConstraintError);
  expect((error as ConstraintError).position).toBe(2);
  disposeTree(params);
});

test('properties: the best candidates are those of a sort', () => {
  const ranks = [3, -1, 3, Number.NEGATIVE_INFINITY, 0.5, 7, 3, -2];
  for (const most of [1, 3, 20]) {
    const best = new BestCandidates(most);
    for (const [token, rank] of ranks.entries()) best.offer(rank, rank / 2, token + 10, token);
    const order = [5, 0, 2, 6, 4, 1, 7].slice(0, most);
    const got = Array.from({ length: best.size }, (_, i) => [best.token(i), best.beam(i), best.logProb(i)]);
    expect(got).toEqual(order.map((token) => [token, token + 10, ranks[token]! / 2]));
  }
});
