import type { TextTokenizer } from '@genai/data';

/** What a text goes on from without a prompt: a new line, or whatever token comes first. */
export function firstTokens(tokenizer: TextTokenizer): readonly number[] {
  try {
    return [...tokenizer.encode('\n')];
  } catch {
    return [0];
  }
}
