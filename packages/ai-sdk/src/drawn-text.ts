import type { LanguageModelV3FinishReason, LanguageModelV3Usage } from '@ai-sdk/provider';
import type { DrawnToken, Generation } from '@genai/autoregressive';
import { streamText, type Tokenizer } from '@genai/data';

/** A text while it is drawn. */
export interface DrawnText {
  /** What can be shown at once, up to the first stop; leaving it ends the drawing. */
  readonly pieces: AsyncGenerator<string, void, undefined>;
  /** Why it ended; to be asked behind the last piece. */
  readonly finish: () => Promise<LanguageModelV3FinishReason>;
  /** The tokens so far: of the prompt, and of the text with the stop that it was cut at. */
  readonly usage: () => LanguageModelV3Usage;
}

export interface DrawnTextOptions {
  /** Texts that end it and do not belong to it. */
  readonly stop: readonly string[];
  /** How many tokens it goes on from. */
  readonly promptLength: number;
}

/** The text of tokens as they are drawn. @throws GenaiError if a stop is empty. */
export function drawnText(
  drawn: Generation<DrawnToken>,
  tokenizer: Tokenizer,
  { stop, promptLength }: DrawnTextOptions,
): DrawnText {
  let count = 0;
  let isWhole = false; // else it was cut at a stop, however far the tokens were drawn ahead
  const tokens = async function* (): AsyncGenerator<number, void, undefined> {
    for await (const { token } of drawn) {
      count++;
      yield token;
    }
    isWhole = true;
  };
  return {
    pieces: streamText(tokens(), tokenizer, { stop }),
    finish: async () => {
      if (!isWhole) return { unified: 'stop', raw: 'stop' };
      const { stopped } = await drawn.result;
      return { unified: stopped === 'steps' || stopped === 'longest' ? 'length' : 'stop', raw: stopped };
    },
    usage: () => ({
      inputTokens: { total: promptLength, noCache: promptLength, cacheRead: 0, cacheWrite: 0 },
      outputTokens: { total: count, text: count, reasoning: 0 },
    }),
  };
}
