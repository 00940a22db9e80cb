import type { DrawnToken, Generation } from '@genai/autoregressive';
import { streamText, type TextTokenizer } from '@genai/data';
import type { DrawnText, FinishReason, PlacedToken } from './answer-form.js';

/** One text of an answer while it is drawn. */
export interface DrawnChoice {
  /** Its pieces, each with the tokens it came of. Those of which no text comes, as of a stop, are left out. */
  readonly pieces: AsyncGenerator<DrawnText, void, undefined>;
  /** Why it ended; to be asked behind the last piece. */
  readonly finish: () => Promise<FinishReason>;
  /** How many tokens were drawn so far. */
  readonly count: number;
}

/** The text of tokens as they are drawn, up to the first `stop`; then, or when the pieces are left, drawing ends. */
export function drawnChoice(
  drawn: Generation<DrawnToken>,
  tokenizer: TextTokenizer,
  stop: readonly string[],
): DrawnChoice {
  let count = 0;
  let isWhole = false; // else it was cut at a stop, however far the tokens were drawn ahead
  let waiting: PlacedToken[] = [];
  const tokens = async function* (): AsyncGenerator<number, void, undefined> {
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
    let offset = 0; // characters that are complete
    for await (const token of drawn) {
      count++;
      waiting.push({ ...token, offset });
      offset += decoder.decode(tokenizer.tokenBytes(token.token), { stream: true }).length;
      yield token.token;
    }
    isWhole = true;
  };
  const pieces = async function* (): AsyncGenerator<DrawnText, void, undefined> {
    for await (const text of streamText(tokens(), tokenizer, { stop })) {
      const piece = { text, tokens: waiting };
      waiting = [];
      yield piece;
    }
  };
  return {
    pieces: pieces(),
    finish: async () => {
      if (!isWhole) return 'stop';
      const { stopped } = await drawn.result;
      return stopped === 'steps' || stopped === 'longest' ? 'length' : 'stop';
    },
    get count() {
      return count;
    },
  };
}
