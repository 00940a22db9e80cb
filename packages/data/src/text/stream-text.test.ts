import { createInterface } from 'node:readline';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { GenaiError, key, randomIntegers } from '@genai/core';
import { describe, expect, test } from 'vitest';
import type { Tokenizer } from '../characters.js';
import { bytes } from './bytes.js';
import { streamText } from './stream-text.js';
import { trainBytePairs } from './train-byte-pairs.js';

const tokenizer = bytes({ special: ['<|end|>'] });

describe('streamText: known answers', () => {
  test('characters come whole', async () => {
    expect(await read(tokenizer.encode('né😀!'))).toEqual(['n', 'é', '😀', '!']);
  });

  test('bytes that make no character become U+FFFD, at the end too; special tokens are not shown', async () => {
    expect(await read([0xf0, 0x9f, 0x6e, 256, 0x98, 0xc3])).toEqual(['\ufffdn', '\ufffd', '\ufffd']);
    expect(await read([256])).toEqual([]);
    expect(await read([])).toEqual([]);
  });

  test('what may become a stop waits, and is shown if it does not', async () => {
    expect(await read(tokenizer.encode('a\nb\n\nc'), '\n\n')).toEqual(['a', '\nb']);
    expect(await read(tokenizer.encode('aab'), ['aaa', 'ab'])).toEqual(['a']);
    expect(await read(tokenizer.encode('a\n'), '\n\n')).toEqual(['a', '\n']);
    expect(await read(tokenizer.encode('STOP'), 'STOP')).toEqual([]);
  });

  test('a stop of broken bytes is found at the end', async () => {
    expect(await read([0x61, 0xc3], '\ufffd')).toEqual(['a']);
  });

  test('the source is closed once by a stop, by return and by an error, and fails through', async () => {
    for (const end of ['stop', 'return', 'error'] as const) {
      let closed = 0;
      const source = async function* (): AsyncGenerator<number, void, undefined> {
        try {
          for (const token of [97, 98, 99]) yield token;
          throw new Error('read too far');
        } finally {
          closed++;
        }
      };
      const text = streamText(source(), tokenizer, { stop: 'b' });
      expect((await text.next()).value).toBe('a');
      if (end === 'return') await text.return();
      else if (end === 'stop') expect((await text.next()).done).toBe(true);
      else await expect(text.throw(new Error('reader'))).rejects.toThrow('reader');
      expect([closed, (await text.next()).done], end).toEqual([1, true]);
    }
    const failing = async function* (): AsyncGenerator<number, void, undefined> {
      yield 97;
      throw new Error('the source');
    };
    await expect(collect(streamText(failing(), tokenizer))).rejects.toThrow('the source');
  });
});

describe('streamText: properties', () => {
  test('the text does not depend on where tokens end', async () => {
    const stops = ['ab', 'bba', 'é', '\n\n'];
    const pairs = trainBytePairs('abba bab é ébé aab\n\n\na '.repeat(3), { vocabulary: 300 });
    expect(pairs.vocabulary).toBeGreaterThan(265);
    for (let i = 0; i < 200; i++) {
      const draws = randomIntegers(key(i), 12, { min: 0, max: 5 });
      const text = Array.from(draws, (draw) => ['a', 'b', '\n', 'e', i % 2 ? ' ' : 'è'][draw]).join('');
      const ends = stops.map((stop) => text.indexOf(stop) + stop.length).filter((end, j) => end >= stops[j]!.length);
      const end = Math.min(...ends);
      const start = Math.min(
        ...stops.filter((stop) => text.slice(0, end).endsWith(stop)).map((stop) => end - stop.length),
      );
      const want = ends.length > 0 ? text.slice(0, start) : text;
      for (const way of [tokenizer, pairs]) {
        const got = await collect(streamText(each(way.encode(text)), way, { stop: stops }));
        expect(got.join(''), text).toBe(want);
        expect(got).not.toContain('');
      }
    }
  });
});

describe('streamText: errors', () => {
  test('an empty stop, and a token that is none', async () => {
    expect(() => streamText(each([]), tokenizer, { stop: ['a', ''] })).toThrow(GenaiError);
    await expect(read([300])).rejects.toThrow(/token 300 is outside/);
  });
});

function read(tokens: Iterable<number>, stop: string | readonly string[] = []): Promise<string[]> {
  return collect(streamText(each(tokens), tokenizer as Tokenizer, { stop }));
}

async function* each(tokens: Iterable<number>): AsyncGenerator<number, void, undefined> {
  yield* tokens;
}

async function collect(text: AsyncIterable<string>): Promise<string[]> {
  const found: string[] = [];
  for await (const piece of text) found.push(piece);
  return found;
}

describe('streamText: laws of streams of Node', () => {
  /** Tokens without end, and how many were drawn; says when it was closed. */
  function endless(): { tokens: AsyncGenerator<number, void, void>; drawn: () => number; closed: () => boolean } {
    let [drawn, closed] = [0, false];
    const tokens = async function* (): AsyncGenerator<number, void, void> {
      try {
        for (;;) yield 'ab\n'.charCodeAt(drawn++ % 3);
      } finally {
        closed = true;
      }
    };
    return { tokens: tokens(), drawn: () => drawn, closed: () => closed };
  }

  test('a pipeline takes it at the pace of its end, and closes it when that fails', async () => {
    const source = endless();
    const written: string[] = [];
    const slow = new Writable({
      highWaterMark: 4,
      decodeStrings: false,
      write: (piece: string, _, done) => {
        written.push(piece);
        setTimeout(() => done(written.length === 9 ? new Error('full') : null), 1);
      },
    });
    await expect(pipeline(streamText(source.tokens, tokenizer), slow)).rejects.toThrow('full');
    expect(written.join('')).toBe('ab\n'.repeat(3));
    expect(source.drawn()).toBeLessThan(30);
    expect(source.closed()).toBe(true);
  });

  test('as a Readable it is read by lines, and closed with it', async () => {
    const source = endless();
    const input = Readable.from(streamText(source.tokens, tokenizer));
    const lines: string[] = [];
    for await (const line of createInterface({ input })) {
      if (lines.push(line) === 3) break;
    }
    expect(lines).toEqual(['ab', 'ab', 'ab']);
    input.destroy();
    await until(source.closed);
  });
});

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 1));
}
