import { GenaiError } from '@genai/core';
import { messageOf } from '../inflate.js';
import { ROLES, type Role, type Turn } from './chat-format.js';
import { recordOf } from './tokenizer-description.js';

/**
 * Dialogues from JSON lines: `{ "turns": [{ "role", "text" }, …] }` or, as elsewhere, `{ "messages": [{ "role", "content" }, …] }`. Empty
 * lines and other fields are passed over.
 *
 * @example
 * readDialogues('{"turns": [{"role": "user", "text": "Hello"}, {"role": "assistant", "text": "Good day."}]}');
 * @throws GenaiError that names the line and the turn, if one is not a dialogue.
 */
export function readDialogues(text: string): (readonly Turn[])[] {
  const dialogues = text.split('\n').flatMap((line, i) => (line.trim() === '' ? [] : [dialogueOf(line, i + 1)]));
  if (dialogues.length > 0) return dialogues;
  throw new GenaiError('readDialogues: the text has no dialogues. Pass JSON lines, one dialogue on each.');
}

function dialogueOf(line: string, number: number): readonly Turn[] {
  const fail = (message: string, cause?: unknown): never => {
    throw new GenaiError(`readDialogues: line ${number} ${message}.`, { cause });
  };
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch (error) {
    return fail(`is not JSON (${messageOf(error)})`, error);
  }
  const { turns, messages } = recordOf(json);
  const list = turns ?? messages;
  if (!Array.isArray(list) || list.length === 0) {
    return fail('has no turns, expected {"turns": [{"role", "text"}, …]} or {"messages": [{"role", "content"}, …]}');
  }
  return list.map((turn, i) => {
    const { role, text, content } = recordOf(turn);
    const said = turns ? text : content;
    if (!ROLES.includes(role as Role)) {
      return fail(`has role ${JSON.stringify(role)} in turn ${i}, expected one of ${ROLES.join(', ')}`);
    }
    if (typeof said !== 'string') return fail(`has no ${turns ? 'text' : 'content'} in turn ${i}, expected a text`);
    return { role: role as Role, text: said };
  });
}
