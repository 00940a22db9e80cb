import { disposeTree, GenaiError } from '@genai/core';
import { describe, expect, test } from 'vitest';
import { characters } from '../characters.js';
import { bytes } from './bytes.js';
import { chatFormat, type Turn } from './chat-format.js';
import { dialogueWindows } from './dialogue-windows.js';
import { playDialogues } from './play-dialogues.js';
import { readDialogues } from './read-dialogues.js';
import { withSpecial } from './with-special.js';

const special = ['<|system|>', '<|user|>', '<|assistant|>', '<|end|>'];
const tokenizer = bytes({ special });
const turns: readonly Turn[] = [
  { role: 'system', text: 'S' },
  { role: 'user', text: 'hi<|end|>' },
  { role: 'assistant', text: 'yo' },
  { role: 'user', text: '' },
  { role: 'assistant', text: 'é' },
];

describe('chatFormat: known answers', () => {
  test('marks, texts and ends; the mask is on replies and their ends; names within texts stay text', () => {
    const { encode, stop } = chatFormat({ tokenizer });
    const { tokens, mask } = encode(turns);
    expect(tokenizer.decode(tokens)).toBe(
      '<|system|>S<|end|><|user|>hi<|end|><|end|><|assistant|>yo<|end|><|user|><|end|><|assistant|>é<|end|>',
    );
    expect(stop).toBe(259);
    expect(tokens.filter((token) => token === stop).length).toBe(5);
    expect(tokenizer.decode(tokens.filter((_, i) => mask[i] === 1))).toBe('yo<|end|>é<|end|>');
    expect(mask.length).toBe(tokens.length);
  });

  test('a prompt is the dialogue up to where the reply begins, and can be given turn by turn', () => {
    const { encode, prompt } = chatFormat({ tokenizer });
    expect(encode(turns).tokens.subarray(0, prompt(turns.slice(0, 2)).length)).toEqual(prompt(turns.slice(0, 2)));
    expect([...encode(turns.slice(0, 3)).tokens, ...prompt(turns.slice(3, 4))]).toEqual([...prompt(turns.slice(0, 4))]);
    expect([...prompt([])]).toEqual([258]);
  });

  test('characters with special tokens, and marks of other names', () => {
    const marks = { system: '[s]', user: '[u]', assistant: '[a]', end: '[.]' };
    const few = withSpecial(characters('hioyé'), Object.values(marks));
    const { prompt } = chatFormat({ tokenizer: few, marks });
    expect(few.decode(prompt([{ role: 'user', text: 'hi' }]))).toBe('[u]hi[.][a]');
  });
});

describe('readDialogues: known answers', () => {
  test('turns or messages, empty lines, other fields', () => {
    const text = `{"turns":[{"role":"user","text":"a\\n"}],"id":3}\r\n\n{"messages":[{"role":"system","content":"b","name":"x"}]}`;
    expect(readDialogues(text)).toEqual([[{ role: 'user', text: 'a\n' }], [{ role: 'system', text: 'b' }]]);
    expect(readDialogues(JSON.stringify({ turns }))).toEqual([turns]);
  });
});

describe('playDialogues: known answers', () => {
  const said = (dialogues: (readonly Turn[])[]): string[] =>
    dialogues.map((dialogue) => dialogue.map(({ role, text }) => `${role[0]}:${text}`).join(' '));
  const speech = (name: string, text: string): string => `${name}:\n${text}\n\n`;

  test('roles alternate, speeches of one speaker join, lines stay, speeches without words are left out', () => {
    const text = `${speech('A', 'one\ntwo')}\n${speech('A', 'three')}${speech('C', '')}${speech('B', 'four')}${speech('A', 'five')}`;
    expect(said(playDialogues(text))).toEqual(['u:one\ntwo\nthree a:four']);
    expect(said(playDialogues(text.replaceAll('\n', '\r\n')))).toEqual(['u:one\ntwo\nthree a:four']);
  });

  test('dialogues end at scenes, and after the turns asked for, always with a reply', () => {
    const scene = ['A', 'B', 'A', 'B', 'A'].map((name, i) => speech(name, String(i))).join('');
    const play = `ACT I\n\n${scene}SCENE II. A wood.\n\n${scene}`;
    expect(said(playDialogues(play))).toEqual(['u:0 a:1 u:2 a:3', 'u:0 a:1 u:2 a:3']);
    expect(said(playDialogues(scene, { turns: 2 }))).toEqual(['u:0 a:1', 'u:2 a:3']);
    expect(said(playDialogues(scene, { turns: 3 }))).toEqual(['u:0 a:1', 'u:3 a:4']);
  });
});

describe('dialogueWindows: known answers', () => {
  const dialogue = (...marked: number[]): { tokens: Int32Array; mask: Uint8Array } => ({
    tokens: Int32Array.from(marked, Math.abs),
    mask: Uint8Array.from(marked, (token) => Number(token < 0)), // a minus marks what is to be predicted
  });
  const some = [
    dialogue(1, -2),
    dialogue(3, -4, 5, -6, -7),
    dialogue(1, 2, 3, 4, -5),
    dialogue(8, -9),
    dialogue(1, -1),
  ];

  test('a dialogue to a row, cut off and filled up; without replies it is left out', async () => {
    const data = dialogueWindows(some, { length: 4 });
    expect(data.length).toBe(4);
    const { elements, mask } = await data.read(Uint32Array.of(0, 1, 2));
    expect([elements.dtype, mask.dtype]).toEqual(['int32', 'float32']);
    expect(elements.arraySync()).toEqual([[1, 2, 0, 0], [3, 4, 5, 6], [8, 9, 0, 0]]); // biome-ignore format: rows
    expect(mask.arraySync()).toEqual([[0, 1, 0, 0], [0, 1, 0, 1], [0, 1, 0, 0]]); // biome-ignore format: rows
    disposeTree([elements, mask]);
  });

  test('packed, whole dialogues share a row', async () => {
    const data = dialogueWindows(some, { length: 5, pack: true });
    const { elements, mask } = await data.read(Uint32Array.from({ length: data.length }, (_, i) => i));
    const rows = [[1, 2, 0, 0, 0], [3, 4, 5, 6, 7], [1, 2, 3, 4, 5], [8, 9, 1, 1, 0]]; // biome-ignore format: rows
    expect(elements.arraySync()).toEqual(rows);
    expect(mask.arraySync()).toEqual([[0, 1, 0, 0, 0], [0, 1, 0, 1, 1], [0, 0, 0, 0, 1], [0, 1, 0, 1, 0]]); // biome-ignore format: rows
    disposeTree([elements, mask]);
  });
});

describe('dialogues: errors', () => {
  test('name the line, the turn and what is missing', () => {
    const good = '{"turns":[{"role":"user","text":"a"}]}\n';
    const cases: [act: () => unknown, message: RegExp][] = [
      [
        () => chatFormat({ tokenizer: bytes({ special: ['<|end|>'] }) }),
        /no special token "<\|system\|>", only \["<\|end\|>"\]/,
      ],
      [
        () => chatFormat({ tokenizer }).encode([{ role: 'robot' as never, text: '' }]),
        /turn 0 has role "robot", expected/,
      ],
      [() => readDialogues(' \n'), /the text has no dialogues/],
      [() => readDialogues(`${good}{`), /readDialogues: line 2 is not JSON/],
      [() => readDialogues(`${good}\nnull`), /line 3 has no turns, expected/],
      [() => readDialogues('{"turns":[]}'), /line 1 has no turns/],
      [
        () => readDialogues('{"turns":[{"role":"tool","text":"a"}]}'),
        /line 1 has role "tool" in turn 0, expected one of/,
      ],
      [() => readDialogues('{"turns":[{"role":"user","content":"a"}]}'), /line 1 has no text in turn 0/],
      [() => readDialogues('{"messages":[{"role":"user","content":null}]}'), /line 1 has no content in turn 0/],
      [() => playDialogues('A:\nalone'), /no two speeches in a row/],
      [() => playDialogues('A:\na\n\nB:\nb', { turns: 1 }), /turns must be an integer of at least 2/],
      [() => dialogueWindows([], { length: 4 }), /none of 0 dialogues/],
      [
        () => dialogueWindows([chatFormat({ tokenizer }).encode(turns)], { length: 4 }),
        /none of 1 dialogues .* first 4 tokens/,
      ],
      [
        () => dialogueWindows([{ tokens: Int32Array.of(1), mask: Uint8Array.of() }], { length: 4 }),
        /dialogue 0 has 1 tokens/,
      ],
    ];
    for (const [act, message] of cases) {
      expect(act).toThrow(message);
      expect(act).toThrow(GenaiError);
    }
  });
});
