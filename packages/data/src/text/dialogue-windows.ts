import { GenaiError } from '@genai/core';
import type { Dataset } from '../dataset.js';
import { expectInteger } from '../expect.js';
import { type MaskedElements, type MaskedTokens, maskedRows } from './masked-rows.js';

export interface DialogueWindowsOptions {
  /** Tokens in a row. */
  readonly length: number;
  /** Puts several whole dialogues, in their order, into a row where they fit: less is filled, but later ones see earlier ones. */
  readonly pack?: boolean;
}

/**
 * Dialogues as rows of one length, one dialogue to a row from its beginning, cut off after `length` tokens and filled up behind:
 * `elements` (batch, length) int32 and `mask` (batch, length) float32, 1 where a token is to be predicted. A row of which nothing is to
 * be predicted is left out.
 *
 * @example
 * const chat = chatFormat({ tokenizer });
 * const data = dialogueWindows(readDialogues(text).map(chat.encode), { length: 256 });
 * @throws GenaiError if no row is left, or a mask and its tokens differ in number.
 */
export function dialogueWindows(
  dialogues: readonly MaskedTokens[],
  { length, pack = false }: DialogueWindowsOptions,
): Dataset<MaskedElements> {
  expectInteger('dialogueWindows', 'length', length, 1);
  const cut = dialogues.map(({ tokens, mask }, i) => {
    if (tokens.length === mask.length) return { tokens: tokens.subarray(0, length), mask: mask.subarray(0, length) };
    throw new GenaiError(
      `dialogueWindows: dialogue ${i} has ${tokens.length} tokens and ${mask.length} places in its mask.`,
    );
  });
  const kept = cut.filter(({ mask }) => mask.includes(1));
  if (kept.length === 0) {
    throw new GenaiError(
      `dialogueWindows: none of ${dialogues.length} dialogues has something to predict in its first ${length} tokens. Pass dialogues with replies, or a greater length.`,
    );
  }
  return maskedRows(pack ? packed(kept, length) : kept, length);
}

/** Each dialogue goes behind the one before it if it fits, else to a new row. */
function packed(dialogues: readonly MaskedTokens[], length: number): MaskedTokens[] {
  const rows: MaskedTokens[] = [];
  for (const { tokens, mask } of dialogues) {
    const row = rows.at(-1);
    if (!row || row.tokens.length + tokens.length > length) rows.push({ tokens, mask });
    else {
      rows[rows.length - 1] = {
        tokens: Int32Array.from([...row.tokens, ...tokens]),
        mask: Uint8Array.from([...row.mask, ...mask]),
      };
    }
  }
  return rows;
}
