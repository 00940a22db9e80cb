import { writeFile } from 'node:fs/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { fold, key, randomIntegers } from '@genai/core';
import { memory } from '@tensorflow/tfjs-core';
import type OpenAI from 'openai';
import { expect, test } from 'vitest';
import { type Serving, serving } from './serving.js';
import { world } from './world.js';

/** How long the clients go on; GENAI_SOAK asks for more. */
const SECONDS = Number(process.env.GENAI_SOAK ?? 4);
const [CLIENTS, SEEDS, LENGTH] = [64, 8, 24];
/** What a heap may have grown by from the middle to the end, in bytes. */
const GROWTH = 8 * 2 ** 20;

const asked = (seed: number): OpenAI.CompletionCreateParamsNonStreaming => ({
  ...{ model: 'run', prompt: 'pi', temperature: 1, seed, max_tokens: LENGTH },
});

test(
  'laws: of 64 clients many leave at random: every text is right, and nothing grows',
  async () => {
    await using place = await world();
    await writeFile(place.path('text.txt'), 'ping pong pang '.repeat(200));
    const config = { parts: { depth: 1, context: 32 }, training: { batch: 4, length: 24, learningRate: 0.01 } };
    await writeFile(place.path('tiny.json'), JSON.stringify(config));
    const made = ['--data', 'text.txt', '--config', 'tiny.json', '--out', 'run', '--steps', '30', '--backend', 'simd'];
    expect((await place.genai('train', 'gpt', ...made)).code).toBe(0);
    const server = await serving(place.path(), 'run', '--slots', '8', '--queue', '64');
    const { numTensors } = memory();
    const wanted: string[] = [];
    for (let seed = 0; seed < SEEDS; seed++) {
      wanted.push((await server.client.completions.create(asked(seed))).choices[0]!.text);
    }
    await besiege(server, wanted, 1);
    await idle(numTensors);
    const heap = heapUsed();
    const { whole, left } = await besiege(server, wanted, SECONDS);
    expect(whole).toBeGreaterThan(0);
    expect(left).toBeGreaterThan(0);
    await idle(numTensors);
    expect(heapUsed() - heap).toBeLessThan(GROWTH);
    expect((await server.stop()).code).toBe(0);
    expect(memory().numTensors).toBe(0);
  },
  1000 * (SECONDS + 120),
);

/** Clients ask and ask again for so many seconds, and leave every other text somewhere. */
async function besiege(
  { client }: Serving,
  wanted: readonly string[],
  seconds: number,
): Promise<{ readonly whole: number; readonly left: number }> {
  const until = performance.now() + 1000 * seconds;
  let [whole, left] = [0, 0];
  const ask = async (k: ReturnType<typeof key>): Promise<void> => {
    const [seed, streams, leaves, at] = [SEEDS, 2, 2, LENGTH].map(
      (max, i) => randomIntegers(fold(k, i), 1, { min: 0, max })[0]!,
    );
    const leave = new AbortController();
    const { signal } = leave;
    let text = '';
    try {
      if (streams) {
        for await (const { choices } of await client.completions.create(
          { ...asked(seed!), stream: true },
          { signal },
        )) {
          text += choices[0]!.text;
          if (leaves && text.length > at!) leave.abort();
        }
      } else {
        if (leaves) setTimeout(() => leave.abort(), at);
        text = (await client.completions.create(asked(seed!), { signal })).choices[0]!.text;
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
    if (signal.aborted) {
      expect(wanted[seed!]!.startsWith(text)).toBe(true);
      left++;
    } else {
      expect(text).toBe(wanted[seed!]);
      whole++;
    }
  };
  const clients = Array.from({ length: CLIENTS }, async (_, i) => {
    for (let n = 0; performance.now() < until; n++) await ask(fold(fold(key(1), i), n));
  });
  await Promise.all(clients);
  return { whole, left };
}

/** The server holds no text any more: of clients that left it hears later than they. */
async function idle(numTensors: number): Promise<void> {
  await expect.poll(() => memory().numTensors, { timeout: 30_000 }).toBe(numTensors);
}

/** Bytes that JavaScript holds after it has collected its garbage. */
function heapUsed(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}
