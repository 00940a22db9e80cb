import { GenaiError, randomUniform } from '@genai/core';
import { expectInteger } from '../expect.js';
import type { Toy } from './toy.js';

/** A toy of tokens, which knows its vocabulary. */
export interface TokenToy extends Toy<Int32Array> {
  /** How many tokens there are. */
  readonly vocabulary: number;
}

/**
 * Runs of `length` tokens in which each depends on the one before: `transitions[i][j]` is the probability of j after i.
 * The first is drawn from `initial`, uniform unless given.
 *
 * The entropy of a run is H(initial) + Σₜ Σᵢ pₜ(i) H(transitions[i]), exactly.
 *
 * @example
 * const weather = markovChain({ transitions: [[0.9, 0.1], [0.5, 0.5]], length: 16 });
 * weather.entropy / 16; // nats a token: no model can do better
 * @throws GenaiError unless the rows are distributions over one vocabulary.
 */
export function markovChain({
  transitions,
  length,
  initial = transitions.map(() => 1 / transitions.length),
}: {
  readonly transitions: readonly (readonly number[])[];
  readonly length: number;
  readonly initial?: readonly number[];
}): TokenToy {
  const vocabulary = transitions.length;
  expectInteger('markovChain', 'length', length, 1);
  expectDistribution('initial', initial, vocabulary);
  for (const [i, row] of transitions.entries()) expectDistribution(`transitions[${i}]`, row, vocabulary);
  return {
    shape: [length],
    vocabulary,
    entropy: entropyOf(transitions, initial, length),
    sample: (key, count) => {
      const uniform = randomUniform(key, count * length);
      const tokens = new Int32Array(count * length);
      for (let i = 0; i < tokens.length; i++) {
        tokens[i] = choose(i % length === 0 ? initial : transitions[tokens[i - 1]!]!, uniform[i]!);
      }
      return tokens;
    },
    logProb: (tokens) => {
      if (tokens.length % length !== 0) {
        throw new GenaiError(
          `markovChain.logProb: got ${tokens.length} tokens, expected runs of ${length}. Pass (count × ${length}).`,
        );
      }
      const sums = new Float64Array(tokens.length / length);
      for (let i = 0; i < tokens.length; i++) {
        const row = i % length === 0 ? initial : transitions[tokens[i - 1]!];
        sums[Math.floor(i / length)]! += Math.log(row?.[tokens[i]!] ?? 0);
      }
      return sums;
    },
  };
}

function entropyOf(transitions: readonly (readonly number[])[], initial: readonly number[], length: number): number {
  const entropies = transitions.map(entropyOfRow);
  let total = entropyOfRow(initial);
  let now = [...initial];
  for (let t = 1; t < length; t++) {
    total += now.reduce((sum, p, i) => sum + p * entropies[i]!, 0);
    now = now.map((_, j) => now.reduce((sum, p, i) => sum + p * transitions[i]![j]!, 0));
  }
  return total;
}

function entropyOfRow(row: readonly number[]): number {
  return row.reduce((sum, p) => (p > 0 ? sum - p * Math.log(p) : sum), 0);
}

/** The token at which the probabilities add up to more than u; never one of probability 0. */
function choose(row: readonly number[], u: number): number {
  let sum = 0;
  for (const [token, p] of row.entries()) {
    sum += p;
    if (u < sum) return token;
  }
  return row.findLastIndex((p) => p > 0);
}

function expectDistribution(name: string, row: readonly number[], vocabulary: number): void {
  const sum = row.reduce((total, p) => total + p, 0);
  if (row.length !== vocabulary || row.length === 0 || row.some((p) => !(p >= 0)) || Math.abs(sum - 1) > 1e-9) {
    throw new GenaiError(
      `markovChain: ${name} must be ${vocabulary} probabilities that add up to 1, got [${row.join(', ')}].`,
    );
  }
}
