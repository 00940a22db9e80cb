import { GenaiError } from '@genai/core';
import { automatonOf, type Readings } from './automaton-of.js';
import type { ByteAutomaton } from './byte-automaton.js';
import { type Expression, rule } from './expression.js';
import { networkOf } from './network.js';
import { parseGbnf } from './parse-gbnf.js';

/**
 * The texts of a context-free grammar in GBNF, the notation of llama.cpp: rules `name ::= …`, of which `root` is the first, with
 * literals `"…"`, classes `[a-z]` and `[^…]`, `.` for any character, groups, `|`, `* + ? {m} {m,} {m,n}`, and comments from `#`.
 *
 * A rule may recur anywhere but on its left. The grammar may be ambiguous: all readings are followed at once.
 *
 * @example
 * const sums = grammar(`
 *   root ::= term ("+" term)*
 *   term ::= [0-9]+ | "(" root ")"
 * `);
 * const constraint = constrain(sums, [...'0123456789+()']);
 * @throws GenaiError that names the line of what cannot be read, a rule that is missing, or one that is left recursive.
 */
export function grammar(gbnf: string): ByteAutomaton<Readings> {
  const rules = parseGbnf(gbnf);
  const root = rules.get('root');
  if (!root) throw new GenaiError("grammar: there is no rule 'root'. It says what a whole text is: root ::= …");
  for (const [name, body] of rules) {
    const missing = rulesIn(body).find((other) => !rules.has(other));
    if (missing === undefined) continue;
    throw new GenaiError(
      `grammar: rule '${name}' refers to '${missing}', which is not there. Define it, or mend its name.`,
    );
  }
  return automatonOf('grammar', networkOf('grammar', rule('root'), rules));
}

/** The rules that an expression refers to. */
function rulesIn(expression: Expression): string[] {
  switch (expression.kind) {
    case 'character':
      return [];
    case 'sequence':
      return expression.parts.flatMap(rulesIn);
    case 'choice':
      return expression.options.flatMap(rulesIn);
    case 'repeat':
      return rulesIn(expression.part);
    case 'rule':
      return [expression.name];
  }
}
