import type { DrawnToken } from '@genai/autoregressive';

/** A token of an answer, and how many characters come before it. */
export type PlacedToken = DrawnToken & { readonly offset: number };

/** A text, whole or a piece of one, with the tokens it is made of. */
export interface DrawnText {
  readonly text: string;
  readonly tokens: readonly PlacedToken[];
}

/** Why a text ended: by itself or at a stop, or because it would be too long. */
export type FinishReason = 'stop' | 'length';

/** How a route writes its answers. What it gives is a choice without its number and its end. */
export interface AnswerForm {
  /** What the numbers of answers begin with. */
  readonly prefix: string;
  /** What an answer is called, whole and in pieces. */
  readonly object: string;
  readonly chunkObject: string;
  readonly whole: (drawn: DrawnText) => object;
  /** What comes before the pieces, if anything does, and at their end. */
  readonly opening?: object;
  readonly piece: (drawn: DrawnText) => object;
  readonly closing: object;
}
