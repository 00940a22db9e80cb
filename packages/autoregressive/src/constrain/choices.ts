import { GenaiError } from '@genai/core';
import { automatonOf, type Readings } from './automaton-of.js';
import type { ByteAutomaton } from './byte-automaton.js';
import { networkOf } from './network.js';
import { oneOf } from './one-of.js';

/**
 * One of these texts.
 *
 * @example
 * const constraint = constrain(choices(['yes', 'no', 'not yet']), [...'abenosty ']);
 * @throws GenaiError if the list is empty.
 */
export function choices(list: readonly string[]): ByteAutomaton<Readings> {
  if (list.length === 0) throw new GenaiError('choices: the list is empty. Give at least one text.');
  return automatonOf('choices', networkOf('choices', oneOf(list)));
}
