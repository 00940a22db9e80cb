import { disposeTree } from '@genai/core';
import { bytes } from '@genai/data';
import { afterAll, beforeAll } from 'vitest';
import { type BigramParams, bigram, learnt } from './bigram.js';

/** A model that knows nothing: every byte is as likely as the next. */
export const noise = bigram(256);
export const tokenizer = bytes();

/** Its parameters, for as long as the tests of a file run. */
export function noiseParams(): () => BigramParams {
  let params: BigramParams;
  beforeAll(() => {
    params = learnt(256, []);
  });
  afterAll(() => disposeTree(params));
  return () => params;
}
