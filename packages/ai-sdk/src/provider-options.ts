import type { JSONObject, JSONValue } from '@ai-sdk/provider';
import type { TokenBias, WarpOptions } from '@genai/autoregressive';
import { GenaiError } from '@genai/core';

/**
 * What stands in `providerOptions.genai` of a call: warps that the AI SDK has no words for. Their ranges are checked where they are used.
 *
 * @throws GenaiError if there is another, or a value of another type.
 */
export function providerOptions(given: JSONObject): Pick<WarpOptions, (typeof NUMBERS)[number] | 'bias'> {
  const unknown = Object.keys(given).find((name) => !KNOWN.includes(name));
  if (unknown !== undefined) throw wrong(unknown, `one of ${KNOWN.join(', ')}`);
  const numbers = NUMBERS.flatMap((name) => {
    const value = given[name];
    if (value === undefined) return [];
    if (typeof value !== 'number') throw wrong(name, 'a number', value);
    return [[name, value] as const];
  });
  const { logitBias } = given;
  if (logitBias === undefined) return Object.fromEntries(numbers);
  const isBias = typeof logitBias === 'object' && logitBias !== null && !Array.isArray(logitBias);
  if (!isBias || !Object.values(logitBias).every((value) => typeof value === 'number')) {
    throw wrong('logitBias', 'an object of numbers by tokens', logitBias);
  }
  return { ...Object.fromEntries(numbers), bias: logitBias as TokenBias };
}

function wrong(name: string, expected: string, value?: JSONValue): GenaiError {
  const got = value === undefined ? `got '${name}'` : `${name} is ${JSON.stringify(value)}`;
  return new GenaiError(`genai: providerOptions.genai: ${got}, expected ${expected}.`);
}

const NUMBERS = ['minP', 'typical', 'repetitionPenalty'] as const;
const KNOWN: readonly string[] = [...NUMBERS, 'logitBias'];
