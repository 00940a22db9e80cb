import type { ContinuousBatch } from '@genai/autoregressive';
import { fold, type Key, key } from '@genai/core';
import type { ChatFormat, TextTokenizer } from '@genai/data';
import { type Constraints, constraintsOf } from './constraints-of.js';

/** What a server needs of a model. */
export interface ServedModelParts {
  /** What clients call it. */
  readonly name: string;
  readonly tokenizer: TextTokenizer;
  /** How dialogues are written, of a model that was made for them. */
  readonly chat?: ChatFormat | undefined;
  /** Draws; takes `longest` tokens of a sequence at most, and `places` sequences at once, waiting ones included. */
  readonly batch: ContinuousBatch;
  readonly longest: number;
  readonly places: number;
  /** Of requests that bring none. */
  readonly seed: number;
}

/** A model as the routes see it. */
export interface ServedModel extends ServedModelParts {
  /** When it was loaded, in seconds since 1970. */
  readonly created: number;
  readonly constraints: Constraints;
  /** Randomness for one request: always the same for the same seed, without one another each time. */
  readonly keyFor: (seed: number | undefined) => Key;
}

/** Adds to a model what a server remembers of it. */
export function servedModel(parts: ServedModelParts): ServedModel {
  const own = key(parts.seed);
  let requests = 0;
  return {
    ...parts,
    created: Math.floor(Date.now() / 1000),
    constraints: constraintsOf(parts.tokenizer),
    keyFor: (seed) => (seed === undefined ? fold(own, requests++) : key(seed)),
  };
}
