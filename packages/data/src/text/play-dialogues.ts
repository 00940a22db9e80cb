import { GenaiError } from '@genai/core';
import { expectInteger } from '../expect.js';
import type { Turn } from './chat-format.js';

/**
 * Dialogues from a play, in which a name and a colon stand above what is said, and an empty line between speeches. Roles alternate, the
 * first speech is the user's, and names are left out.
 *
 * A dialogue has at most `turns` turns (8 unless given) and ends with a reply; what is no speech, such as a scene, begins a new one.
 *
 * @example
 * playDialogues('Guard:\nWho goes there?\n\nFrancisco:\nNay, answer me.'); // one dialogue of two turns
 * @throws GenaiError if nobody answers anybody.
 */
export function playDialogues(text: string, { turns = 8 }: { readonly turns?: number } = {}): (readonly Turn[])[] {
  expectInteger('playDialogues', 'turns', turns, 2);
  const dialogues: (readonly Turn[])[] = [];
  const add = (scene: readonly Speech[]): void => {
    for (let i = 0; i + 1 < scene.length; i += turns) {
      const said = scene.slice(i, i + turns);
      const answered = said.slice(0, said.length - (said.length % 2));
      if (answered.length === 0) continue;
      dialogues.push(answered.map(({ text }, j) => ({ role: j % 2 === 0 ? 'user' : 'assistant', text })));
    }
  };
  for (const scene of scenesOf(text)) add(scene);
  if (dialogues.length > 0) return dialogues;
  throw new GenaiError(
    'playDialogues: the text has no two speeches in a row. Pass a play in which a name and a colon stand above each speech.',
  );
}

type Speech = { readonly name: string; readonly text: string };

/** The speeches between what is none; those of one speaker in a row become one, those without words none. */
function scenesOf(text: string): Speech[][] {
  const scenes: Speech[][] = [[]];
  for (const block of text.replaceAll('\r\n', '\n').split(/\n\s*\n/)) {
    const [head = '', ...lines] = block.trim().split('\n');
    if (head === '') continue;
    const said = lines.join('\n');
    const scene = scenes.at(-1)!;
    const before = scene.at(-1);
    if (!head.endsWith(':')) scenes.push([]);
    else if (said === '') continue;
    else if (before?.name === head) scene[scene.length - 1] = { name: head, text: `${before.text}\n${said}` };
    else scene.push({ name: head, text: said });
  }
  return scenes;
}
