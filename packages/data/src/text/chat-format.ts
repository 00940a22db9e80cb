import { GenaiError } from '@genai/core';
import type { MaskedTokens } from './masked-rows.js';
import type { TextTokenizer } from './text-tokenizer.js';

export type Role = 'system' | 'user' | 'assistant';

/** What one side says in a dialogue. */
export type Turn = { readonly role: Role; readonly text: string };

/** How dialogues become tokens. */
export interface ChatFormat {
  /** The token that ends a turn: a reply is over when it is drawn. */
  readonly stop: number;
  /** A dialogue for training; the mask is 1 on the tokens of replies and on their ends, 0 elsewhere. */
  readonly encode: (turns: readonly Turn[]) => MaskedTokens;
  /**
   * The turns and the mark where the reply to them begins. Turns are encoded one by one: after a reply and its stop, the prompt of the
   * next turn alone continues the dialogue.
   */
  readonly prompt: (turns: readonly Turn[]) => Int32Array;
}

export interface ChatFormatOptions {
  readonly tokenizer: TextTokenizer;
  /** Names of the special tokens that begin the turns of each role and end a turn. Default `<|system|>`, …, `<|end|>`. */
  readonly marks?: { readonly [K in Role | 'end']: string };
}

/**
 * Dialogues as tokens: each turn is the mark of its role, its text and the end mark. Names of marks within a text stay text.
 *
 * @example
 * const tokenizer = trainBytePairs(text, { vocabulary: 1_000, special: ['<|system|>', '<|user|>', '<|assistant|>', '<|end|>'] });
 * const { encode, prompt, stop } = chatFormat({ tokenizer });
 * tokenizer.decode(prompt([{ role: 'user', text: 'Who goes there?' }])); // '<|user|>Who goes there?<|end|><|assistant|>'
 * @throws GenaiError if the tokenizer lacks one of the marks; `encode` and `prompt` if a role is none.
 */
export function chatFormat({ tokenizer, marks = MARKS }: ChatFormatOptions): ChatFormat {
  const stop = tokenizer.specialToken(marks.end);
  const begins = new Map(ROLES.map((role) => [role, tokenizer.specialToken(marks[role])]));
  const encode = (turns: readonly Turn[]): MaskedTokens => {
    const tokens: number[] = [];
    const mask: number[] = [];
    for (const [i, { role, text }] of turns.entries()) {
      const begin = begins.get(role);
      if (begin === undefined) {
        throw new GenaiError(
          `chatFormat: turn ${i} has role ${JSON.stringify(role)}, expected one of ${ROLES.join(', ')}.`,
        );
      }
      tokens.push(begin);
      mask.push(0);
      const learnt = Number(role === 'assistant');
      for (const token of [...tokenizer.encode(text), stop]) {
        tokens.push(token);
        mask.push(learnt);
      }
    }
    return { tokens: Int32Array.from(tokens), mask: Uint8Array.from(mask) };
  };
  return {
    stop,
    encode,
    prompt: (turns) => Int32Array.from([...encode(turns).tokens, begins.get('assistant')!]),
  };
}

/** The roles of a dialogue. */
export const ROLES: readonly Role[] = ['system', 'user', 'assistant'];
const MARKS = { system: '<|system|>', user: '<|user|>', assistant: '<|assistant|>', end: '<|end|>' } as const;
