import { type JsonSchema, jsonConstraints, type TokenConstraint } from '@genai/autoregressive';
import { GenaiError } from '@genai/core';
import type { TextTokenizer } from '@genai/data';
import { RequestError } from './request-error.js';

/** From a budget of tokens to the constraint that texts are JSON of a schema, complete within it if they can be. */
export type BudgetedConstraint = (budget: number) => TokenConstraint;

/** The constraint of a schema, which stands in the field `param`. */
export type Constraints = (schema: JsonSchema, param: string) => BudgetedConstraint;

/**
 * Constraints on texts of a tokenizer.
 *
 * @throws RequestError, when called, if a schema is too large, not supported or cannot be written with these tokens.
 */
export function constraintsOf(tokenizer: TextTokenizer): Constraints {
  const constraints = jsonConstraints(tokenizer);
  return (schema, param) => {
    try {
      const { length } = JSON.stringify(schema);
      if (length > MOST_CHARACTERS) {
        throw new RequestError(`${param} has ${length} characters, at most ${MOST_CHARACTERS} are read.`, { param });
      }
      constraints(schema); // what is wrong is said before anything is drawn
      return (budget) => constraints(schema, budget);
    } catch (cause) {
      // Too deep for the stack is too deep for us.
      if (cause instanceof RequestError || !(GenaiError.is(cause) || cause instanceof RangeError)) throw cause;
      throw new RequestError(`${param}: ${cause.message}`, { param, cause });
    }
  };
}

const MOST_CHARACTERS = 2 ** 16;
