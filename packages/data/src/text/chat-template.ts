import { GenaiError } from '@genai/core';
import { splitterOf } from './added-tokens.js';
import { boundedTemplate, type Fill } from './bounded-template.js';
import { type ChatFormat, ROLES, type Turn } from './chat-format.js';
import type { MaskedTokens } from './masked-rows.js';
import type { TextTokenizer } from './text-tokenizer.js';

export interface ChatTemplateOptions {
  readonly tokenizer: TextTokenizer;
  /** Names of the tokens that begin and end a text, as in `tokenizer_config.json`. */
  readonly bosToken?: string;
  readonly eosToken?: string;
  /** Name of the token that ends a reply. Default: the first special token that the template puts behind one, else `eosToken`. */
  readonly stop?: string;
  /** What else the template may ask for: `tools`, `enable_thinking`, `date_string`, `strftime_now`, … */
  readonly variables?: { readonly [name: string]: unknown };
}

/** A {@link ChatFormat} whose turns depend on each other: `prompt` takes the whole dialogue, each time. */
export interface ChatTemplate extends ChatFormat {
  /** The text of a dialogue; with `reply`, up to where the next reply begins. */
  readonly render: (turns: readonly Turn[], options?: { readonly reply?: boolean }) => string;
}

/**
 * Dialogues as the Jinja template of a model writes them (`chat_template` of Hugging Face), by the package `@huggingface/jinja`.
 *
 * The mask is 1 on what `{% generation %}` encloses; in a template without it, on each reply up to its stop, if what is written before
 * and after a reply is the beginning of the whole. Tokens are those of the whole text; one that holds the end of a part and the
 * beginning of the next belongs to the next. Names of special tokens within a turn stay text.
 *
 * @example
 * const { chat_template, eos_token } = JSON.parse(await textFile('qwen/tokenizer_config.json'));
 * const { prompt, stop } = await chatTemplate(chat_template, { tokenizer, eosToken: eos_token });
 * prompt([{ role: 'user', text: 'Who goes there?' }]);
 * @throws GenaiError if the package is missing, the template cannot be read or rendered within bounds, or no stop is found; `encode` if
 * the replies cannot be told from the rest; all, if a turn has a role that is none, or one of the characters U+FDD0 to U+FDD3.
 */
export async function chatTemplate(source: string, options: ChatTemplateOptions): Promise<ChatTemplate> {
  const { tokenizer, bosToken, eosToken, variables } = options;
  const isMarked = GENERATION.test(source);
  const fill = await boundedTemplate('chatTemplate', markedSource(source));
  const given = { tools: null, documents: null, bos_token: bosToken ?? '', eos_token: eosToken ?? '', ...variables };
  const write = writerOf(fill, given, tokenizer);
  const tokensOf = (text: string): readonly number[] => tokensWithin(text, tokenizer);

  const stop = tokenizer.specialToken(
    options.stop ?? stopBehindReply(write, tokensOf, tokenizer) ?? eosToken ?? noStop(),
  );
  const encode = (turns: readonly Turn[]): MaskedTokens => {
    const { text, marks } = unmarked(write(turns, false));
    const tokens = tokensOf(text);
    const mask = new Uint8Array(tokens.length);
    const tokensUpTo = (end: number): number =>
      end < text.length ? sharedLength(tokensOf(text.slice(0, end)), tokens) : tokens.length;
    for (const [begin, end] of isMarked ? marks : replyPlaces(turns, text, write)) {
      const [from, to] = [tokensUpTo(begin), tokensUpTo(end)];
      const last = isMarked ? -1 : tokens.lastIndexOf(stop, to - 1); // a line break behind the stop is not drawn
      mask.fill(1, from, last >= from ? last + 1 : to);
    }
    return { tokens: Int32Array.from(tokens), mask };
  };
  return {
    stop,
    encode,
    prompt: (turns) => Int32Array.from(tokensOf(unmarked(write(turns, true)).text)),
    render: (turns, { reply = false } = {}) => unmarked(write(turns, reply)).text.replace(QUOTES, ''),
  };
}

/** What a template writes, with marks of replies and quotes about names of special tokens that a turn has. */
type Writer = (turns: readonly Turn[], reply: boolean) => string;

function writerOf(fill: Fill, given: { readonly [name: string]: unknown }, { special }: TextTokenizer): Writer {
  const cut = splitterOf(
    special.map((name, token) => ({ name, token, special: true, takesBefore: false, takesBehind: false })),
  );
  const quoted = (text: string): string =>
    cut(text, true)
      .map((piece) => (typeof piece === 'number' ? `${QUOTE}${special[piece]}${UNQUOTE}` : piece))
      .join('');
  return (turns, add_generation_prompt) => {
    const messages = turns.map(({ role, text }, i) => {
      const isText = typeof text === 'string' && !RESERVED.test(text);
      if (ROLES.includes(role) && isText) return { role, content: quoted(text) };
      throw new GenaiError(
        `chatTemplate: turn ${i} has role ${JSON.stringify(role)} and ${isText ? 'a' : 'no'} text without U+FDD0 to U+FDD3, expected one of ${ROLES.join(', ')} and such a text.`,
      );
    });
    return fill({ ...given, messages, add_generation_prompt });
  };
}

/** The tokens of a text in which special ones are looked for, but not between quotes. */
function tokensWithin(text: string, { encode }: TextTokenizer): readonly number[] {
  // A split by a pattern with one group gives what is outside and what is between quotes by turns.
  return text.split(QUOTED).flatMap((part, i) => [...encode(part.replace(QUOTES, ''), { special: i % 2 === 0 })]);
}

/** Where replies begin and end in the whole text: each is between the prompt for it and the dialogue with it. */
function replyPlaces(turns: readonly Turn[], text: string, write: Writer): [begin: number, end: number][] {
  return turns.flatMap(({ role }, i) => {
    if (role !== 'assistant') return [];
    const before = write(turns.slice(0, i), true);
    const after = i + 1 < turns.length ? write(turns.slice(0, i + 1), false) : text;
    if (text.startsWith(before) && text.startsWith(after) && after.length >= before.length)
      return [[before.length, after.length]];
    throw new GenaiError(
      `chatTemplate: the template writes the dialogue up to turn ${i} otherwise than at the beginning of all ${turns.length} turns, so that the replies cannot be told. Pass dialogues that end with their only reply, or a template with {% generation %} about replies.`,
    );
  });
}

/** The name of the first special token that stands behind a reply. */
function stopBehindReply(
  write: Writer,
  tokensOf: (text: string) => readonly number[],
  { special, specialToken }: TextTokenizer,
): string | undefined {
  const [question, reply] = [
    { role: 'user', text: 'Yes?' },
    { role: 'assistant', text: 'No.' },
  ] as const;
  const { text } = unmarked(write([question, reply], false));
  const end = text.lastIndexOf(reply.text) + reply.text.length;
  const tokens = tokensOf(text);
  const behind = tokens.slice(sharedLength(tokensOf(text.slice(0, end)), tokens));
  const names = new Map(special.map((name) => [specialToken(name), name]));
  return behind.map((token) => names.get(token)).find((name) => name !== undefined);
}

/**
 * A template whose `{% generation %}` blocks write marks about what they enclose. White space goes as it went: the first of two tags has
 * what the old one had on its left, the second what it had on its right.
 */
function markedSource(source: string): string {
  return source.replace(GENERATIONS, (_, left: string, end: string | undefined, right: string) =>
    end
      ? `{%${left} endif %}{% if true %}${CLOSE}{% endif ${right}%}`
      : `{%${left} if true %}${OPEN}{% endif %}{% if true ${right}%}`,
  );
}

/** A text without marks, and the places between them. */
function unmarked(written: string): { readonly text: string; readonly marks: [begin: number, end: number][] } {
  const marks: [begin: number, end: number][] = [];
  const text = written.split(OPEN).reduce((done, part, i) => {
    const [within = '', ...behind] = part.split(CLOSE);
    if (i > 0) marks.push([done.length, done.length + within.length]);
    return done + within + behind.join('');
  }, '');
  return { text, marks };
}

function sharedLength(a: readonly number[], b: readonly number[]): number {
  const differs = a.findIndex((token, i) => token !== b[i]);
  return differs < 0 ? a.length : differs;
}

function noStop(): never {
  throw new GenaiError(
    'chatTemplate: the template puts no special token behind a reply. Pass the name of one as stop or eosToken.',
  );
}

// Characters that Unicode keeps for such use, and that no text has.
const OPEN = '\uFDD0';
const CLOSE = '\uFDD1';
const QUOTE = '\uFDD2';
const UNQUOTE = '\uFDD3';
const RESERVED = /[\uFDD0-\uFDD3]/u;
const QUOTES = /[\uFDD2\uFDD3]/gu;
const QUOTED = /\uFDD2([^\uFDD3]*)\uFDD3/u;
const GENERATION = /\{%[-+]?\s*generation\s*[-+]?%\}/u;
const GENERATIONS = /\{%([-+]?)\s*(end)?generation\s*([-+]?)%\}/gu;
