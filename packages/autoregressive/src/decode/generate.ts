import type { Key, Tree } from '@genai/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { TokenModel } from '../token-model.js';
import { type DrawOptions, drawRules } from './draw-rules.js';
import { DrawnSequence } from './drawn-sequence.js';
import { fedTokens, mostDrawn } from './fed-tokens.js';
import { type Generation, lazyGeneration } from './generation.js';
import { expectGuidance, type Guidance } from './guidance.js';
import { TokenDecoder } from './token-decoder.js';

/** What a model is conditioned on, one row for each sequence; absent where it takes none. */
export type ContextOption<C> = undefined extends C ? { readonly context?: C | undefined } : { readonly context: C };

/** How tokens are drawn, whatever the number of sequences. */
export interface DecodeOptions<C = void, A = unknown> extends DrawOptions<A> {
  /** Where the randomness comes from. */
  readonly key: Key;
  /** Exaggerates what the context asks for. */
  readonly guidance?: Guidance<C> | undefined;
  /** Stops the drawing: what takes from it is given the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** What {@link generate} needs and can vary. */
export type GenerateOptions<C = void, A = unknown> = DecodeOptions<C, A> & {
  /** The tokens to go on from. Default: none, for a model with a begin token. */
  readonly prompt?: ArrayLike<number> | undefined;
} & ContextOption<C>;

/**
 * Draws tokens after a prompt, one by one as they are asked for.
 *
 * The model is fed its begin token, if it has one and the prompt does not begin with it, then the prompt, in runs of up to 512 steps.
 * From the logits of each next token come, in this order: guidance; what the constraint rules out; the warps in the order of
 * {@link warps}; and one draw with `fold(key, tokens drawn so far)`, so that the same key gives the same tokens. The end token and stop
 * sequences are not told; tokens that may begin a stop sequence are told as soon as they turn out not to. A step is captured where the
 * engine offers it, and the event loop goes round every 10 ms.
 *
 * @example
 * for await (const token of generate(characters, params, { prompt, steps: 200, temperature: 0.8, topP: 0.95, key: key(1), signal })) {
 *   write(decode([token]));
 * }
 * const { tokens, stopped } = await generate(characters, params, { prompt, steps: 200, key: key(1) }).result;
 * @throws GenaiError at once if an option is out of range, or there is neither a prompt nor a begin token. While drawing: the signal's
 * reason; ConstraintError at a dead end; GenaiError for a second consumer, or logits that are no distribution.
 */
export function generate<P extends Tree<Tensor>, S extends Tree<Tensor>, C = void, A = unknown>(
  model: TokenModel<P, S, C>,
  params: P,
  options: GenerateOptions<C, A>,
): Generation {
  const { prompt = [], key, guidance, signal, context } = options;
  const rules = drawRules('generate', model, options);
  const fed = fedTokens('generate', model, prompt);
  expectGuidance('generate', guidance);
  const sequence = new DrawnSequence(rules, Array.from(prompt), key, mostDrawn(model, fed.length));
  return lazyGeneration('generate', {
    run: async function* () {
      signal?.throwIfAborted();
      sequence.start();
      if (sequence.stopped) return;
      const expected = fed.length + rules.steps;
      const decoder = new TokenDecoder('generate', model, params, {
        ...{ rows: 1, context: context as C, guidance, signal, expected },
      });
      try {
        let logits = await decoder.feed(fed, fed.length); // (1, vocabulary)
        for (let told = 0; ; ) {
          sequence.draw(logits);
          while (told < sequence.ready) yield sequence.tokens[told++]!;
          if (sequence.stopped) return;
          logits = await decoder.advance(Int32Array.of(sequence.tokens.at(-1)!));
        }
      } finally {
        decoder.dispose();
      }
    },
    result: sequence.result,
  });
}
