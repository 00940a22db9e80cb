import { expectIntegers, fold, type Tree } from '@genai/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { TokenModel } from '../token-model.js';
import { type DrawnRow, drawRows } from './draw-rows.js';
import { drawRules } from './draw-rules.js';
import { DrawnSequence } from './drawn-sequence.js';
import { expectRange, finite } from './expect-range.js';
import { fedTokens, mostDrawn } from './fed-tokens.js';
import type { GenerateOptions } from './generate.js';
import type { Generated } from './generation.js';
import { expectGuidance } from './guidance.js';
import { lengthPenalised } from './length-penalised.js';
import { TokenDecoder } from './token-decoder.js';

/** What {@link bestOf} needs and can vary. */
export type BestOfOptions<C = void, A = unknown> = GenerateOptions<C, A> & {
  /** How many sequences are drawn. */
  readonly count: number;
  /** The power of the length by which a log-probability is divided: 0 compares sequences, 1 their average tokens. Default 0. */
  readonly lengthPenalty?: number | undefined;
};

/**
 * Draws `count` sequences after one prompt, that of row r as {@link generate} draws it with `fold(key, r)`, and gives the one of
 * the highest log-probability, in nats, under the model. The prompt is run once.
 *
 * @example
 * const { tokens } = await bestOf(model, params, { prompt, count: 8, steps: 50, key: key(1) });
 * @throws GenaiError and others as {@link generate}, and if `count` is no integer of at least 1.
 */
export async function bestOf<P extends Tree<Tensor>, S extends Tree<Tensor>, C = void, A = unknown>(
  model: TokenModel<P, S, C>,
  params: P,
  options: BestOfOptions<C, A>,
): Promise<Generated> {
  const { prompt = [], count, lengthPenalty = 0, key, guidance, signal, context } = options;
  expectIntegers('bestOf', { count });
  expectRange('bestOf', 'lengthPenalty', lengthPenalty, finite);
  expectGuidance('bestOf', guidance);
  const rules = drawRules('bestOf', model, options);
  const fed = fedTokens('bestOf', model, prompt);
  const rows = Array.from(
    { length: count },
    (_, row): DrawnRow<A> => ({
      sequence: new DrawnSequence(rules, Array.from(prompt), fold(key, row), mostDrawn(model, fed.length)),
      fed,
    }),
  );
  signal?.throwIfAborted();
  for (const { sequence } of rows) sequence.start();
  if (!rows[0]!.sequence.stopped) {
    const decoder = new TokenDecoder('bestOf', model, params, {
      rows: 1,
      context: context as C,
      guidance,
      signal,
      expected: fed.length + rules.steps,
    });
    try {
      const first = await decoder.feed(fed, fed.length); // (1, vocabulary)
      const logits = new Float32Array(count * first.length); // (count, vocabulary)
      for (let row = 0; row < count; row++) logits.set(first, row * first.length);
      decoder.choose(rows.map(() => 0));
      for await (const _ of drawRows(decoder, rows, fed.length, logits));
    } finally {
      decoder.dispose();
    }
  }
  const score = ({ sequence }: DrawnRow<A>): number => {
    const { logProb, stopped } = sequence.result();
    return lengthPenalised(logProb, sequence.tokens.length + (stopped === 'end' ? 1 : 0), lengthPenalty);
  };
  const scores = rows.map(score);
  return rows[scores.indexOf(Math.max(...scores))]!.sequence.result();
}
