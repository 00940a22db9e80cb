import type { TextTokenizer } from '@genai/data';
import { firstTokens } from '../model/text/first-tokens.js';
import type { AnswerForm, DrawnText } from './answer-form.js';
import { drawingFields } from './drawing-fields.js';
import { encoded } from './encoded.js';
import type { RequestFields } from './request-fields.js';
import type { ServedModel } from './served-model.js';
import { shownLogProb, shownToken } from './shown-token.js';
import type { TextRequest } from './text-request.js';

/** What `POST /v1/completions` is asked. @throws RequestError that names the field that is wrong. */
export function completionRequest(fields: RequestFields, served: ServedModel): TextRequest {
  const { drawing, ...shared } = drawingFields(fields, served);
  const top = fields.integer('logprobs', 0, MOST_TOP);
  const steps = fields.integer('max_tokens', 1) ?? LENGTH;
  const prompts = promptsOf(fields, served.tokenizer);
  fields.refuse('best_of', 1, shared.copies);
  fields.refuse('echo', false);
  fields.refuse('suffix', '');
  return {
    ...shared,
    prompts,
    drawing: { ...drawing, steps, topLogProbs: top },
    form: completionForm(served.tokenizer, top),
  };
}

/** One text or several, each as such or as tokens. */
function promptsOf(fields: RequestFields, tokenizer: TextTokenizer): readonly (readonly number[])[] {
  const value = fields.value('prompt') ?? '';
  const isTokens = (x: unknown): x is readonly number[] =>
    Array.isArray(x) &&
    x.length > 0 &&
    x.every((token) => Number.isSafeInteger(token) && token >= 0 && token < tokenizer.vocabulary);
  const isPrompt = (x: unknown): x is string | readonly number[] => typeof x === 'string' || isTokens(x);
  const prompts: readonly unknown[] = !Array.isArray(value) || isTokens(value) ? [value] : value;
  if (prompts.length === 0 || !prompts.every(isPrompt)) {
    throw fields.wrong('prompt', `a text, tokens from 0 to ${tokenizer.vocabulary - 1}, or a list of one of them`);
  }
  return prompts.map((prompt) => {
    if (typeof prompt !== 'string') return prompt;
    return prompt === '' ? firstTokens(tokenizer) : encoded('prompt', () => tokenizer.encode(prompt));
  });
}

/** With `top` log-probabilities of the likeliest tokens in each place; without any unless given. */
function completionForm(tokenizer: TextTokenizer, top: number | undefined): AnswerForm {
  const nameOf = (token: number): string => shownToken(tokenizer, token).token;
  const logProbs = ({ tokens }: DrawnText): object => ({
    tokens: tokens.map(({ token }) => nameOf(token)),
    token_logprobs: tokens.map(({ logProb }) => shownLogProb(logProb)),
    top_logprobs: top
      ? tokens.map(({ top: likeliest = [] }) =>
          Object.fromEntries(likeliest.map(({ token, logProb }) => [nameOf(token), shownLogProb(logProb)])),
        )
      : null,
    text_offset: tokens.map(({ offset }) => offset),
  });
  const choice = (drawn: DrawnText): object => ({
    text: drawn.text,
    logprobs: top === undefined ? null : logProbs(drawn),
  });
  const object = 'text_completion';
  const closing = { text: '', logprobs: null };
  return { prefix: 'cmpl-', object, chunkObject: object, whole: choice, piece: choice, closing };
}

/** Tokens unless told otherwise, as of OpenAI. */
const LENGTH = 16;
const MOST_TOP = 20;
