import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { every, jsonLines, type Progress, pipe, stopWhen, tap, throttle } from './index.js';

type P = Progress<undefined, 'loss'>;

/** Progress whose loss is its step, and what became of the source. */
function source(count: number): AsyncIterable<P> & { made: number; closed: boolean } {
  const self = {
    made: 0,
    closed: false,
    async *[Symbol.asyncIterator](): AsyncGenerator<P, void, void> {
      try {
        for (let step = 1; step <= count; step++) {
          self.made = step;
          yield { step, state: undefined, metrics: { loss: step }, seconds: step / 10 };
        }
      } finally {
        self.closed = true;
      }
    },
  };
  return self;
}

async function steps(stream: AsyncIterable<P>, count = Number.POSITIVE_INFINITY): Promise<number[]> {
  const seen: number[] = [];
  for await (const { step } of stream) if (seen.push(step) === count) break;
  return seen;
}

describe('operators', () => {
  test('every lets through each n-th step', async () => {
    expect(await steps(pipe(source(10), every(3)))).toEqual([3, 6, 9]);
    expect(() => every(0)).toThrow(/count .* got 0/);
  });

  test('stopWhen ends with the first that fits', async () => {
    const from = source(10);
    expect(
      await steps(
        pipe(
          from,
          stopWhen(({ metrics }) => metrics.loss >= 4),
        ),
      ),
    ).toEqual([1, 2, 3, 4]);
    expect(from).toMatchObject({ made: 4, closed: true });
  });

  test('tap waits for what it calls', async () => {
    const seen: string[] = [];
    const stream = pipe(
      source(2),
      tap(async ({ step }) => {
        await new Promise((resolve) => setTimeout(resolve));
        seen.push(`tap ${step}`);
      }),
    );
    for await (const { step } of stream) seen.push(`loop ${step}`);
    expect(seen).toEqual(['tap 1', 'loop 1', 'tap 2', 'loop 2']);
  });

  test('jsonLines writes one object a step, numbers that JSON lacks as text', async () => {
    const lines: string[] = [];
    const odd: AsyncIterable<P> = (async function* () {
      yield { step: 1, state: undefined, metrics: { loss: 0.5 }, seconds: 2 };
      yield { step: 2, state: undefined, metrics: { loss: Number.NaN }, seconds: 3 };
      yield { step: 3, state: undefined, metrics: { loss: Number.NEGATIVE_INFINITY }, seconds: 4 };
    })();
    expect(
      await steps(
        pipe(
          odd,
          jsonLines((line) => lines.push(line)),
        ),
      ),
    ).toEqual([1, 2, 3]);
    expect(lines).toEqual([
      '{"step":1,"seconds":2,"metrics":{"loss":0.5}}\n',
      '{"step":2,"seconds":3,"metrics":{"loss":"NaN"}}\n',
      '{"step":3,"seconds":4,"metrics":{"loss":"-Infinity"}}\n',
    ]);
  });

  test('a pipe of many: left by break, by an error, or at its end, it leaves the source', async () => {
    const written: string[] = [];
    const through = (from: AsyncIterable<P>): AsyncIterable<P> =>
      pipe(
        from,
        jsonLines((line) => written.push(line)),
        every(2),
        tap(() => undefined),
        stopWhen(({ step }) => step > 90),
      );
    const broken = source(100);
    expect(await steps(through(broken), 3)).toEqual([2, 4, 6]);
    expect(broken).toMatchObject({ made: 6, closed: true });
    expect(written.length).toBe(6);
    const thrown = source(100);
    await expect(async () => {
      for await (const _ of through(thrown)) throw new Error('enough');
    }).rejects.toThrow('enough');
    expect(thrown).toMatchObject({ made: 2, closed: true });
    expect(await steps(pipe(source(2)))).toEqual([1, 2]);
  });
});

describe('throttle', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test('lets through the first, and then one in each interval', async () => {
    const seen: number[] = [];
    const slow = tap<P>(() => void vi.advanceTimersByTime(40)); // each step takes 40 ms
    for await (const { step } of pipe(source(10), slow, throttle(100))) seen.push(step);
    expect(seen).toEqual([1, 4, 7, 10]);
  });
});
