import { fold, GenaiError, type Tree } from '@genai/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { TokenModel } from '../token-model.js';
import { type DrawnRow, drawRows, type RowToken } from './draw-rows.js';
import { drawRules } from './draw-rules.js';
import { DrawnSequence } from './drawn-sequence.js';
import { fedTokens, mostDrawn } from './fed-tokens.js';
import type { ContextOption, DecodeOptions } from './generate.js';
import { type Generated, type Generation, lazyGeneration } from './generation.js';
import { expectGuidance } from './guidance.js';
import { TokenDecoder } from './token-decoder.js';

/** What {@link generateBatch} needs and can vary. */
export type GenerateBatchOptions<C = void, A = unknown> = DecodeOptions<C, A> & {
  /** The tokens each row goes on from, as many as there are; empty ones for a model with a begin token. */
  readonly prompts: readonly ArrayLike<number>[];
} & ContextOption<C>;

/**
 * Draws many sequences at once, each as {@link generate} draws it with the key `fold(key, row)`, to rounding.
 *
 * Prompts may differ in length: a row draws as soon as its own is used up. A context has a row for each prompt. `result` is the list of
 * all sequences, in the order of the prompts.
 *
 * @example
 * const names = await generateBatch(model, params, { prompts: Array(100).fill([]), steps: 20, key: key(1) }).result;
 * for await (const { row, token } of generateBatch(model, params, { prompts, steps: 100, key: key(1) })) texts[row] += decode([token]);
 * @throws GenaiError and others as {@link generate}, and if there are no prompts.
 */
export function generateBatch<P extends Tree<Tensor>, S extends Tree<Tensor>, C = void, A = unknown>(
  model: TokenModel<P, S, C>,
  params: P,
  options: GenerateBatchOptions<C, A>,
): Generation<RowToken, readonly Generated[]> {
  const { prompts, key, guidance, signal, context } = options;
  const rules = drawRules('generateBatch', model, options);
  expectGuidance('generateBatch', guidance);
  if (prompts.length === 0) throw new GenaiError('generateBatch: prompts are empty, expected one for each sequence.');
  const rows = prompts.map((prompt, row): DrawnRow<A> => {
    const fed = fedTokens(`generateBatch: prompts[${row}]`, model, prompt);
    return {
      sequence: new DrawnSequence(rules, Array.from(prompt), fold(key, row), mostDrawn(model, fed.length)),
      fed,
    };
  });
  return lazyGeneration('generateBatch', {
    run: async function* () {
      signal?.throwIfAborted();
      for (const { sequence } of rows) sequence.start();
      if (rows.every(({ sequence }) => sequence.stopped)) return;
      const decoder = new TokenDecoder('generateBatch', model, params, {
        rows: rows.length,
        context: context as C,
        guidance,
        signal,
        expected: Math.max(...rows.map(({ fed }) => fed.length)) + rules.steps,
      });
      try {
        const shortest = Math.min(...rows.map(({ fed }) => fed.length));
        const common = rows.flatMap(({ fed }) => [...fed.subarray(0, shortest)]); // (rows, shortest)
        const logits = await decoder.feed(Int32Array.from(common), shortest); // (rows, vocabulary)
        yield* drawRows(decoder, rows, shortest, logits);
      } finally {
        decoder.dispose();
      }
    },
    result: () => rows.map(({ sequence }) => sequence.result()),
  });
}
