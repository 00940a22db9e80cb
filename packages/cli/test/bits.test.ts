import { writeFile } from 'node:fs/promises';
import { memory } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { serving } from './serving.js';
import { world } from './world.js';

const ENGINE = ['--backend', 'simd'];
const TURNS = [{ role: 'user', text: 'ping' }, { role: 'assistant', text: 'one' }]; // biome-ignore format: one line

test('known answers: a transformer of 16, 8 and 4 bits says what it has learnt', async () => {
  await using place = await world();
  await writeFile(place.path('said.jsonl'), `${JSON.stringify({ turns: TURNS })}\n`.repeat(40));
  const config = { parts: { depth: 1, context: 32 }, training: { batch: 4, length: 24, learningRate: 0.01 } };
  await writeFile(place.path('tiny.json'), JSON.stringify(config));
  const made = ['--data', 'said.jsonl', '--config', 'tiny.json', '--out', 'run', '--steps', '60'];
  expect((await place.genai('train', 'gpt', ...made, ...ENGINE)).code).toBe(0);
  const drawing = ['--prompt', 'pi', '--temperature', '0', '--length', '2', ...ENGINE, '--json'];
  const whole = await place.genai('sample', 'run', ...drawing);
  for (const bits of ['16', '8']) {
    const drawn = await place.genai('sample', 'run', ...drawing, '--bits', bits);
    expect(drawn.json.texts).toEqual(whole.json.texts);
  }
  const said = await place.genai('chat', 'run', '--message', 'ping', '--temperature', '0', '--bits', '4', ...ENGINE);
  expect([said.out, said.code]).toEqual(['one\n', 0]);
  const { client, stop } = await serving(place.path(), 'run', '--bits', '8');
  const reply = await client.chat.completions.create({
    ...{ model: 'run', messages: [{ role: 'user', content: 'ping' }], temperature: 0 },
  });
  expect(reply.choices[0]!.message.content).toBe('one');
  expect((await stop()).code).toBe(0);
  expect(memory().numTensors).toBe(0);
}, 240_000); // on a machine at work

test('errors: other bits, and models that are no transformers', async () => {
  await using place = await world();
  await writeFile(place.path('text.txt'), 'ab'.repeat(600));
  const config = { parts: { width: 4, layers: 1 }, training: { batch: 2, length: 8 } };
  await writeFile(place.path('tiny.json'), JSON.stringify(config));
  const made = ['--data', 'text.txt', '--config', 'tiny.json', '--out', 'run', '--steps', '1'];
  expect((await place.genai('train', 'gru', ...made, ...ENGINE)).code).toBe(0);
  const drawn = await place.genai('sample', 'run', '--prompt', 'a', '--bits', '8', ...ENGINE);
  expect([drawn.code, drawn.err]).toEqual([2, expect.stringContaining('gru is no transformer: leave --bits out.')]);
  const other = await place.genai('sample', 'run', '--prompt', 'a', '--bits', '5', ...ENGINE);
  expect([other.code, other.err]).toEqual([2, expect.stringContaining('Expected 16, 8 or 4.')]);
  expect(memory().numTensors).toBe(0);
});
