import type { ChatFormat, TextTokenizer, Turn } from '@genai/data';
import type { AnswerForm, DrawnText } from './answer-form.js';
import { drawingFields } from './drawing-fields.js';
import { encoded } from './encoded.js';
import { RequestError } from './request-error.js';
import { type RequestFields, requestFields } from './request-fields.js';
import type { ServedModel } from './served-model.js';
import { shownLogProb, shownToken } from './shown-token.js';
import type { TextRequest } from './text-request.js';

/** What `POST /v1/chat/completions` is asked. @throws RequestError that names the field that is wrong. */
export function chatRequest(fields: RequestFields, served: ServedModel): TextRequest {
  const { tokenizer, name } = served;
  const chat = served.chat ?? refuseChat(name);
  const { drawing, ...shared } = drawingFields(fields, served);
  const top = topOf(fields);
  const [older, newer] = [fields.integer('max_tokens', 1), fields.integer('max_completion_tokens', 1)];
  const prompt = promptOf(fields, chat);
  fields.ignore('parallel_tool_calls');
  fields.refuse('tools', []);
  fields.refuse('tool_choice', 'none', 'auto');
  fields.refuse('modalities', ['text']);
  return {
    ...shared,
    prompts: [prompt],
    drawing: { ...drawing, steps: newer ?? older ?? Number.POSITIVE_INFINITY, endToken: chat.stop, topLogProbs: top },
    form: chatForm(tokenizer, top),
  };
}

function topOf(fields: RequestFields): number | undefined {
  const wanted = fields.boolean('logprobs') ?? false;
  const top = fields.integer('top_logprobs', 0, MOST_TOP);
  if (top !== undefined && !wanted) throw fields.wrong('top_logprobs', 'left out where "logprobs" is not true');
  return wanted ? (top ?? 0) : undefined;
}

function promptOf(fields: RequestFields, chat: ChatFormat): readonly number[] {
  const messages = fields.value('messages');
  if (!Array.isArray(messages) || messages.length === 0) throw fields.wrong('messages', 'a list of messages');
  const turns = messages.map((message, i) => turnOf(requestFields(message, `messages[${i}]`)));
  return encoded('messages', () => chat.prompt(turns));
}

function turnOf(message: RequestFields): Turn {
  const role = message.oneOf('role', ROLES);
  if (role === undefined) throw message.wrong('role', `one of ${ROLES.join(', ')}`);
  const text = contentOf(message);
  message.ignore('name', 'annotations', 'reasoning_content');
  for (const field of ['refusal', 'audio', 'tool_calls', 'function_call']) message.refuse(field, []);
  message.expectNoOthers();
  return { role: role === 'developer' ? 'system' : role, text };
}

/** A text, or parts of one. */
function contentOf(message: RequestFields): string {
  const content = message.value('content');
  if (typeof content === 'string') return content;
  const expected = 'a text, or a list of { "type": "text", "text": … }';
  if (!Array.isArray(content)) throw message.wrong('content', expected);
  const isPart = (part: unknown): part is { readonly text: string } => {
    const { type, text } = Object(part) as { readonly type?: unknown; readonly text?: unknown };
    return type === 'text' && typeof text === 'string';
  };
  if (!content.every(isPart)) throw message.wrong('content', expected);
  return content.map(({ text }) => text).join('');
}

function refuseChat(name: string): never {
  throw new RequestError(
    `${name} is no model of dialogues. Ask /v1/completions, or train one on a file of dialogues: genai train gpt --data dialogues.jsonl.`,
    { param: 'model' },
  );
}

/** With log-probabilities of each token and the `top` likeliest in its place, unless undefined. */
function chatForm(tokenizer: TextTokenizer, top: number | undefined): AnswerForm {
  const shown = ({ token, logProb }: { readonly token: number; readonly logProb: number }): object => {
    const { token: name, bytes } = shownToken(tokenizer, token);
    return { token: name, logprob: shownLogProb(logProb), bytes };
  };
  const logProbs = ({ tokens }: DrawnText): object | null => {
    if (top === undefined) return null;
    const content = tokens.map((token) => ({ ...shown(token), top_logprobs: (token.top ?? []).map(shown) }));
    return { content, refusal: null };
  };
  return {
    prefix: 'chatcmpl-',
    object: 'chat.completion',
    chunkObject: 'chat.completion.chunk',
    whole: (drawn) => ({
      message: { role: 'assistant', content: drawn.text, refusal: null },
      logprobs: logProbs(drawn),
    }),
    opening: { delta: { role: 'assistant', content: '' }, logprobs: null },
    piece: (drawn) => ({ delta: { content: drawn.text }, logprobs: logProbs(drawn) }),
    closing: { delta: {}, logprobs: null },
  };
}

const ROLES = ['system', 'developer', 'user', 'assistant'] as const;
const MOST_TOP = 20;
