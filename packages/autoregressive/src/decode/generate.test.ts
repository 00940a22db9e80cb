import { disposeTree, fold, GenaiError, key, mapLeaves } from '@genai/core';
import { categorical } from '@genai/distributions';
import { embedding, lstm } from '@genai/nn';
import { scope } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { add, memory, mul, reshape, type Tensor, tensor, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { expect, test, vi } from 'vitest';
import { type Chain, chainParams, markovChain, someTable } from '../../test/markov.js';
import { elementLogProbs } from '../element-log-probs.js';
import { recurrentNet } from '../recurrent/recurrent-net.js';
import { conditionalTokenModel, type TokenModel } from '../token-model.js';
import { ConstraintError } from './constraint-error.js';
import { generate } from './generate.js';
import type { TokenConstraint } from './token-constraint.js';

const OUT = Number.NEGATIVE_INFINITY;
const table = someTable(5, 3);

test('known answers: tokens are drawn as the chain draws them, with their log-probabilities', async () => {
  const params = chainParams(table);
  const { tokens, logProbs, logProb, stopped } = await generate(markovChain(5), params, {
    prompt: [3, 1],
    steps: 2000,
    key: key(1),
  }).result;
  expect([tokens.length, stopped]).toEqual([2000, 'steps']);
  const counts = table.map((row) => row.map(() => 0));
  for (const [i, token] of tokens.entries()) {
    const before = i === 0 ? 1 : tokens[i - 1]!;
    expect(logProbs[i]).toBeCloseTo(table[before]![token]!, 5);
    counts[before]![token]!++;
  }
  expect(logProb).toBeCloseTo(
    logProbs.reduce((a, b) => a + b),
    6,
  );
  for (const [before, row] of counts.entries()) {
    const count = row.reduce((a, b) => a + b);
    for (const [token, seen] of row.entries()) {
      const p = Math.exp(table[before]![token]!);
      expect(Math.abs(seen - p * count)).toBeLessThan(4 * Math.sqrt(count * p * (1 - p)));
    }
  }
  disposeTree(params);
});

test('laws: the same key gives the same tokens, another one others; a prompt may be cut anywhere', async () => {
  const params = chainParams(table);
  const draw = (seed: number, prompt: number[], steps: number): Promise<readonly number[]> =>
    generate(markovChain(5), params, { prompt, steps, key: key(seed) }).result.then(({ tokens }) => tokens);
  const first = await draw(1, [2], 40);
  expect(await draw(1, [2], 40)).toEqual(first);
  expect((await draw(1, [2], 10)).join()).toBe(first.slice(0, 10).join());
  expect(await draw(1, [4, 0, 2], 40)).toEqual(first); // a chain remembers one token
  expect(await draw(2, [2], 40)).not.toEqual(first);
  disposeTree(params);
});

test('known answers: greedy takes the likeliest token, after the warps', async () => {
  const params = chainParams([
    [0, 3, 1],
    [0, 1, 2.5],
    [0, 1, 2],
  ]);
  const draw = async (options: object): Promise<string> =>
    (await generate(markovChain(3), params, { prompt: [0], steps: 5, key: key(1), ...options }).result).tokens.join('');
  expect(await draw({ greedy: true })).toBe('12222');
  expect(await draw({ temperature: 0 })).toBe('12222');
  expect(await draw({ topK: 1 })).toBe('12222');
  expect(await draw({ temperature: 0, bias: { 2: OUT } })).toBe('11111');
  // After 2 the logit of 2 sinks from 2 by 0.8 each time, that of 1, drawn once, stays at 0.2.
  expect(await draw({ temperature: 0, frequencyPenalty: 0.8 })).toBe('12221');
  expect(await draw({ temperature: 0, warps: [(logits: Float32Array) => logits.fill(OUT, 1)] })).toBe('00000');
  disposeTree(params);
});

test('known answers: the begin token is fed once, the end token ends and is scored', async () => {
  const params = chainParams([
    [0, 9, 0],
    [0, 0, 9],
    [0, 9, 0],
  ]);
  const model = markovChain(3, { beginToken: 0, endToken: 2 });
  const fed: number[] = [];
  const counted: Chain = {
    ...model,
    run: (p, x, s) => {
      fed.push(...x.dataSync());
      return model.run(p, x, s);
    },
    step: (p, x, s) => {
      fed.push(...x.dataSync());
      return model.step(p, x, s);
    },
  };
  const options = { steps: 9, key: key(1), temperature: 0 };
  const ended = await generate(counted, params, options).result;
  const sure = 9 - Math.log(Math.exp(9) + 2);
  expect(ended).toMatchObject({ tokens: [1], stopped: 'end' });
  expectClose([...ended.logProbs, ended.logProb], [sure, 2 * sure]);
  expect(fed.splice(0)).toEqual([0, 1]);
  await generate(counted, params, { ...options, prompt: [0, 2] }).result;
  expect(fed.splice(0)).toEqual([0, 2, 1]);
  await generate(counted, params, { ...options, prompt: [2, 2] }).result;
  expect(fed.splice(0)).toEqual([0, 2, 2, 1]);
  disposeTree(params);
});

test('laws: a long prompt is run in pieces', async () => {
  const params = chainParams(table);
  const model = markovChain(5);
  const sizes: number[] = [];
  const told: Chain = {
    ...model,
    run: (p, x, s) => {
      sizes.push(x.shape[1]!);
      return model.run(p, x, s);
    },
  };
  const prompt = Array.from({ length: 1100 }, (_, i) => i % 5);
  const { tokens } = await generate(told, params, { prompt, steps: 5, key: key(1) }).result;
  expect(sizes).toEqual([512, 512, 76]);
  expect(await generate(model, params, { prompt: [4], steps: 5, key: key(1) }).result).toMatchObject({ tokens });
  disposeTree(params);
});

test('known answers: stop sequences end the drawing, are left out, and are never told', async () => {
  // 0 1 2 3 4 0 1 2 …
  const params = chainParams(
    Array.from({ length: 5 }, (_, i) => Array.from({ length: 5 }, (_, j) => (j === (i + 1) % 5 ? 50 : 0))),
  );
  const draw = async (stop: number[][]): Promise<unknown> => {
    const generation = generate(markovChain(5), params, { prompt: Int32Array.of(0), steps: 8, key: key(1), stop });
    const told: number[] = [];
    for await (const token of generation) told.push(token);
    const { tokens, logProbs, stopped } = await generation.result;
    expect(tokens).toEqual(told);
    expect(logProbs.length).toBe(told.length);
    return [told.join(''), stopped];
  };
  expect(await draw([[3, 4]])).toEqual(['12', 'stop']);
  expect(await draw([[4], [2, 3, 4], [3, 4]])).toEqual(['1', 'stop']); // the longest that ends there
  expect(
    await draw([
      [4, 0, 2],
      [0, 1, 2],
    ]),
  ).toEqual(['1234', 'stop']); // 4 0 is held back in vain, then 0 1 is not
  expect(await draw([[3, 4, 1]])).toEqual(['12340123', 'steps']); // what was held back at the end is told
  expect(await draw([[1, 1]])).toEqual(['12340123', 'steps']);
  const left = generate(markovChain(5), params, { prompt: [0], steps: 8, key: key(1), stop: [[3, 4, 1]] });
  for await (const token of left) if (token === 2) break;
  expect(await left.result).toMatchObject({ tokens: [1, 2], stopped: 'left' }); // 3 may have begun the stop
  disposeTree(params);
});

test('laws: nothing runs before it is asked for, and leaving the loop frees everything', async () => {
  const params = chainParams(table);
  const model = markovChain(5);
  const start = vi.fn(model.start);
  const before = memory().numTensors;
  const make = () => generate({ ...model, start }, params, { prompt: [1], steps: Infinity, key: key(1) });
  const generation = make();
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(start).not.toHaveBeenCalled();
  const told: number[] = [];
  for await (const token of generation) {
    told.push(token);
    if (told.length === 4) break;
  }
  expect(memory().numTensors).toBe(before);
  expect(await generation.result).toMatchObject({ tokens: told, stopped: 'left' });
  const unused = make()[Symbol.asyncIterator]();
  await unused.return?.();
  expect(start).toHaveBeenCalledTimes(1);
  const stream = make().toReadableStream();
  expect(start).toHaveBeenCalledTimes(1);
  const reader = stream.getReader();
  expect([(await reader.read()).value, (await reader.read()).value]).toEqual(told.slice(0, 2));
  await reader.cancel();
  expect(memory().numTensors).toBe(before);
  disposeTree(params);
});

test('laws: a stream gives all tokens and closes', async () => {
  const params = chainParams(table);
  const options = { prompt: [1], steps: 7, key: key(1) };
  const told: number[] = [];
  for await (const token of generate(markovChain(5), params, options).toReadableStream()) told.push(token);
  expect(await generate(markovChain(5), params, options).result).toMatchObject({ tokens: told, stopped: 'steps' });
  disposeTree(params);
});

test('errors: an aborted signal throws its reason, frees everything, and the next one works', async () => {
  const params = chainParams(table);
  const before = memory().numTensors;
  const reason = new Error('enough');
  const make = (signal: AbortSignal) =>
    generate(markovChain(5), params, { prompt: [1], steps: Infinity, key: key(1), signal });
  const aborted = AbortSignal.abort(reason);
  await expect(make(aborted).result).rejects.toBe(reason);

  const controller = new AbortController();
  const generation = make(controller.signal);
  let count = 0;
  const loop = async (): Promise<void> => {
    for await (const _ of generation) if (++count === 5) controller.abort(reason);
  };
  await expect(loop()).rejects.toBe(reason);
  await expect(generation.result).rejects.toBe(reason);
  expect([count, memory().numTensors]).toEqual([5, before]);

  const late = new AbortController();
  setTimeout(() => late.abort(reason), 20); // a timer is heard although the engine answers at once
  await expect(make(late.signal).result).rejects.toBe(reason);
  const again = await generate(markovChain(5), params, {
    prompt: [1],
    steps: 3,
    key: key(1),
    signal: new AbortController().signal,
  }).result;
  expect(again.tokens.length).toBe(3);
  disposeTree(params);
});

test('errors: there is one consumer', async () => {
  const params = chainParams(table);
  const make = () => generate(markovChain(5), params, { prompt: [1], steps: 3, key: key(1) });
  const first = make();
  const result = first.result;
  expect(() => first[Symbol.asyncIterator]()).toThrow(
    'generate: a loop asks for what `result` takes already. Take from one of the two, or call generate again with the same key.',
  );
  expect(first.result).toBe(result);
  await result;
  const second = make();
  for await (const _ of second);
  expect(() => second.toReadableStream()).toThrow('generate: a stream asks for what a loop takes already.');
  disposeTree(params);
});

test('known answers: a constraint rules tokens out before the warps, and the end token where it may not end', async () => {
  const params = chainParams(someTable(4, 5));
  const model = markovChain(4, { endToken: 3 });
  const draw = (constraint: TokenConstraint<number>, seed = 1, options: object = {}) =>
    generate(model, params, { prompt: [0], steps: 20, key: key(seed), constraint, ...options }).result;
  // Any number of 1, then 2, or the end after at least two.
  const ones: TokenConstraint<number> = {
    start: 0,
    allowed: (count) => ({
      mask: Uint8Array.of(0, count < 0 ? 0 : 1, count < 0 ? 0 : 1, 1),
      end: count < 0 || count >= 2,
    }),
    next: (count, token) => (token === 2 ? -1 : count + 1),
  };
  for (let seed = 0; seed < 30; seed++) {
    const { tokens, stopped } = await draw(ones, seed, { topK: 1, bias: { 0: 50 } });
    expect(tokens.join('')).toMatch(stopped === 'constraint' ? /^1*2$/ : stopped === 'end' ? /^11+$/ : /^1{20}$/);
  }
  const exact = await draw(fixed([2, 2, 1], 4));
  expect(exact).toMatchObject({ tokens: [2, 2, 1], stopped: 'constraint' });
  expect(exact.logProbs.length).toBe(3);
  expect(await draw(fixed([2, 2, 1], 4), 1, { steps: 3 })).toMatchObject({ stopped: 'constraint' });
  expect(await draw(fixed([2, 2, 1], 4), 1, { steps: 2 })).toMatchObject({ tokens: [2, 2], stopped: 'steps' });
  expect(await draw(fixed([], 4))).toMatchObject({ tokens: [], stopped: 'constraint' });
  disposeTree(params);
});

test('errors: a dead end of a constraint says where it is', async () => {
  const params = chainParams(someTable(4, 5));
  const before = memory().numTensors;
  const generation = generate(markovChain(4), params, {
    prompt: [0],
    steps: 20,
    key: key(1),
    constraint: { ...fixed([2, 1], 4), allowed: (at: number) => ({ ...fixed([2, 1], 4).allowed(at), end: false }) },
  });
  const error = await generation.result.catch((error: unknown) => error);
  expect(error).toBeInstanceOf(ConstraintError);
  expect((error as ConstraintError).position).toBe(2);
  expect((error as ConstraintError).message).toContain(
    'generate: after token 1, 1, nothing is left that the constraint allows, and it may not end there.',
  );
  expect(memory().numTensors).toBe(before);
  const banned = generate(markovChain(4), params, {
    prompt: [0],
    steps: 2,
    key: key(1),
    constraint: fixed([2], 4),
    bias: { 2: OUT },
  });
  await expect(banned.result).rejects.toThrow('at the first token nothing is left that the constraint allows');
  const other = generate(markovChain(4), params, { prompt: [0], steps: 2, key: key(1), constraint: fixed([2], 5) });
  await expect(other.result).rejects.toThrow('generate: the constraint speaks of 5 tokens, the model has 4.');
  disposeTree(params);
});

type Labelled = TokenModel<{ readonly table: Tensor }, { readonly label?: Tensor }, Tensor | undefined>;

/** A model whose logits are those of its context, (batch, vocabulary), plus a table's; without a context the table's alone. */
const labelled: Labelled = {
  vocabulary: 3,
  elementShape: [],
  init: () => ({ table: zeros([3]) }),
  start: (_, __, context) => (context ? { label: context } : {}),
  run: (params, x, state) => {
    const [batch, time] = x.shape as [number, number];
    const logits = scope(() =>
      add(reshape(state.label ?? zeros([batch, 3]), [batch, 1, 3]), add(params.table, zeros([batch, time, 3]))),
    );
    return { next: categorical(logits), state: mapLeaves<Tensor, typeof state>(state, (leaf) => leaf) };
  },
  step: (params, x, state) => ({
    next: categorical(scope(() => add(state.label ?? zeros([x.shape[0]!, 3]), params.table))),
    state,
  }),
};

test('known answers: guidance is eq. 6, whether or not the states of the contexts fit together', async () => {
  const params = { table: tensor([0.3, -0.2, 0.1]) };
  const own = tensor2d([[1, 0.5, -0.5]]);
  const other = tensor2d([[0.2, 0.9, 0]]);
  for (const context of [other, undefined]) {
    for (const scale of [0, 1, 3]) {
      const guidance = { scale, context };
      const { tokens, logProbs } = await generate(labelled, params, {
        prompt: [0, 1],
        steps: 6,
        key: key(1),
        context: own,
        guidance,
      }).result;
      const guided = scope(() => {
        const b = add(params.table, context ?? zeros([1, 3]));
        return add(b, mul(scale, add(add(own, params.table), mul(b, -1))));
      });
      const logits = [...guided.dataSync()];
      const total = Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0));
      expectClose(
        [...logProbs],
        tokens.map((token) => logits[token]! - total),
      );
      guided.dispose();
    }
  }
  expect([own.isDisposed, other.isDisposed]).toEqual([false, false]);
  disposeTree([params, own, other]);
});

test('laws: a recurrent model is drawn as it scores, and guidance of scale 1 changes nothing', async () => {
  const net = recurrentNet(lstm(4, 6));
  const model = conditionalTokenModel({ vocabulary: 7, net, context: embedding(2, 4), beginToken: 0 });
  const params = model.init(key(5));
  const context = tensor([1], [1], 'int32');
  const options = { context, steps: 12, key: key(6), topK: 5 };
  const { tokens, logProbs } = await generate(model, params, options).result;
  const given = tensor2d([[...tokens]], [1, 12], 'int32');
  const { logProbs: scored } = elementLogProbs(model, params, { elements: given, context });
  expectClose(scored, [...logProbs], { absolute: 1e-5 });
  const guided = await generate(model, params, { ...options, guidance: { scale: 1, context: undefined } }).result;
  expect(guided.tokens).toEqual(tokens);
  disposeTree([params, context, given, scored]);
});

test('errors: options out of range are named at once', () => {
  const model = markovChain(5);
  const params = { table: undefined as never };
  const options = { prompt: [0], steps: 3, key: key(1) };
  const at = (changed: object) => () => generate(model, params, { ...options, ...changed });
  expect(at({ steps: -1 })).toThrow('generate: steps must be an integer of at least 0 or Infinity, got -1.');
  expect(at({ temperature: -0.5 })).toThrow(
    'generate: temperature must be a finite number of at least 0 (0 takes the likeliest token), got -0.5.',
  );
  expect(at({ topP: 2 })).toThrow('topP: p must be a number above 0 and at most 1, got 2.');
  expect(at({ prompt: [] })).toThrow(
    'generate: got no prompt, and the model has no `beginToken` to begin with. Give one of the two.',
  );
  expect(at({ prompt: [0, 5] })).toThrow(
    "generate: token 1 is 5, expected an integer from 0 to 4, as in the model's vocabulary.",
  );
  expect(at({ stop: [[]] })).toThrow('generate: stop[0] is empty, expected at least one token.');
  expect(at({ stop: [[1], [-1]] })).toThrow('generate: stop[1]: token 0 is -1');
  expect(at({ guidance: { scale: Number.NaN, context: undefined } })).toThrow(
    'generate: guidance.scale must be a finite number, got NaN.',
  );
});

test('errors: logits that are no distribution, or of another width, are told and nothing is left over', async () => {
  const params = chainParams([
    [0, Number.NaN],
    [0, 1],
  ]);
  const broken = generate(markovChain(2), params, { prompt: [1], steps: 9, key: key(1), bias: { 1: OUT } });
  await expect(broken.result).rejects.toThrow(GenaiError);
  await expect(broken.result).rejects.toThrow('generate: the model gave no distribution of token 1');
  const wide = generate({ ...markovChain(2), vocabulary: 3 }, params, { prompt: [1], steps: 9, key: key(1) });
  await expect(wide.result).rejects.toThrow('the model gave logits of shape [1, 2], expected [1, 3]');
  const ruledOut = generate(markovChain(2), params, {
    prompt: [1],
    steps: 9,
    key: fold(key(1), 0),
    bias: { 0: OUT, 1: OUT },
  });
  await expect(ruledOut.result).rejects.toThrow('at the first token the warps left no token that can follow');
  disposeTree(params);
});

/** Exactly these tokens, then the end. */
function fixed(tokens: readonly number[], vocabulary: number): TokenConstraint<number> {
  return {
    start: 0,
    allowed: (at) => ({
      mask: Uint8Array.from({ length: vocabulary }, (_, token) => (token === tokens[at] ? 1 : 0)),
      end: at === tokens.length,
    }),
    next: (at) => at + 1,
  };
}
