import { categorical } from '@genai/distributions';
import { gather, scope } from '@genai/tensor';
import {
  add,
  cast,
  clone,
  concat,
  fill,
  mul,
  reshape,
  slice,
  type Tensor,
  tensor2d,
  zeros,
} from '@tensorflow/tfjs-core';
import type { TokenModel } from '../src/token-model.js';

export type ChainParams = { readonly table: Tensor };
export type ChainState = { readonly count: Tensor };
export type Chain = TokenModel<ChainParams, ChainState>;

/**
 * A Markov chain of tokens: the simplest model of which everything is known. The parameters are the logits (vocabulary, vocabulary) of
 * the token in a column after that in a row; the state counts what it was fed, (batch).
 */
export function markovChain(
  vocabulary: number,
  tokens: { readonly beginToken?: number; readonly endToken?: number } = {},
): Chain {
  const after = (params: ChainParams, x: Tensor, state: ChainState, steps: number): ReturnType<Chain['step']> => {
    const made = scope(() => ({ logits: gather(params.table, x), state: { count: add(state.count, steps) } }));
    return { next: categorical(made.logits), state: made.state };
  };
  const { beginToken } = tokens;
  return {
    vocabulary,
    elementShape: [],
    ...tokens,
    ...(beginToken !== undefined && { begin: (batch: number) => fill([batch], beginToken, 'int32') }),
    init: () => ({ table: zeros([vocabulary, vocabulary]) }),
    start: (_, batch) => ({ count: zeros([batch]) }),
    run: (params, x, state) => after(params, x, state, x.shape[1]!),
    step: (params, x, state) => after(params, x, state, 1),
  };
}

export type PairState = { readonly before: Tensor };
export type PairChain = TokenModel<ChainParams, PairState>;

/**
 * A chain that remembers two tokens: its parameters are the logits (vocabulary², vocabulary) after each pair, the row of a pair is
 * vocabulary · first + second. The state is the token before the last, (batch), at first 0: mixing up rows changes what follows.
 */
export function pairChain(
  vocabulary: number,
  tokens: { readonly beginToken?: number; readonly endToken?: number } = {},
): PairChain {
  const after = (params: ChainParams, first: Tensor, second: Tensor): Tensor =>
    gather(params.table, cast(add(mul(first, vocabulary), second), 'int32'));
  const { reserve: _reserve, rewind: _rewind, runToLast: _run, ...chain } = markovChain(vocabulary, tokens);
  return {
    ...chain,
    init: () => ({ table: zeros([vocabulary ** 2, vocabulary]) }),
    start: (_, batch) => ({ before: zeros([batch], 'int32') }),
    run: (params, x, { before }) => {
      const [batch, time] = x.shape as [number, number];
      const made = scope(() => {
        const first = concat([reshape(before, [batch, 1]), slice(x, [0, 0], [batch, time - 1])], 1);
        return {
          logits: after(params, first, x),
          state: { before: reshape(slice(x, [0, time - 1], [batch, 1]), [batch]) },
        };
      });
      return { next: categorical(made.logits), state: made.state };
    },
    step: (params, x, { before }) => {
      const made = scope(() => ({ logits: after(params, before, x), state: { before: clone(x) } }));
      return { next: categorical(made.logits), state: made.state };
    },
  };
}

/** log p of the token in a column after that in a row, from a seed: the same numbers for tests and oracles. */
export function someTable(vocabulary: number, seed: number, { rows = vocabulary, spread = 2 } = {}): number[][] {
  let state = seed >>> 0;
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  return Array.from({ length: rows }, () => {
    const logits = Array.from({ length: vocabulary }, () => spread * (2 * next() - 1));
    const total = Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0));
    return logits.map((logit) => logit - total);
  });
}

export function chainParams(table: readonly (readonly number[])[]): ChainParams {
  return { table: tensor2d(table.map((row) => [...row])) };
}
