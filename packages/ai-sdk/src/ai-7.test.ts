import { generate } from '@genai/autoregressive';
import { key } from '@genai/core';
import { generateText, jsonSchema, Output, streamText } from 'ai-7';
import { expect, test } from 'vitest';
import { noise, noiseParams, tokenizer } from '../test/noise.js';
import { genai } from './genai.js';

const paramsOf = noiseParams();

test('known answers: version 7 draws what the model alone does, whole and as it streams', async () => {
  await using model = genai({ model: noise, params: paramsOf(), tokenizer }, { id: 'noise' });
  const call = { model, prompt: 'To be', maxOutputTokens: 12, seed: 4, temperature: 0.8 };
  const { text, usage, finishReason } = await generateText(call);
  const alone = generate(noise, paramsOf(), {
    ...{ prompt: tokenizer.encode('To be'), steps: 12, key: key(4), temperature: 0.8 },
  });
  expect(text).toBe(tokenizer.decode((await alone.result).tokens));
  expect(usage).toMatchObject({ inputTokens: 5, outputTokens: 12, totalTokens: 17 });
  expect(finishReason).toBe('length');
  let streamed = '';
  for await (const piece of streamText(call).textStream) streamed += piece;
  expect(streamed).toBe(text);
});

test('known answers: version 7 gets an object of its schema from noise', async () => {
  await using model = genai({ model: noise, params: paramsOf(), tokenizer }, { id: 'noise' });
  const schema = jsonSchema<{ sunny: boolean; degrees: number }>({
    type: 'object',
    properties: { sunny: { type: 'boolean' }, degrees: { type: 'integer', minimum: -40, maximum: 50 } },
    required: ['sunny', 'degrees'],
    additionalProperties: false,
  });
  const { output } = await generateText({ model, prompt: 'The weather?', output: Output.object({ schema }), seed: 1 });
  expect(Object.keys(output).sort()).toEqual(['degrees', 'sunny']);
  expect(typeof output.sunny).toBe('boolean');
  expect(output.degrees).toBeGreaterThanOrEqual(-40);
  expect(output.degrees).toBeLessThanOrEqual(50);
});
