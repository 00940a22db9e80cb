import type { BatchRequest } from '@genai/autoregressive';
import type { AnswerForm } from './answer-form.js';
import type { BudgetedConstraint } from './constraints-of.js';

/** What a client asks for, whichever the route. */
export interface TextRequest {
  /** The tokens to go on from, of each text. */
  readonly prompts: readonly (readonly number[])[];
  /** How many texts of each. */
  readonly copies: number;
  readonly drawing: TextDrawing;
  /** Texts that end the answer and do not belong to it. */
  readonly stop: readonly string[];
  /** None for another answer each time. */
  readonly seed: number | undefined;
  /** Whether the answer comes in pieces, and then what was used at its end. */
  readonly stream: boolean;
  readonly includeUsage: boolean;
  readonly form: AnswerForm;
}

/** How each text is drawn. */
export type TextDrawing = Omit<BatchRequest, 'prompt' | 'key' | 'signal' | 'context' | 'constraint'> & {
  readonly constraint?: BudgetedConstraint;
};
