import { constrain, type JsonSchema, jsonSchema, type KeyedConstraint, type Readings } from '@genai/autoregressive';
import { GenaiError } from '@genai/core';
import type { TextTokenizer } from '@genai/data';
import { RequestError } from './request-error.js';

/** The constraint that texts are JSON of a schema, which stands in the field `param`. */
export type Constraints = (schema: JsonSchema, param: string) => KeyedConstraint<Readings>;

/**
 * Constraints on texts of a tokenizer; those last used are kept, for clients ask for the same again and again.
 *
 * @throws RequestError, when called, if a schema is too large, not supported or cannot be written with these tokens.
 */
export function constraintsOf(tokenizer: TextTokenizer): Constraints {
  const kept = new Map<string, KeyedConstraint<Readings>>(); // in the order of use
  let vocabulary: readonly Uint8Array[] | undefined;
  const make = (schema: JsonSchema): KeyedConstraint<Readings> => {
    vocabulary ??= Array.from({ length: tokenizer.vocabulary }, (_, token) => tokenizer.tokenBytes(token));
    return constrain(jsonSchema(schema), vocabulary);
  };
  return (schema, param) => {
    try {
      const name = JSON.stringify(schema);
      if (name.length > MOST_CHARACTERS) {
        throw new RequestError(`${param} has ${name.length} characters, at most ${MOST_CHARACTERS} are read.`, {
          param,
        });
      }
      const made = kept.get(name) ?? make(schema);
      kept.delete(name);
      if (kept.size >= KEPT) kept.delete(kept.keys().next().value!);
      kept.set(name, made);
      return made;
    } catch (cause) {
      // Too deep for the stack is too deep for us.
      if (cause instanceof RequestError || !(GenaiError.is(cause) || cause instanceof RangeError)) throw cause;
      throw new RequestError(`${param}: ${cause.message}`, { param, cause });
    }
  };
}

/** Each remembers masks as long as the vocabulary. */
const KEPT = 8;
const MOST_CHARACTERS = 2 ** 16;
