import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { fold, GenaiError } from '@genai/core';
import type { AnswerForm, DrawnText } from './answer-form.js';
import { type DrawnChoice, drawnChoice } from './drawn-choice.js';
import { eventStream } from './event-stream.js';
import { RequestError } from './request-error.js';
import type { ServedModel } from './served-model.js';
import type { TextRequest } from './text-request.js';

/** How many tokens a request took. */
export interface Usage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
}

export interface AnswerOptions {
  readonly response: ServerResponse;
  /** Ends the request; aborted here if one of its texts fails, so that the others end too. */
  readonly stop: AbortController;
  /** How many ms a client may take nothing of a stream. */
  readonly patience: number;
}

/**
 * Draws what was asked for and sends it, whole or in pieces. Nothing is sent before there is a piece of each text, so that what goes
 * wrong until then can be said with a status of its own.
 *
 * @throws RequestError if the request cannot be drawn at all; what goes wrong while drawing.
 */
export async function answer(request: TextRequest, served: ServedModel, options: AnswerOptions): Promise<Usage> {
  const { stop } = options;
  const choices = choicesOf(request, served, stop.signal);
  try {
    const firsts = await Promise.all(choices.map(({ pieces }) => pieces.next()));
    const begun = { choices, firsts, head: headOf(request.form, served.name), usage: () => usageOf(request, choices) };
    await (request.stream ? sendPieces : sendWhole)(request, begun, options);
    return begun.usage();
  } finally {
    stop.abort(); // of what is still drawn nobody will hear
    await Promise.allSettled(choices.map(({ pieces }) => pieces.return()));
  }
}

interface Begun {
  readonly choices: readonly DrawnChoice[];
  readonly firsts: readonly IteratorResult<DrawnText, void>[];
  readonly head: Head;
  readonly usage: () => Usage;
}

/** What each object of an answer begins with. */
interface Head {
  readonly id: string;
  readonly created: number;
  readonly model: string;
}

function headOf({ prefix }: AnswerForm, model: string): Head {
  return { id: `${prefix}${randomUUID()}`, created: Math.floor(Date.now() / 1000), model };
}

/** Text i draws from `fold(key, i)`. */
function choicesOf(request: TextRequest, served: ServedModel, signal: AbortSignal): readonly DrawnChoice[] {
  const { prompts, copies, drawing, seed, stop } = request;
  const { batch, longest, places, tokenizer, keyFor } = served;
  if (prompts.length * copies > places) {
    throw new RequestError(`${prompts.length * copies} texts are more than the ${places} that are drawn at once.`, {
      param: copies > 1 ? 'n' : 'prompt',
    });
  }
  const most = Math.max(...prompts.map(({ length }) => length));
  if (most > longest) {
    throw new RequestError(`The prompt has ${most} tokens, the model takes ${longest}. Send a shorter one.`, {
      code: 'context_length_exceeded',
    });
  }
  const key = keyFor(seed);
  const { constraint, ...others } = drawing;
  try {
    return prompts
      .flatMap((prompt) => Array.from({ length: copies }, () => prompt))
      .map((prompt, i) => {
        const budget = Math.min(drawing.steps, longest - prompt.length);
        const constrained = constraint && { constraint: constraint(budget) };
        return batch.generate({ ...others, ...constrained, prompt, key: fold(key, i), signal });
      })
      .map((drawn) => drawnChoice(drawn, tokenizer, stop));
  } catch (cause) {
    if (!GenaiError.is(cause)) throw cause;
    throw new RequestError(cause.message, { cause });
  }
}

async function sendWhole(
  { form }: TextRequest,
  { choices, firsts, head, usage }: Begun,
  { response }: AnswerOptions,
): Promise<void> {
  const drawn = await Promise.all(
    choices.map(async ({ pieces, finish }, index) => {
      const all: DrawnText[] = [];
      for (let got = firsts[index]!; !got.done; got = await pieces.next()) all.push(got.value);
      const whole = { text: all.map(({ text }) => text).join(''), tokens: all.flatMap(({ tokens }) => tokens) };
      return { index, ...form.whole(whole), finish_reason: await finish() };
    }),
  );
  const body = { ...head, object: form.object, choices: drawn, usage: usage() };
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function sendPieces(
  { form, includeUsage }: TextRequest,
  { choices, firsts, head, usage }: Begun,
  { response, patience }: AnswerOptions,
): Promise<void> {
  const events = eventStream(response, patience);
  const send = (choices: readonly object[], used: Usage | null): Promise<void> =>
    events.send({ ...head, object: form.chunkObject, choices, ...(includeUsage && { usage: used }) });
  const sendOne = (index: number, piece: object, finish: string | null): Promise<void> =>
    send([{ index, ...piece, finish_reason: finish }], null);
  await Promise.all(
    choices.map(async ({ pieces, finish }, index) => {
      if (form.opening) await sendOne(index, form.opening, null);
      for (let got = firsts[index]!; !got.done; got = await pieces.next()) {
        await sendOne(index, form.piece(got.value), null);
      }
      await sendOne(index, form.closing, await finish());
    }),
  );
  if (includeUsage) await send([], usage());
  events.end();
}

function usageOf({ prompts }: TextRequest, choices: readonly DrawnChoice[]): Usage {
  const fed = prompts.reduce((sum, { length }) => sum + length, 0);
  const drawn = choices.reduce((sum, { count }) => sum + count, 0);
  return { prompt_tokens: fed, completion_tokens: drawn, total_tokens: fed + drawn };
}
