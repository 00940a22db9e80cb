import { disposeTree, fold, GenaiError, key, randomIntegers, randomUniform } from '@genai/core';
import { lstm } from '@genai/nn';
import { expectClose } from '@genai/testing/expect-close';
import { memory } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { type Chain, chainParams, markovChain, pairChain, someTable } from '../../test/markov.js';
import type { Readings } from '../constrain/automaton-of.js';
import { constrain } from '../constrain/constrain.js';
import { regex } from '../constrain/regex.js';
import { recurrentNet } from '../recurrent/recurrent-net.js';
import { tokenModel } from '../token-model.js';
import { ConstraintError } from './constraint-error.js';
import { type BatchRequest, type ContinuousBatch, continuousBatch } from './continuous-batch.js';
import { generate } from './generate.js';
import { QueueFullError } from './queue-full-error.js';

const VOCABULARY = 6;
const model = pairChain(VOCABULARY, { beginToken: 0, endToken: 5 });
const someParams = () => chainParams(someTable(VOCABULARY, 7, { rows: VOCABULARY ** 2 }));

const constraint = constrain(regex(/(ab|ca)+d/), ['', 'a', 'b', 'c', 'd', '']);
const KINDS: readonly Partial<BatchRequest<void, Readings>>[] = [
  { greedy: true },
  { temperature: 1.4, topP: 0.8, repetitionPenalty: 1.2 },
  { stop: [[1, 4], [2]] },
  { constraint },
  {},
];

/** Twenty requests of all kinds: prompts of 0 to 11 tokens, greedy, warped, with stops, constrained. */
const requests: readonly BatchRequest<void, Readings>[] = Array.from({ length: 20 }, (_, i) => ({
  prompt: Array.from(randomIntegers(fold(key(3), i), i % 12, { min: 0, max: VOCABULARY })),
  steps: 3 + ((i * 7) % 23),
  key: fold(key(4), i),
  ...KINDS[i % KINDS.length],
}));

describe('laws: each request is what generate draws alone', () => {
  test.each([
    ['in one slot', { slots: 1 }],
    ['in a few, prompts in chunks of 2', { slots: 3, chunk: 2 }],
    ['in more than there are', { slots: 32 }],
    ['with readers that are slow', { slots: 4, buffer: 3 }],
  ] as const)('joining and leaving at random, %s', async (_, options) => {
    const params = someParams();
    const before = memory().numTensors;
    const batch = continuousBatch(model, params, options);
    const pauses = randomUniform(key(5), 1_000);
    let at = 0;
    const pause = () => new Promise((resolve) => setTimeout(resolve, 4 * pauses[at++ % 1_000]!));
    const drawn = await Promise.all(
      requests.map(async (request) => {
        await pause();
        const generation = batch.generate(request);
        const told: number[] = [];
        for await (const { token } of generation) {
          told.push(token);
          if (pauses[at % 1_000]! < 0.2) await pause();
        }
        return { told, ...(await generation.result) };
      }),
    );
    await batch.close();
    expect(memory().numTensors).toBe(before);
    for (const [i, { told, ...row }] of drawn.entries()) {
      const alone = await generate(model, params, requests[i]!).result;
      expect(told).toEqual(alone.tokens);
      expect(row).toMatchObject({ tokens: alone.tokens, stopped: alone.stopped });
      expectClose([...row.logProbs, row.logProb], [...alone.logProbs, alone.logProb]);
    }
    disposeTree(params);
  });
});

describe('laws: rows come and go', () => {
  test('an LSTM moves all rows with one step, as few rows as powers of two allow, and gives generate’s numbers', async () => {
    const net = tokenModel({ vocabulary: 9, net: recurrentNet(lstm(4, 5)), beginToken: 0 });
    const params = net.init(key(0));
    const sizes: number[] = [];
    const watched: typeof net = {
      ...net,
      step: (p, x, state) => {
        sizes.push(x.size);
        return net.step(p, x, state);
      },
    };
    await using batch = continuousBatch(watched, params, { slots: 6 });
    const asked = [4, 9, 14, 19, 24].map((steps, i) => ({ prompt: [i], steps, key: fold(key(1), i) }));
    const drawn = await Promise.all(asked.map((request) => batch.generate(request).result));
    expect(sizes).toHaveLength(23); // the first token comes of the prompt
    expect(new Set(sizes)).toEqual(new Set([6, 4, 2, 1]));
    for (const [i, row] of drawn.entries()) {
      const alone = await generate(net, params, asked[i]!).result;
      expect(row.tokens).toEqual(alone.tokens);
      expectClose(row.logProbs, alone.logProbs);
    }
    await batch.close();
    disposeTree(params);
  });

  test('a long prompt holds up those that draw by a chunk at a time', async () => {
    const events: string[] = [];
    const chain = markovChain(VOCABULARY);
    const watched: Chain = {
      ...chain,
      run: (p, x, state) => {
        events.push(`fed ${x.shape[1]}`);
        return chain.run(p, x, state);
      },
      step: (p, x, state) => {
        events.push('step');
        return chain.step(p, x, state);
      },
    };
    const params = chainParams(someTable(VOCABULARY, 7));
    const batch = continuousBatch(watched, params, { slots: 2, chunk: 4 });
    const short = batch.generate({ prompt: [1], steps: 5, key: key(1) }).result;
    const long = batch.generate({ prompt: [1, 2, 3, 4, 1, 2, 3, 4, 1], steps: 2, key: key(2) }).result;
    await Promise.all([short, long]);
    expect(events).toEqual(['fed 1', 'fed 3', 'step', 'fed 4', 'step', 'fed 2', 'step', 'step']);
    await batch.close();
    disposeTree(params);
  });

  test('who does not read waits without holding a slot, and draws no more than the buffer', async () => {
    const params = chainParams(someTable(VOCABULARY, 7));
    const chain = markovChain(VOCABULARY);
    const batch = continuousBatch(chain, params, { slots: 1, buffer: 8 });
    const request = { prompt: [1], steps: 40, key: key(1) };
    const slow = batch.generate(request)[Symbol.asyncIterator]();
    const tokens = [(await slow.next()).value!.token];
    await batch.generate({ prompt: [2], steps: 30, key: key(2) }).result; // there is one slot: it must be free
    expect(batch.load).toEqual({ running: 0, waiting: 0, paused: 1 });
    for (let got = await slow.next(); !got.done; got = await slow.next()) tokens.push(got.value.token);
    expect(tokens).toEqual((await generate(chain, params, request).result).tokens);
    await batch.close();
    disposeTree(params);
  });

  test('top log-probabilities are the likeliest of the model, whatever the warps', async () => {
    const table = someTable(VOCABULARY, 7);
    const params = chainParams(table);
    const batch = continuousBatch(markovChain(VOCABULARY), params);
    let before = 2;
    const asked = { prompt: [before], steps: 6, key: key(1), topK: 2, temperature: 0.5, topLogProbs: 3 };
    for await (const { token, logProb, top } of batch.generate(asked)) {
      const want = table[before]!.map((value, i) => ({ token: i, logProb: value }));
      expectClose([logProb], [table[before]![token]!]); // the rows of the table are log-probabilities
      const likeliest = want.sort((a, b) => b.logProb - a.logProb).slice(0, 3);
      expect(top!.map((one) => one.token)).toEqual(likeliest.map((one) => one.token));
      expectClose(
        top!.map((one) => one.logProb),
        likeliest.map((one) => one.logProb),
      );
      before = token;
    }
    await batch.close();
    disposeTree(params);
  });
});

describe('laws: what ends, ends alone', () => {
  const endless = (i: number, options: Partial<BatchRequest<void, Readings>> = {}): BatchRequest<void, Readings> => ({
    prompt: [1],
    steps: Infinity,
    key: fold(key(6), i),
    ...options,
  });
  const chain = markovChain(VOCABULARY);

  async function withBatch(use: (batch: ContinuousBatch) => Promise<void>): Promise<void> {
    const params = chainParams(someTable(VOCABULARY, 7));
    const before = memory().numTensors;
    const batch = continuousBatch(chain, params, { slots: 2, queue: 1, buffer: 64 });
    await use(batch);
    await batch.abort();
    expect(memory().numTensors).toBe(before);
    expect(batch.load).toEqual({ running: 0, waiting: 0, paused: 0 });
    disposeTree(params);
  }

  test('leaving, aborting and dead ends free the slot; others go on', async () => {
    await withBatch(async (batch) => {
      const other = batch.generate(endless(0, { steps: 200 }));
      const all = other.result;
      for await (const _ of batch.generate(endless(1))) break;
      const stop = new AbortController();
      const reason = new Error('enough');
      const aborted = batch.generate(endless(2, { signal: stop.signal })).result;
      setTimeout(() => stop.abort(reason), 5);
      await expect(aborted).rejects.toBe(reason);
      await expect(batch.generate(endless(3, { constraint, bias: { 1: -Infinity } })).result).rejects.toThrow(
        ConstraintError,
      );
      expect((await all).tokens).toHaveLength(200);
    });
  });

  test('errors: a full queue, a closed batch, and abort', async () => {
    await withBatch(async (batch) => {
      const running = [0, 1, 2].map((i) => batch.generate(endless(i)).result);
      await expect(batch.generate(endless(3)).result).rejects.toThrow(QueueFullError);
      expect(batch.load).toMatchObject({ waiting: expect.any(Number) });
      const reason = new Error('the server stops');
      const ended = Promise.all(running.map((one) => expect(one).rejects.toBe(reason)));
      await batch.abort(reason);
      await ended;
      await expect(batch.generate(endless(4)).result).rejects.toThrow('continuousBatch: it is closed');
    });
  });

  test('a model that fails ends all rows with its error, and the next request begins anew', async () => {
    const params = chainParams(someTable(VOCABULARY, 7));
    const before = memory().numTensors;
    let broken = true;
    const failing: Chain = {
      ...chain,
      step: (...inputs) => {
        if (broken) throw new GenaiError('the device was lost');
        return chain.step(...inputs);
      },
    };
    const batch = continuousBatch(failing, params);
    const both = [0, 1].map((i) => batch.generate(endless(i)).result);
    for (const one of both) await expect(one).rejects.toThrow('the device was lost');
    broken = false;
    expect((await batch.generate(endless(2, { steps: 9 })).result).tokens).toHaveLength(9);
    await batch.close();
    expect(memory().numTensors).toBe(before);
    disposeTree(params);
  });

  test('errors: options out of range are told at once', async () => {
    await withBatch(async (batch) => {
      expect(() => batch.generate(endless(0, { prompt: [9] }))).toThrow('continuousBatch: token 0 is 9');
      expect(() => batch.generate(endless(0, { prompt: [] }))).toThrow('got no prompt');
      expect(() => batch.generate(endless(0, { topLogProbs: -1 }))).toThrow(
        'topLogProbs must be an integer of at least 0',
      );
      expect(() => continuousBatch(chain, { table: undefined as never }, { slots: 0 })).toThrow(
        'continuousBatch: slots must be an integer of at least 1, got 0.',
      );
    });
  });
});
