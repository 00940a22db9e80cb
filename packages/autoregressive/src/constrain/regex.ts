import { automatonOf, type Readings } from './automaton-of.js';
import type { ByteAutomaton } from './byte-automaton.js';
import { networkOf } from './network.js';
import { parseRegex, regexOf } from './parse-regex.js';

/**
 * The texts that match a regular expression from beginning to end.
 *
 * The syntax is that of JavaScript, with the flags i, s and u; anchors at the ends change nothing, lazy quantifiers are greedy ones
 * (the language is the same). Characters are code points, as with the flag u: a dot is one character, and half a surrogate
 * matches nothing.
 *
 * @example
 * const time = regex(/([01]\d|2[0-3]):[0-5]\d/);
 * const constraint = constrain(time, [...'0123456789:']);
 * @throws GenaiError if the pattern is not valid, or has what is not regular: back-references, look-around, word boundaries.
 * @source Thompson 1968, "Regular expression search algorithm".
 */
export function regex(pattern: string | RegExp): ByteAutomaton<Readings> {
  const expression = parseRegex('regex', typeof pattern === 'string' ? regexOf('regex', pattern, '') : pattern);
  return automatonOf('regex', networkOf('regex', expression));
}
