import { describe, expect, test } from 'vitest';
import { BatchReader } from './batch-reader.js';

/** Numbers from `first` to 4, and a diary of what was asked. */
function numbers(diary: string[], first = 0): AsyncGenerator<number, void, void> {
  diary.push(`open ${first}`);
  return (async function* () {
    try {
      for (let i = first; i < 5; i++) yield i;
    } finally {
      diary.push('close');
    }
  })();
}

const read = async (reader: BatchReader<number>, number: number): Promise<number | undefined> =>
  (await reader.at(number, undefined))?.batch;

describe('a reader of batches', () => {
  test('gives the current batch again, then the next, then nothing', async () => {
    const reader = new BatchReader(numbers([]), 0);
    for (const i of [0, 0, 1, 2, 2, 3, 4]) expect(await read(reader, i)).toBe(i);
    expect(await read(reader, 5)).toBeUndefined();
    expect(await read(reader, 6)).toBeUndefined();
  });

  test('opens Batches at the number asked for, again after a pause', async () => {
    const diary: string[] = [];
    const source = {
      from: (cursor: number) => numbers(diary, cursor),
      [Symbol.asyncIterator]: () => numbers(diary),
    };
    const reader = new BatchReader(source, 2);
    expect(await read(reader, 2)).toBe(2);
    await reader.pause();
    expect(await read(reader, 3)).toBe(3);
    await reader.close();
    expect(diary).toEqual(['open 2', 'close', 'open 3', 'close']);
  });

  test('reads another iterable from its start, and skips what was used after a pause', async () => {
    const diary: string[] = [];
    const reader = new BatchReader({ [Symbol.asyncIterator]: () => numbers(diary) }, 10);
    expect(await read(reader, 10)).toBe(0);
    expect(await read(reader, 11)).toBe(1);
    await reader.pause();
    expect(await read(reader, 12)).toBe(2);
    await reader.close();
    expect(diary).toEqual(['open 0', 'close', 'open 0', 'close']);
  });

  test('keeps a generator open over a pause, closes it at the end', async () => {
    const diary: string[] = [];
    const reader = new BatchReader(numbers(diary), 0);
    expect(await read(reader, 0)).toBe(0);
    await reader.pause();
    expect(await read(reader, 0)).toBe(0);
    expect(await read(reader, 1)).toBe(1);
    await reader.close();
    expect(diary).toEqual(['open 0', 'close']);
  });

  test('a failure is told again, not skipped', async () => {
    const failing = (function* (): Generator<number, void, void> {
      yield 0;
      throw new Error('disk');
    })();
    const reader = new BatchReader(failing, 0);
    expect(await read(reader, 0)).toBe(0);
    await expect(read(reader, 1)).rejects.toThrow('disk');
    await expect(read(reader, 1)).rejects.toThrow('disk');
  });

  test('a signal ends the wait, and what was waited for comes with the next call', async () => {
    let arrive: (value: IteratorResult<number>) => void = () => undefined;
    const source: AsyncIterableIterator<number> = {
      next: () =>
        new Promise((resolve) => {
          arrive = resolve;
        }),
      [Symbol.asyncIterator]: () => source,
    };
    const reader = new BatchReader(source, 0);
    const controller = new AbortController();
    const waiting = reader.at(0, controller.signal);
    controller.abort(new Error('stop'));
    await expect(waiting).rejects.toThrow('stop');
    arrive({ done: false, value: 7 });
    expect(await read(reader, 0)).toBe(7);
  });

  test('closed while a batch is being made, it gives nothing', async () => {
    let make = (): void => {};
    const made = new Promise<void>((resolve) => {
      make = resolve;
    });
    const source = (async function* () {
      await made;
      yield 0;
      yield 1;
    })();
    const reader = new BatchReader(source, 0);
    const waiting = read(reader, 0);
    await reader.close();
    make();
    expect(await waiting).toBeUndefined();
  });
});
