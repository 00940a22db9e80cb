import type { TokenConstraint } from '../../decode/token-constraint.js';
import { constrain } from '../constrain.js';
import { leastRecentlyUsed } from '../least-recently-used.js';
import { withinBudget } from '../within-budget.js';
import { type JsonSchema, jsonSchema } from './json-schema.js';

/** The constraint that a text is JSON of a schema, complete within `budget` tokens if it can be. Default: however long. */
export type JsonConstraints = (schema: JsonSchema, budget?: number) => TokenConstraint;

/** How tokens are spelled: tokenizers of `@genai/data` fit. */
export interface SpelledTokens {
  readonly vocabulary: number;
  /** The UTF-8 bytes a token stands for, none of one that is no text. */
  readonly tokenBytes: (token: number) => Uint8Array;
}

/**
 * What {@link jsonSchema}, {@link constrain} and {@link withinBudget} make of schemas that come with requests; those last used are kept,
 * for programs ask for the same again and again.
 *
 * @example
 * const constraints = jsonConstraints(tokenizer);
 * const constraint = constraints({ type: 'object', properties: { age: { type: 'integer' } } }, 64);
 * @throws GenaiError, when called, if a schema is not supported or cannot be written with these tokens.
 */
export function jsonConstraints({ vocabulary, tokenBytes }: SpelledTokens): JsonConstraints {
  let spellings: readonly Uint8Array[] | undefined;
  const kept = leastRecentlyUsed(KEPT, JSON.stringify, (schema: JsonSchema) => {
    spellings ??= Array.from({ length: vocabulary }, (_, token) => tokenBytes(token));
    const automaton = jsonSchema(schema);
    return withinBudget(constrain(automaton, spellings), automaton.shortest!);
  });
  return (schema, budget = Number.POSITIVE_INFINITY) => kept(schema)(budget) as TokenConstraint;
}

/** Each remembers masks as long as the vocabulary. */
const KEPT = 8;
