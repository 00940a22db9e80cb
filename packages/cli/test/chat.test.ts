import { writeFile } from 'node:fs/promises';
import { memory } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { run } from '../src/index.js';
import { type World, world } from './world.js';

const ENGINE = ['--backend', 'simd'];

/** Questions with one answer each. */
const dialogue = (i: number): string =>
  JSON.stringify({
    turns: [
      { role: 'user', text: `Say ${i % 5}.` },
      { role: 'assistant', text: `${i % 5}!` },
    ],
  });

/** A model that has learnt the answers by heart. */
async function taught(): Promise<World> {
  const place = await world();
  await writeFile(place.path('talk.jsonl'), Array.from({ length: 40 }, (_, i) => dialogue(i)).join('\n'));
  const config = {
    parts: { width: 24, layers: 1, dropout: 0 },
    training: { batch: 4, length: 48, learningRate: 0.03 },
  };
  await writeFile(place.path('small.json'), JSON.stringify(config));
  const made = ['--data', 'talk.jsonl', '--out', 'run', '--config', 'small.json', '--steps', '200'];
  const said = await place.genai('train', 'gru', ...made, ...ENGINE, '--json');
  expect(said.err).toContain('gru on talk.jsonl, 36 dialogues');
  expect(said.json).toMatchObject({ ok: true, steps: 200 });
  return place;
}

describe('known answers: dialogues', () => {
  test('a model learns replies, answers one message or many lines, and is measured on replies', async () => {
    await using place = await taught();
    const once = await place.genai('chat', 'run', '--message', 'Say 3.', '--temperature', '0', ...ENGINE);
    expect([once.code, once.out]).toEqual([0, '3!\n']);
    const json = await place.genai('chat', 'run', '--message', 'Say 2.', '--temperature', '0', ...ENGINE, '--json');
    expect(json.json).toMatchObject({
      turns: [
        { role: 'user', text: 'Say 2.' },
        { role: 'assistant', text: '2!' },
      ],
    });
    let out = '';
    const code = await run(['chat', 'run', '--temperature', '0', ...ENGINE], {
      stdin: (async function* () {
        yield* ['Say 1.', '', 'Say 4.'];
      })(),
      stdout: { write: (text) => (out += text) },
      stderr: { write: () => true },
      cwd: place.path(),
      signal: new AbortController().signal,
    });
    expect(code).toBe(0);
    expect(out.split('\n')[0]).toBe('1!');
    expect(out.trimEnd().split('\n')).toHaveLength(2);
    const measured = await place.genai('eval', 'run', '--data', 'talk.jsonl', ...ENGINE, '--json');
    const { nllPerToken } = measured.json.metrics as { [name: string]: number };
    expect(nllPerToken).toBeLessThan(0.2);
    expect(memory().numTensors).toBe(0);
  });
});

describe('errors: chat', () => {
  test('a model without dialogues, nobody to hear, and other data on going on', async () => {
    await using place = await taught();
    const silent = await place.genai('chat', 'run', ...ENGINE);
    expect([silent.code, silent.err]).toEqual([2, 'genai: nothing to read from. Give --message.\n']);
    await writeFile(place.path('plain.txt'), 'Say 1. Say 2. '.repeat(60));
    const flags = ['--data', 'plain.txt', '--out', 'plain', '--config', 'small.json', '--steps', '1', ...ENGINE];
    expect((await place.genai('train', 'gru', ...flags)).code).toBe(0);
    const dumb = await place.genai('chat', 'plain', '--message', 'Hello', ...ENGINE);
    expect([dumb.code, dumb.err]).toEqual([2, expect.stringContaining('plain holds no model of dialogues')]);
    const counted = await place.genai('eval', 'run', '--data', 'talk.jsonl', '--count', '3', ...ENGINE);
    expect(counted.err).toContain('--count cannot cut dialogues');
    const text = await place.genai('eval', 'run', '--data', 'plain.txt', ...ENGINE);
    expect([text.code, text.err]).toEqual([2, expect.stringContaining('the model knows dialogues')]);
  });
});
