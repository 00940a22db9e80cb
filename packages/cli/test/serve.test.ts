import { connect } from 'node:net';
import { memory } from '@tensorflow/tfjs-core';
import type OpenAI from 'openai';
import { describe, expect, test } from 'vitest';
import { CIRCLE, chainServer } from './chain-server.js';

/** Tokens of CIRCLE. */
const ROUND = new TextEncoder().encode(CIRCLE).length;
const TALK = [{ role: 'user', content: 'Hello?' }] as const;

async function until(holds: () => boolean): Promise<void> {
  for (let i = 0; i < 400 && !holds(); i++) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(holds()).toBe(true);
}

describe('known answers: completions of a chain of which everything is known', () => {
  test('a text, whole and in pieces that split no character, with what was used', async () => {
    await using server = await chainServer();
    const { completions } = server.client;
    const asked = { model: 'chain', prompt: 'a', max_tokens: 11 } as const;
    const whole = await completions.create(asked);
    expect(whole.choices).toEqual([{ index: 0, text: 'éb😀cd\na', logprobs: null, finish_reason: 'length' }]);
    expect(whole).toMatchObject({ object: 'text_completion', model: 'chain', id: expect.stringMatching(/^cmpl-/) });
    expect(whole.usage).toEqual({ prompt_tokens: 1, completion_tokens: 11, total_tokens: 12 });

    const pieces = await completions.create({ ...asked, stream: true, stream_options: { include_usage: true } });
    const got = [];
    for await (const piece of pieces) got.push(piece);
    const texts = got.slice(0, -1).map(({ choices }) => choices[0]!.text);
    expect(texts).toEqual(['é', 'b', '😀', 'c', 'd', '\n', 'a', '']);
    expect(got.at(-2)!.choices[0]!.finish_reason).toBe('length');
    expect(got.at(-1)).toMatchObject({ choices: [], usage: whole.usage });
    expect(new Set(got.map(({ id }) => id)).size).toBe(1);
  });

  test('a stop ends it across tokens and characters, and does not belong to it', async () => {
    await using server = await chainServer();
    for (const stream of [false, true]) {
      const asked = { model: 'chain', prompt: 'a', max_tokens: 50, stop: ['b😀c', 'xyz'], logprobs: 0 };
      let text = '';
      let finish: string | undefined;
      if (stream) {
        for await (const { choices } of await server.client.completions.create({ ...asked, stream: true })) {
          text += choices[0]!.text;
          finish = choices[0]!.finish_reason ?? finish;
        }
      } else {
        const { choices, usage } = await server.client.completions.create(asked);
        ({ text, finish_reason: finish } = choices[0]!);
        expect(usage!.completion_tokens).toBe(8); // é, b, 😀 and c
        expect(choices[0]!.logprobs).toMatchObject({ tokens: ['bytes:\\xc3', 'bytes:\\xa9'], text_offset: [0, 0] });
      }
      expect([text, finish]).toEqual(['é', 'stop']);
    }
    await until(() => server.load().running === 0);
  });

  test('several prompts, as texts or tokens, n of each, all different; one seed gives one answer', async () => {
    await using server = await chainServer({ slots: 8 });
    const { completions } = server.client;
    const asked = { model: 'chain', prompt: ['0', '1'], n: 3, max_tokens: 20 };
    const [first, again, other, unseeded] = await Promise.all([
      completions.create({ ...asked, seed: 5, prompt: [[48], [49]] }),
      completions.create({ ...asked, seed: 5 }),
      completions.create({ ...asked, seed: 6, n: 1 }),
      completions.create({ ...asked, n: 1 }),
    ]);
    const textsOf = (answer: typeof first): string[] => answer.choices.map(({ text }) => text);
    expect(first.choices.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(textsOf(first)).toEqual(textsOf(again));
    expect(new Set([first, other, unseeded].flatMap(textsOf)).size).toBe(10);
    for (const text of textsOf(first)) expect(text).toMatch(/^\d{20}$/);
    expect(first.usage).toEqual({ prompt_tokens: 2, completion_tokens: 120, total_tokens: 122 });
  });

  test('log-probabilities are the model’s own, before bias and temperature', async () => {
    await using server = await chainServer();
    const answer = await server.client.completions.create({
      ...{ model: 'chain', prompt: '4', max_tokens: 3, logprobs: 10, temperature: 0.1 },
      logit_bias: { [`${'7'.charCodeAt(0)}`]: 100 },
    });
    const { text, logprobs } = answer.choices[0]!;
    expect(text).toBe('777');
    expect(logprobs!.tokens).toEqual(['7', '7', '7']);
    expect(logprobs!.text_offset).toEqual([0, 1, 2]);
    for (const value of logprobs!.token_logprobs!) expect(value).toBeCloseTo(-Math.log(10), 5);
    expect(Object.keys(logprobs!.top_logprobs![0]!).sort()).toEqual([...'0123456789']);
  });

  test('penalties, nucleus and temperature 0', async () => {
    await using server = await chainServer();
    const asked = { model: 'chain', prompt: '4', max_tokens: 10 };
    // Each digit once: one that was drawn is e^-20 as likely as one that was not.
    const once = await server.client.completions.create({ ...asked, presence_penalty: 2, temperature: 0.1 });
    expect([...once.choices[0]!.text].sort().join('')).toBe('0123456789');
    for (const only of [{ temperature: 0 }, { top_p: 0 }]) {
      const { choices } = await server.client.completions.create({ ...asked, ...only, frequency_penalty: 0 });
      expect(choices[0]!.text).toBe('0000000000'); // of equal ones the first
    }
  });

  test('JSON of a schema, and any object', async () => {
    await using server = await chainServer();
    const schema = {
      type: 'object',
      properties: { kind: { enum: ['cat', 'dog'] }, age: { type: 'integer', minimum: 0, maximum: 99 } },
      required: ['kind', 'age'],
    };
    const format = { type: 'json_schema', json_schema: { name: 'animal', schema, strict: true } } as const;
    const answer = await server.client.chat.completions.create({
      ...{ model: 'chain', messages: [...TALK], n: 4, response_format: format },
    });
    for (const { message, finish_reason } of answer.choices) {
      const { kind, age } = JSON.parse(message.content!);
      expect(['cat', 'dog']).toContain(kind);
      expect(Number.isInteger(age) && age >= 0 && age < 100).toBe(true);
      expect(finish_reason).toBe('stop');
    }
    const shortest = await server.client.chat.completions.create({
      ...{
        model: 'chain',
        messages: [...TALK],
        n: 4,
        response_format: format,
        max_tokens: '{"kind":"cat","age":1}'.length,
      },
    });
    for (const { message, finish_reason } of shortest.choices) {
      expect(JSON.parse(message.content!)).toEqual({ kind: expect.any(String), age: expect.any(Number) });
      expect(finish_reason).toBe('stop');
    }
    const any = await server.post('/v1/completions', {
      prompt: 'R',
      max_tokens: 4,
      response_format: { type: 'json_object' },
    });
    expect(((await any.json()) as OpenAI.Completion).choices[0]!.text).toMatch(/^\{/);
  });
});

describe('known answers: chat', () => {
  test('a reply up to its end, whole and in pieces', async () => {
    await using server = await chainServer();
    const { completions } = server.client.chat;
    const messages = [{ role: 'developer', content: 'Be brief.' }, { role: 'user', content: [{ type: 'text', text: 'Hello?' }] }] as const; // biome-ignore format: one line
    const asked = {
      model: 'chain',
      messages: structuredClone(messages) as unknown as OpenAI.ChatCompletionMessageParam[],
    };
    const whole = await completions.create({ ...asked, logprobs: true, top_logprobs: 1 });
    const [choice] = whole.choices;
    expect(choice).toMatchObject({ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'Yz' } });
    expect(choice!.logprobs!.content!.map(({ token, bytes }) => [token, bytes])).toEqual([['Y', [89]], ['z', [122]]]); // biome-ignore format: one line
    expect(choice!.logprobs!.content![0]!.top_logprobs).toEqual([
      { token: 'Y', logprob: expect.closeTo(0, 5), bytes: [89] },
    ]);
    expect(whole.usage).toMatchObject({ prompt_tokens: 2 + 9 + 2 + 6 + 1, completion_tokens: 2 });

    const deltas = [];
    for await (const { choices } of await completions.create({ ...asked, stream: true })) deltas.push(choices[0]);
    expect(deltas.map((piece) => piece!.delta)).toEqual([
      { role: 'assistant', content: '' },
      { content: 'Y' },
      { content: 'z' },
      {},
    ]);
    expect(deltas.map((piece) => piece!.finish_reason)).toEqual([null, null, null, 'stop']);
  });

  test('the client’s own helper for streams understands them, and a reply can be sent back', async () => {
    await using server = await chainServer();
    const stream = server.client.chat.completions.stream({ model: 'chain', messages: [...TALK], n: 2 });
    const { choices } = await stream.finalChatCompletion();
    expect(choices.map(({ message }) => message.content)).toEqual(['Yz', 'Yz']);
    const more = { model: 'chain', messages: [...TALK, choices[0]!.message, ...TALK] };
    expect((await server.client.chat.completions.create(more)).choices[0]!.message.content).toBe('Yz');
  });
});

describe('what can be asked without drawing', () => {
  test('known answers: health and models', async () => {
    await using server = await chainServer();
    const health = await (await fetch(`${server.url}/health`)).json();
    expect(health).toEqual({ status: 'ok', model: 'chain', running: 0, waiting: 0, paused: 0 });
    expect((await server.client.models.list()).data.map(({ id }) => id)).toEqual(['chain']);
    expect(await server.client.models.retrieve('chain')).toMatchObject({ id: 'chain', object: 'model' });
    expect(server.lines.map((line) => line.replace(/, [\d.]+ s$/, ''))).toEqual([
      'GET /health 200',
      'GET /v1/models 200',
      'GET /v1/models/ 200',
    ]);
  });
});

describe('errors: in OpenAI’s form, with the field', () => {
  const wrong: readonly (readonly [body: object, param: string | null, message: RegExp])[] = [
    [{ temperature: 3 }, 'temperature', /temperature must be a number from 0 to 2, got 3\./],
    [{ temprature: 1 }, 'temprature', /temprature is not a field .* Did you mean temperature\?/],
    [{ max_tokens: 0 }, 'max_tokens', /max_tokens must be an integer of at least 1, got 0\./],
    [{ n: 200 }, 'n', /n must be an integer from 1 to 128/],
    [{ n: 99 }, 'n', /99 texts are more than the 12 that are drawn at once/],
    [{ stop: '' }, 'stop', /stop must be a text or at most 16/],
    [{ seed: -1 }, 'seed', /seed must be an integer of at least 0/],
    [{ logit_bias: { 260: 1 } }, 'logit_bias', /tokens from 0 to 259/],
    [{ best_of: 3 }, 'best_of', /best_of is not supported by this server, got 3\./],
    [{ echo: true }, 'echo', /echo is not supported/],
    [{ stream_options: {} }, 'stream_options', /left out where "stream" is not true/],
    [{ prompt: [] }, 'prompt', /prompt must be a text, tokens/],
    [{ prompt: [[1, 999]] }, 'prompt', /prompt must be a text, tokens from 0 to 259/],
    [{ prompt: 'x'.repeat(5_000) }, null, /The prompt has 5000 tokens, the model takes 4096/],
    [{ model: 'gpt-4' }, 'model', /There is no such model here. Ask for "chain"/],
    [{ response_format: { type: 'xml' } }, 'response_format.type', /one of text, json_object, json_schema, got "xml"/],
    [
      { response_format: { type: 'json_schema', json_schema: { schema: { type: 'object', not: {} } } } },
      'response_format.json_schema.schema',
      /not/,
    ],
  ];
  test('of completions', async () => {
    await using server = await chainServer();
    for (const [body, param, message] of wrong) {
      const response = await server.post('/v1/completions', { prompt: 'a', ...body });
      const { error } = (await response.json()) as { readonly error: { readonly [name: string]: unknown } };
      expect([response.status, error]).toEqual([
        'model' in body ? 404 : 400,
        expect.objectContaining({ message: expect.stringMatching(message), type: 'invalid_request_error', param }),
      ]);
    }
  });

  test('of chat, and of a model that knows no dialogues', async () => {
    await using server = await chainServer();
    const cases: readonly (readonly [body: object, param: string])[] = [
      [{}, 'messages'],
      [{ messages: [{ role: 'tool', content: 'x' }] }, 'messages[0].role'],
      [{ messages: [...TALK, { role: 'user', content: [{ type: 'image_url' }] }] }, 'messages[1].content'],
      [{ messages: TALK, tools: [{ type: 'function' }] }, 'tools'],
      [{ messages: TALK, top_logprobs: 2 }, 'top_logprobs'],
    ];
    for (const [body, param] of cases) {
      const response = await server.post('/v1/chat/completions', body);
      expect([response.status, await response.json()]).toMatchObject([400, { error: { param } }]);
    }
    await using silent = await chainServer({ speaks: false });
    const asked = silent.client.chat.completions.create({ model: 'chain', messages: [...TALK] });
    await expect(asked).rejects.toThrow(/400 chain is no model of dialogues. Ask \/v1\/completions, or train one/);
  });

  test('of the engine: the client is told that, before the answer has begun by a status, and stderr what', async () => {
    await using server = await chainServer({ breaks: true });
    const asked = { prompt: 'a', max_tokens: 5 }; // the first token is drawn from the prompt alone
    const whole = await server.post('/v1/completions', asked);
    expect([whole.status, await whole.json()]).toMatchObject([500, { error: { type: 'server_error' } }]);
    const stream = await server.client.completions.create({ model: 'chain', ...asked, prompt: 'c', stream: true });
    const texts: string[] = [];
    const read = async (): Promise<void> => {
      for await (const { choices } of stream) texts.push(choices[0]!.text);
    };
    await expect(read()).rejects.toThrow(/The server failed/);
    expect(texts).toEqual(['d']);
    await until(() => server.lines.length === 2);
    for (const line of server.lines) expect(line).toMatch(/out of memory/);
  });

  test('of HTTP: paths, methods, bodies', async () => {
    await using server = await chainServer({ bodyBytes: 100 });
    const statusOf = async (path: string, body: string, init?: RequestInit): Promise<number> =>
      (await server.post(path, body, init)).status;
    expect(await statusOf('/v1/complete', '{}')).toBe(404);
    expect((await fetch(`${server.url}/v1/completions`)).status).toBe(405);
    expect(await statusOf('/v1/completions', '{"prompt":')).toBe(400);
    expect(await statusOf('/v1/completions', '[]')).toBe(400);
    expect(await statusOf('/v1/completions', JSON.stringify({ prompt: 'x'.repeat(100) }))).toBe(413);
    expect(await statusOf('/v1/completions', '{}', { headers: { 'content-type': 'text/plain' } })).toBe(415);
    expect(await statusOf('/v1/completions', '{"prompt":"a"}')).toBe(200);
  });
});

test('errors: a client that leaves while it asks is no fault, one that asks nonsense is told so', async () => {
  await using server = await chainServer();
  const ask = (words: string): Promise<string> =>
    new Promise((resolve) => {
      let heard = '';
      const socket = connect(Number(new URL(server.url).port), '127.0.0.1', () => socket.write(words));
      socket.on('data', (bytes) => {
        heard += bytes;
      });
      socket.on('close', () => resolve(heard));
      if (words.endsWith('{')) setTimeout(() => socket.destroy(), 50);
    });
  const head =
    'POST /v1/completions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n';
  await ask(`${head}{`);
  await until(() => server.lines.length === 1);
  expect(server.lines[0]).toMatch(/^POST \/v1\/completions left, [\d.]+ s$/);
  expect(await ask('HELO localhost\r\n\r\n')).toMatch(/^HTTP\/1\.1 400/);
});

describe('laws: many at once, and those who leave', () => {
  test('more than there are places are told to come later', async () => {
    await using server = await chainServer({ slots: 1, queue: 1, longest: 10_000_000 });
    const leave = new AbortController();
    const endless = { prompt: 'a', max_tokens: 9_000_000, stream: true };
    const { signal } = leave;
    await server.post('/v1/completions', endless, { signal });
    const waiting = server.post('/v1/completions', endless, { signal });
    waiting.catch(() => undefined);
    await until(() => server.load().running + server.load().waiting + server.load().paused === 2);
    const asked = { prompt: 'a', max_tokens: 2 };
    const refused = await server.post('/v1/completions', asked);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1']);
    expect(await refused.json()).toMatchObject({ error: { type: 'rate_limit_error', code: 'queue_full' } });
    leave.abort();
    await until(() => server.load().running + server.load().waiting + server.load().paused === 0);
    expect((await server.post('/v1/completions', asked)).status).toBe(200);
  });

  test('a client that leaves ends its texts at once, in the midst of a stream or before', async () => {
    await using server = await chainServer({ slots: 2, longest: 10_000_000 });
    const endless = { model: 'chain', prompt: 'a', max_tokens: 9_000_000 };
    const stream = await server.client.completions.create({ ...endless, n: 3, stream: true });
    let count = 0;
    for await (const _ of stream) if (++count === 20) break; // leaving the loop disconnects
    await until(() => server.load().running + server.load().waiting + server.load().paused === 0);
    const leave = new AbortController();
    const whole = server.client.completions.create(endless, { signal: leave.signal });
    whole.catch(() => undefined);
    await until(() => server.load().running === 1);
    leave.abort();
    await expect(whole).rejects.toThrow(/abort/i);
    await until(() => server.load().running === 0);
    expect(server.lines.map((line) => line.split(',')[0])).toEqual(Array(2).fill('POST /v1/completions left'));
  });

  test('16 at once, half of which leave: the others are right, and nothing is left over', async () => {
    const before = memory().numTensors;
    const server = await chainServer({ slots: 5, queue: 11 });
    const drawn = Array.from({ length: 16 }, async (_, i) => {
      const leave = new AbortController();
      const asked = { model: 'chain', prompt: 'a', max_tokens: ROUND * (1 + 4 * i), stream: true } as const;
      const stream = await server.client.completions.create(asked, { signal: leave.signal });
      let text = '';
      try {
        for await (const { choices } of stream) {
          text += choices[0]!.text;
          if (i % 2 === 1 && text.length > i) leave.abort();
        }
      } catch {}
      return text;
    });
    for (const [i, text] of (await Promise.all(drawn)).entries()) {
      const rounds = CIRCLE.repeat(2 + 4 * i).slice(1);
      expect(rounds.startsWith(text)).toBe(true);
      if (i % 2 === 0) expect(text).toBe(rounds.slice(0, CIRCLE.length * (1 + 4 * i)));
    }
    await until(() => server.load().running + server.load().paused === 0);
    await server.stop();
    expect(memory().numTensors).toBe(before);
  });

  test('stopping: what is drawn ends within the grace time, what is not is told so; nobody new is heard', async () => {
    const server = await chainServer({ longest: 10_000_000, grace: 400 });
    const short = server.client.completions.create({ model: 'chain', prompt: 'a', max_tokens: 40 });
    const stream = await server.client.completions.create({
      ...{ model: 'chain', prompt: 'a', max_tokens: 9_000_000, stream: true },
    });
    const long = (async () => {
      for await (const _ of stream);
    })();
    const failed = expect(long).rejects.toThrow(/The server is stopping/);
    await until(() => server.load().running > 0);
    await server.stop();
    expect((await short).usage!.completion_tokens).toBe(40);
    await failed;
    await expect(fetch(`${server.url}/health`)).rejects.toThrow();
  });
});
