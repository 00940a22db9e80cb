import { GenaiError } from '@genai/core';

/** @throws GenaiError that names the first token that is not of the vocabulary. */
export function expectTokens(where: string, tokens: ArrayLike<number>, vocabulary: number): void {
  const wrong = Array.from(tokens).findIndex((token) => !(Number.isInteger(token) && token >= 0 && token < vocabulary));
  if (wrong < 0) return;
  throw new GenaiError(
    `${where}: token ${wrong} is ${tokens[wrong]}, expected an integer from 0 to ${vocabulary - 1}, as in the model's vocabulary.`,
  );
}
