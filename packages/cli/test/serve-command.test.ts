import { writeFile } from 'node:fs/promises';
import { memory } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { serving } from './serving.js';
import { world } from './world.js';

const ENGINE = ['--backend', 'simd'];
const TURNS = [{ role: 'user', text: 'ping' }, { role: 'assistant', text: 'one' }]; // biome-ignore format: one line

test('known answers: a checkpoint that was trained is served; its texts are those of sample and chat', async () => {
  await using place = await world();
  await writeFile(place.path('said.jsonl'), `${JSON.stringify({ turns: TURNS })}\n`.repeat(40));
  const config = { parts: { depth: 1, context: 32 }, training: { batch: 4, length: 24, learningRate: 0.01 } };
  await writeFile(place.path('tiny.json'), JSON.stringify(config));
  const made = ['--data', 'said.jsonl', '--config', 'tiny.json', '--out', 'run', '--steps', '60'];
  expect((await place.genai('train', 'gpt', ...made, ...ENGINE)).code).toBe(0);
  const drawing = ['--prompt', 'pi', '--temperature', '1.5', '--seed', '7', '--length', '12'];
  const sampled = await place.genai('sample', 'run', ...drawing, ...ENGINE, '--json');
  const chatted = await place.genai('chat', 'run', '--message', 'ping', '--temperature', '0', ...ENGINE, '--json');

  const { client, stop } = await serving(place.path(), 'run', '--model-name', 'tiny');
  const asked = { prompt: 'pi', temperature: 1.5, seed: 7, max_tokens: 12 };
  const { choices } = await client.completions.create({ model: 'tiny', ...asked });
  expect([`pi${choices[0]!.text}`]).toEqual(sampled.json.texts);
  const reply = await client.chat.completions.create({
    ...{ model: 'tiny', messages: [{ role: 'user', content: 'ping' }], temperature: 0 },
  });
  expect(reply.choices[0]!.message.content).toBe((chatted.json.turns as { text: string }[])[1]!.text);
  expect(reply.choices[0]!.message.content).toBe('one');
  const unknown = client.chat.completions.create({ model: 'tiny', messages: [{ role: 'user', content: '漢' }] });
  await expect(unknown).rejects.toThrow(/400 messages holds what the model has never seen/);
  const long = client.completions.create({ model: 'tiny', prompt: 'pi'.repeat(20) });
  await expect(long).rejects.toThrow(/400 The prompt has 40 tokens, the model takes 32/);

  const { code, err, json } = await stop();
  expect(code).toBe(0);
  expect(json).toMatchObject({ ok: true, command: 'serve', requests: 4 });
  expect(err.trimEnd().split('\n').slice(1)).toEqual([
    expect.stringMatching(/^POST \/v1\/completions 200, 2 \+ \d+ tokens, \d+\.\d\d s$/),
    expect.stringMatching(/^POST \/v1\/chat\/completions 200, 7 \+ 3 tokens/),
    expect.stringMatching(/^POST \/v1\/chat\/completions 400, \d/),
    expect.stringMatching(/^POST \/v1\/completions 400, \d/),
  ]);
  expect(memory().numTensors).toBe(0);
});

test('errors: a port that is taken, and a folder without a model', async () => {
  await using place = await world();
  await writeFile(place.path('text.txt'), 'ab'.repeat(600));
  const config = { parts: { width: 4, layers: 1 }, training: { batch: 2, length: 8 } };
  await writeFile(place.path('tiny.json'), JSON.stringify(config));
  const made = ['--data', 'text.txt', '--config', 'tiny.json', '--out', 'run', '--steps', '1'];
  expect((await place.genai('train', 'gru', ...made, ...ENGINE)).code).toBe(0);
  const first = await serving(place.path(), 'run');
  const port = new URL(first.client.baseURL).port;
  const second = await place.genai('serve', 'run', '--port', port, ...ENGINE);
  expect([second.code, second.err]).toEqual([2, expect.stringMatching(/cannot listen: .*EADDRINUSE.* Choose another/)]);
  expect((await first.stop()).code).toBe(0);
  const none = await place.genai('serve', 'nothing', ...ENGINE);
  expect([none.code, none.err]).toEqual([2, expect.stringMatching(/nothing holds no checkpoint/)]);
  expect(memory().numTensors).toBe(0);
});
