import { disposeTree, key } from '@genai/core';
import { characters } from '@genai/data';
import { gpt2, transformer } from '@genai/transformer';
import {
  generateObject,
  generateText,
  jsonSchema,
  type LanguageModel,
  NoObjectGeneratedError,
  Output,
  streamObject,
} from 'ai';
import { describe, expect, test } from 'vitest';
import { bigram, learnt } from '../test/bigram.js';
import { noise, noiseParams, tokenizer } from '../test/noise.js';
import { genai } from './genai.js';

const paramsOf = noiseParams();

type Person = { readonly name: string; readonly age: number; readonly tags?: readonly string[]; readonly sex?: string };
const person = jsonSchema<Person>(
  {
    type: 'object',
    properties: {
      name: { type: 'string', maxLength: 12 },
      age: { type: 'integer', minimum: 0, maximum: 150 },
      tags: { type: 'array', items: { type: 'string' } },
      sex: { enum: ['female', 'male', 'other'] },
    },
    required: ['name', 'age'],
    additionalProperties: false,
  },
  {
    validate: (value) => (isPerson(value) ? { success: true, value } : { success: false, error: new Error('invalid') }),
  },
);

function isPerson(value: unknown): value is Person {
  const { name, age, tags = [], sex = 'other', ...rest } = value as { [K in keyof Person]: unknown };
  return (
    typeof name === 'string' &&
    [...name].length <= 12 &&
    Number.isInteger(age) &&
    (age as number) >= 0 &&
    (age as number) <= 150 &&
    Array.isArray(tags) &&
    tags.every((tag) => typeof tag === 'string') &&
    ['female', 'male', 'other'].includes(sex as string) &&
    Object.keys(rest).length === 0
  );
}

describe('laws: what noise writes is valid, and complete in time', () => {
  const MINIMAL = '{"name":"","age":0}'.length;

  test('generateObject, with room for a little more than the shortest, a thousand tokens, and a context', async () => {
    await using model = genai({ model: noise, params: paramsOf(), tokenizer }, { id: 'noise' });
    await using short = genai({ model: noise, params: paramsOf(), tokenizer }, { id: 'noise', longest: 40 });
    const expectValid = async (
      call: { model: LanguageModel; seed: number; maxOutputTokens?: number },
      most: number,
    ) => {
      const { object, finishReason, usage } = await generateObject({ ...call, schema: person, prompt: 'Who?' });
      expect(isPerson(object)).toBe(true);
      expect(finishReason).toBe('stop');
      expect(usage.outputTokens).toBeLessThanOrEqual(most);
    };
    for (const [seed, maxOutputTokens] of [MINIMAL, MINIMAL + 1, 30, 30, 60, 60, 1_000].entries()) {
      await expectValid({ model, seed, maxOutputTokens }, maxOutputTokens);
    }
    for (const seed of [8, 9]) await expectValid({ model: short, seed }, 40 - 4 + 1); // the last is fed to nothing
  });

  test('what cannot be in time is cut, and told as such', async () => {
    await using model = genai({ model: noise, params: paramsOf(), tokenizer }, { id: 'noise' });
    const call = { model, schema: person, prompt: 'Who?', maxOutputTokens: MINIMAL - 1, seed: 0 };
    const failed = generateObject(call).catch((error: unknown) => error);
    expect(await failed).toBeInstanceOf(NoObjectGeneratedError);
    expect(await failed).toMatchObject({ finishReason: 'length', usage: { outputTokens: MINIMAL - 1 } });
  });

  test('Output.object, arrays, choices, streams and JSON of no schema; a transformer', async () => {
    const gpt = transformer(gpt2({ vocabulary: 256, width: 8, layers: 1, heads: 2, context: 64 }));
    const weights = gpt.init(key(0));
    {
      await using model = genai({ model: gpt, params: weights, tokenizer }, { id: 'gpt' });
      const call = { model, prompt: '?', maxOutputTokens: 40, seed: 1 };
      const { output } = await generateText({ ...call, output: Output.object({ schema: person }) });
      expect(isPerson(output)).toBe(true);
      const numbers = await generateObject({
        ...call,
        output: 'array',
        schema: jsonSchema<number>({ type: 'number' }),
      });
      expect(numbers.object.every((x) => typeof x === 'number')).toBe(true);
      const choice = await generateObject({ ...call, output: 'enum', enum: ['sun', 'rain'] });
      expect(['sun', 'rain']).toContain(choice.object);
      const free = await generateObject({ ...call, output: 'no-schema' });
      expect(free.object).toBeTypeOf('object');
      const streamed = streamObject({ ...call, schema: person });
      const partial: unknown[] = [];
      for await (const part of streamed.partialObjectStream) partial.push(part);
      expect(partial.at(-1)).toEqual(await streamed.object);
      expect(partial.length).toBeGreaterThan(2);
    }
    disposeTree(weights);
  });
});

describe('known answers', () => {
  test('a number at the root ends where the model ends it', async () => {
    // After '1' comes '2', after '2' the end.
    const digits = characters('12$');
    const [one, end] = digits.encode('1$') as unknown as [number, number];
    const table = learnt(3, [one, ...digits.encode('2$')]);
    {
      const model = bigram(3, { endToken: end });
      await using gen = genai({ model, params: table, tokenizer: digits }, { id: 'digits' });
      const drawn = await gen.doGenerate({
        prompt: [{ role: 'user', content: [{ type: 'text', text: '1' }] }],
        responseFormat: { type: 'json', schema: { type: 'integer' } },
        temperature: 0,
      });
      expect(drawn).toMatchObject({ content: [{ text: '2' }], finishReason: { raw: 'end' } });
    }
    disposeTree(table);
  });
});

test('known answers: schemas as Zod 4 writes them', async () => {
  await using model = genai({ model: noise, params: paramsOf(), tokenizer }, { id: 'noise' });
  // z.object({ point: z.tuple([z.string(), z.int()]), counts: z.record(z.string(), z.boolean()), day: z.iso.date() }), by `toJSONSchema` of
  // Zod 4.6 with target 'draft-7'; the pattern shortened.
  const day = '^\\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\\d|2[0-8])$';
  const integer = { type: 'integer', minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER } as const;
  const schema = jsonSchema<{ point: [string, number]; counts: Record<string, boolean>; day: string }>({
    $schema: 'http://json-schema.org/draft-07/schema#',
    type: 'object',
    properties: {
      point: { type: 'array', items: [{ type: 'string' }, integer], additionalItems: false, minItems: 2, maxItems: 2 },
      counts: { type: 'object', propertyNames: { type: 'string' }, additionalProperties: { type: 'boolean' } },
      day: { type: 'string', format: 'date', pattern: day },
    },
    required: ['point', 'counts', 'day'],
    additionalProperties: false,
  });
  for (const seed of [0, 1, 2]) {
    const { object } = await generateObject({ model, schema, prompt: '?', maxOutputTokens: 90, seed });
    expect(object.point).toEqual([expect.any(String), expect.any(Number)]);
    expect(Object.values(object.counts).every((value) => typeof value === 'boolean')).toBe(true);
    expect(object.day).toMatch(new RegExp(day, 'u'));
  }
});

test('errors: a schema that is not supported names its place; one that no token can write', async () => {
  await using model = genai({ model: noise, params: paramsOf(), tokenizer }, { id: 'noise' });
  const schema = jsonSchema<{ x: string }>({ type: 'object', properties: { x: { type: 'string', format: 'uri' } } });
  await expect(generateObject({ model, schema, prompt: '?' })).rejects.toThrow('format');
  await using letters = genai({ model: bigram(2), params: paramsOf(), tokenizer: characters('ab') }, { id: 'letters' });
  await expect(generateObject({ model: letters, schema: person, prompt: 'a' })).rejects.toThrow('constrain: no text');
});
