import { generate, minGru, tokenModel } from '@genai/autoregressive';
import { disposeTree, fold, key } from '@genai/core';
import { bytes, characters, chatFormat } from '@genai/data';
import { gpt2, transformer } from '@genai/transformer';
import { memory } from '@tensorflow/tfjs-core';
import { generateText, streamText, type TextStreamPart, type ToolSet } from 'ai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bigram, learnt } from '../test/bigram.js';
import { genai } from './genai.js';

const tokenizer = bytes();
const gpt = transformer(gpt2({ vocabulary: 256, width: 8, layers: 1, heads: 2, context: 48 }));
let params: ReturnType<typeof gpt.init>;
beforeAll(() => {
  globalThis.AI_SDK_LOG_WARNINGS = false;
  params = gpt.init(key(0));
});
afterAll(() => disposeTree(params));

describe('parity: what generate of @genai/autoregressive draws with the same seed', () => {
  const CALLS = [
    { seed: 3 },
    { seed: 4, temperature: 1.5, topK: 40 },
    { seed: 5, topP: 0.5, presencePenalty: 0.5, frequencyPenalty: 0.5 },
    { seed: 6, temperature: 0 },
    { seed: 7, providerOptions: { genai: { minP: 0.003, repetitionPenalty: 1.3, logitBias: { 65: 2 } } } },
  ] as const;

  test('five calls at once, in three slots', async () => {
    await using model = genai({ model: gpt, params, tokenizer }, { id: 'gpt', slots: 3 });
    const results = await Promise.all(
      CALLS.map((call) => generateText({ model, prompt: 'To be', maxOutputTokens: 20, ...call })),
    );
    for (const [i, { seed, ...call }] of CALLS.entries()) {
      const {
        minP,
        repetitionPenalty,
        logitBias: bias,
      } = { ...('providerOptions' in call ? call.providerOptions.genai : {}) } as {
        minP?: number;
        repetitionPenalty?: number;
        logitBias?: { [token: number]: number };
      };
      const alone = await generate(gpt, params, {
        ...{ prompt: tokenizer.encode('To be'), steps: 20, key: key(seed), minP, repetitionPenalty, bias },
        ...call,
      }).result;
      const { text, usage, finishReason, warnings } = results[i]!;
      expect(text).toBe(tokenizer.decode(alone.tokens));
      expect(usage).toMatchObject({ inputTokens: 5, outputTokens: 20, totalTokens: 25 });
      expect([finishReason, warnings]).toEqual(['length', []]);
    }
  });

  test('a stream and its text; calls without a seed differ, and begin anew with the model', async () => {
    const drawnBy = async (): Promise<string[]> => {
      await using model = genai({ model: gpt, params, tokenizer }, { id: 'gpt', key: key(9) });
      const first = streamText({ model, prompt: 'a', maxOutputTokens: 12 });
      const pieces: string[] = [];
      for await (const piece of first.textStream) pieces.push(piece);
      const second = await generateText({ model, prompt: 'a', maxOutputTokens: 12 });
      expect(await first.text).toBe(pieces.join(''));
      expect(pieces.length).toBeGreaterThan(6);
      return [pieces.join(''), second.text];
    };
    const [one, two] = await drawnBy();
    const expected = generate(gpt, params, { prompt: [97], steps: 12, key: fold(key(9), 1) }).result;
    expect(two).toBe(tokenizer.decode((await expected).tokens));
    expect(one).not.toBe(two);
    expect(await drawnBy()).toEqual([one, two]);
  });

  test('the text ends where the context of the model does', async () => {
    await using model = genai({ model: gpt, params, tokenizer }, { id: 'gpt' });
    const { usage, rawFinishReason } = await generateText({ model, prompt: 'abcd', seed: 0 });
    expect([usage.outputTokens, rawFinishReason]).toEqual([45, 'longest']); // the last is fed to nothing
    await using shorter = genai({ model: gpt, params, tokenizer }, { id: 'gpt', longest: 16 });
    expect((await generateText({ model: shorter, prompt: 'abcd', seed: 0 })).usage.outputTokens).toBe(13);
  });
});

describe('known answers: a bigram that learnt a circle', () => {
  const cycle = characters('abcdefg');
  const model = bigram(cycle.vocabulary);
  let chain: ReturnType<typeof learnt>;
  beforeAll(() => {
    chain = learnt(cycle.vocabulary, cycle.encode('abcdefgabcdefga'));
  });
  afterAll(() => disposeTree(chain));

  test('greedy: the circle goes on; the text is cut before the first stop, which may lie across pieces', async () => {
    await using gen = genai({ model, params: chain, tokenizer: cycle }, { id: 'cycle' });
    const call = { model: gen, prompt: 'ab', temperature: 0, maxOutputTokens: 12 };
    expect(await generateText(call)).toMatchObject({
      text: 'cdefgabcdefg',
      finishReason: 'length',
      rawFinishReason: 'steps',
    });
    const cut = { text: 'cdefga', finishReason: 'stop', rawFinishReason: 'stop' };
    const stopped = await generateText({ ...call, stopSequences: ['bcd', 'cf'] });
    expect(stopped).toMatchObject(cut);
    expect(stopped.usage).toMatchObject({ inputTokens: 2, outputTokens: 9 }); // with the stop
    const stream = streamText({ ...call, stopSequences: ['cf', 'bcd'] });
    expect(await collected(stream.textStream)).toEqual(['cd', 'e', 'f', 'g', 'a']); // 'c' waits for no 'f'
    expect(await stream.finishReason).toBe('stop');
    expect((await stream.usage).outputTokens).toBe(9);
  });

  test('a model that knows no end is stopped after 256 tokens, one with an end token there', async () => {
    await using endless = genai({ model, params: chain, tokenizer: cycle }, { id: 'cycle' });
    expect((await generateText({ model: endless, prompt: 'a', temperature: 0 })).usage.outputTokens).toBe(256);
    const ending = { ...model, endToken: cycle.encode('e')[0]! };
    await using short = genai({ model: ending, params: chain, tokenizer: cycle }, { id: 'cycle' });
    const { text, finishReason, rawFinishReason } = await generateText({ model: short, prompt: 'a', temperature: 0 });
    expect([text, finishReason, rawFinishReason]).toEqual(['bcd', 'stop', 'end']);
  });

  test('of 400 texts of one letter two thirds are the one that came twice of three times', async () => {
    const letters = characters('no no ne');
    const table = learnt(letters.vocabulary, letters.encode('no no ne'));
    await using gen = genai({ model: bigram(letters.vocabulary), params: table, tokenizer: letters }, { id: 'no' });
    const draws = Array.from({ length: 400 }, (_, seed) =>
      gen.doGenerate({ prompt: user('n'), maxOutputTokens: 1, seed }),
    );
    const texts = (await Promise.all(draws)).map(({ content: [part] }) => part?.type === 'text' && part.text);
    expect(new Set(texts)).toEqual(new Set(['o', 'e']));
    const share = texts.filter((text) => text === 'o').length / 400;
    expect(Math.abs(share - 2 / 3)).toBeLessThan(4 * Math.sqrt(2 / 9 / 400)); // four standard errors
    disposeTree(table);
  });

  test('characters of several bytes come whole, half ones never', async () => {
    const words = tokenizer.encode('né né né né');
    const table = learnt(256, words);
    await using gen = genai({ model: bigram(256), params: table, tokenizer }, { id: 'né' });
    const stream = streamText({ model: gen, prompt: 'n', temperature: 0, maxOutputTokens: 7 });
    expect(await collected(stream.textStream)).toEqual(['é', ' ', 'n', 'é', ' ']);
    disposeTree(table);
  });
});

describe('known answers: dialogues', () => {
  const special = ['<|system|>', '<|user|>', '<|assistant|>', '<|end|>', '<|pad|>'];
  const talking = bytes({ special });
  const chat = chatFormat({ tokenizer: talking });
  const text = '<|system|>Be brief.<|end|><|user|>Hi<|end|><|assistant|>Yo<|end|>';

  test('messages become the dialogue that the format writes; the reply ends with its mark', async () => {
    const seen: number[][] = [];
    const plain = bigram(talking.vocabulary, { endToken: talking.specialToken('<|pad|>') });
    const watched: typeof plain = {
      ...plain,
      run: (p, x, state) => {
        seen.push([...x.dataSync()]);
        return plain.run(p, x, state);
      },
    };
    const table = learnt(talking.vocabulary, talking.encode(text, { special: true }));
    await using model = genai({ model: watched, params: table, tokenizer: talking }, { id: 'chat', chat });
    const result = await generateText({
      ...{ model, temperature: 0, system: 'Be brief.' },
      messages: [
        { role: 'user', content: 'Hi' },
        {
          role: 'assistant',
          content: [
            { type: 'reasoning', text: 'hm' },
            { type: 'text', text: 'Yo' },
          ],
        },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'H' },
            { type: 'text', text: 'i' },
          ],
        },
      ],
    });
    expect(result).toMatchObject({ text: 'Yo', finishReason: 'stop', rawFinishReason: 'end' });
    expect(result.warnings).toMatchObject([{ type: 'unsupported', feature: 'reasoning' }]);
    const dialogue = `${text}<|user|>Hi<|end|><|assistant|>`;
    expect(seen.flat()).toEqual([...talking.encode(dialogue, { special: true })]);
    disposeTree(table);
  });

  test('the end tokens of the model end a reply as well', async () => {
    const table = learnt(talking.vocabulary, talking.encode('<|assistant|>Yo<|pad|>', { special: true }));
    const model = bigram(talking.vocabulary, { endToken: talking.specialToken('<|pad|>') });
    await using gen = genai({ model, params: table, tokenizer: talking }, { id: 'chat', chat });
    const call = { prompt: 'Hi', temperature: 0 };
    expect(await generateText({ model: gen, ...call })).toMatchObject({ text: 'Yo', finishReason: 'stop' });
    const parts = { model: bigram(talking.vocabulary), params: table, tokenizer: talking };
    await using other = genai({ ...parts, endTokens: [talking.encode('o')[0]!] }, { id: 'chat', chat });
    expect(await generateText({ model: other, ...call })).toMatchObject({ text: 'Y', finishReason: 'stop' });
    disposeTree(table);
  });
});

describe('laws: whoever leaves, leaves nothing', () => {
  const opened = () => ({
    model: genai({ model: gpt, params, tokenizer }, { id: 'gpt', slots: 2 }),
    before: memory().numTensors,
  });
  const expectFreed = (before: number) => expect.poll(() => memory().numTensors).toBe(before);

  test('an aborted call is told the reason, those beside it go on', async () => {
    const { model, before } = opened();
    const stop = new AbortController();
    const aborted = generateText({ model, prompt: 'a', seed: 1, abortSignal: stop.signal });
    const waiting = generateText({ model, prompt: 'a', seed: 1, abortSignal: stop.signal });
    const other = generateText({ model, prompt: 'a', seed: 1 });
    setTimeout(() => stop.abort(), 2);
    await expect(aborted).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
    await expect(waiting).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
    expect((await other).usage.outputTokens).toBe(48);
    await expectFreed(before);
    await expect(generateText({ model, prompt: 'a', abortSignal: AbortSignal.abort(new Error('no')) })).rejects.toThrow(
      'no',
    );
    await model.close();
  });

  test('an aborted stream ends with an abort', async () => {
    const { model, before } = opened();
    const stop = new AbortController();
    const stream = streamText({ model, prompt: 'a', abortSignal: stop.signal });
    const types: TextStreamPart<ToolSet>['type'][] = [];
    for await (const { type } of stream.fullStream) {
      types.push(type);
      if (type === 'text-delta') stop.abort();
    }
    expect(types.at(-1)).toBe('abort');
    await expectFreed(before);
    await model.close();
  });

  test.each(['cancelled', 'cancelled while it waits', 'not begun'])('a stream that is %s', async (how) => {
    const { model, before } = opened();
    const { stream } = await model.doStream({ prompt: user('a'), seed: 2 });
    const reader = stream.getReader();
    if (how !== 'not begun') for (let i = 0; i < 4; i++) await reader.read();
    const pending = how === 'cancelled while it waits' ? reader.read() : undefined;
    await reader.cancel();
    expect((await pending)?.done ?? true).toBe(true);
    await expectFreed(before);
    await model.close();
  });

  test('a stream whose reader has gone without a word: its memory is free once it is 256 tokens ahead', async () => {
    const endless = tokenModel({ vocabulary: 256, net: minGru(4, 4) });
    const weights = endless.init(key(0));
    const before = memory().numTensors + 1; // the net projects all tokens once, for its steps: that stays while the model is open
    const model = genai({ model: endless, params: weights, tokenizer }, { id: 'endless' });
    for await (const _ of streamText({ model, prompt: 'a', seed: 2, maxOutputTokens: 1e9 }).textStream) break;
    await expect.poll(() => memory().numTensors, { timeout: 30_000 }).toBe(before);
    await model.close();
    disposeTree(weights);
  });

  test('closing ends what is being drawn', async () => {
    const model = genai({ model: gpt, params, tokenizer }, { id: 'gpt', slots: 1 });
    const calls = [1, 2, 3].map(() => generateText({ model, prompt: 'a' }));
    const rejected = Promise.all(calls.map((call) => expect(call).rejects.toThrow('genai: the model gpt was closed.')));
    setTimeout(() => void model.close(), 2);
    await rejected;
    await model.close();
    await expect(generateText({ model, prompt: 'a' })).rejects.toThrow('closed');
  });
});

describe('errors', () => {
  test('one clear word for what cannot be', async () => {
    await using model = genai({ model: gpt, params, tokenizer }, { id: 'gpt' });
    const call = (more: object) => generateText({ model, prompt: 'a', maxRetries: 0, ...more });
    await expect(call({ temperature: -1 })).rejects.toThrow('temperature must be');
    await expect(call({ stopSequences: [''] })).rejects.toThrow('a stop is empty');
    await expect(call({ seed: -1 })).rejects.toThrow('key: the seed must be');
    await expect(call({ prompt: 'a'.repeat(49) })).rejects.toThrow('49 tokens are more than the 48');
    await expect(call({ system: 'Be brief.' })).rejects.toThrow(
      'gpt got messages of system, user, expected one of a user',
    );
    await expect(call({ providerOptions: { genai: { minp: 1 } } })).rejects.toThrow("got 'minp', expected one of minP");
    await expect(call({ providerOptions: { genai: { minP: '1' } } })).rejects.toThrow('minP is "1", expected a number');
    await expect(call({ providerOptions: { genai: { logitBias: [1] } } })).rejects.toThrow('logitBias is [1]');
    const picture = { type: 'file', data: new Uint8Array(1), mediaType: 'image/png' } as const;
    const messages = [{ role: 'user', content: [picture] }] as const;
    await expect(call({ prompt: undefined, messages })).rejects.toThrow(
      'genai: files, such as image/png in messages are not supported',
    );
    const few = { model: bigram(9), params: undefined as never, tokenizer };
    expect(() => genai(few, { id: 'few' })).toThrow('genai: the model has 9 tokens, its tokenizer 256.');
  });

  test('an error while drawing is a part of the stream', async () => {
    const broken = {
      ...gpt,
      step: () => {
        throw new Error('out of memory');
      },
    } as typeof gpt;
    await using gen = genai({ model: broken, params, tokenizer }, { id: 'gpt' });
    const { stream } = await gen.doStream({ prompt: user('a'), providerOptions: { genai: { logitBias: { 65: 99 } } } });
    const parts = await collected(stream);
    expect(parts.map(({ type }) => type)).toEqual(['stream-start', 'text-start', 'text-delta', 'error', 'finish']);
    expect(parts.at(-1)).toMatchObject({ finishReason: { unified: 'error' }, usage: { outputTokens: { total: 1 } } });
  });

  test('tools are warned of', async () => {
    await using model = genai({ model: gpt, params, tokenizer }, { id: 'gpt' });
    const { warnings } = await model.doGenerate({
      ...{ prompt: user('a'), maxOutputTokens: 1, toolChoice: { type: 'required' } },
      tools: [{ type: 'function', name: 'add', inputSchema: { type: 'object' } }],
    });
    expect(warnings).toMatchObject([{ feature: 'tools' }, { feature: 'toolChoice' }]);
  });
});

function user(text: string) {
  return [{ role: 'user' as const, content: [{ type: 'text' as const, text }] }];
}

async function collected<T>(stream: ReadableStream<T> | AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const one of stream as AsyncIterable<T>) all.push(one);
  return all;
}
