import { constrain, jsonSchema, regex, type TokenConstraint } from '@genai/autoregressive';
import { GenaiError } from '@genai/core';

/** What a text must look like. */
export interface Form {
  readonly kind: 'free' | 'regex' | 'schema';
  /** A regular expression, or a schema as JSON. */
  readonly pattern: string;
}

/** The constraint that lets nothing else be drawn; the last one is kept, with what it knows of its states. */
export function formOf(form: Form, spellings: readonly (string | Uint8Array)[]): TokenConstraint | undefined {
  if (form.kind === 'free') return undefined;
  const name = `${form.kind} ${form.pattern}`;
  let kept = made.get(spellings);
  if (kept?.name !== name) {
    const automaton = form.kind === 'regex' ? regex(form.pattern) : jsonSchema(parsed(form.pattern));
    kept = { name, constraint: constrain(automaton, spellings) as TokenConstraint };
    made.set(spellings, kept);
  }
  return kept.constraint;
}

const made: WeakMap<object, { readonly name: string; readonly constraint: TokenConstraint }> =
  /* @__PURE__ */ new WeakMap();

function parsed(schema: string): { readonly [keyword: string]: unknown } {
  try {
    return JSON.parse(schema);
  } catch (error) {
    throw new GenaiError(`The schema is not JSON: ${(error as Error).message}`);
  }
}
