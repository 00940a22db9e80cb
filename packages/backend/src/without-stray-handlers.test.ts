import { afterEach, describe, expect, test } from 'vitest';
import { useBackend } from './use-backend.js';
import { withoutStrayHandlers } from './without-stray-handlers.js';

const EVENTS = ['uncaughtException', 'unhandledRejection'] as const;
const handlers = (): unknown[] => EVENTS.flatMap((event) => process.listeners(event as 'uncaughtException'));
const before = handlers();

afterEach(() => {
  for (const event of EVENTS) {
    for (const handler of process.listeners(event as 'uncaughtException')) {
      if (!before.includes(handler)) process.removeListener(event, handler);
    }
  }
});

describe('laws', () => {
  test('starting wasm leaves the process as it was', async () => {
    await useBackend('wasm');
    expect(handlers()).toEqual(before);
    await useBackend('cpu');
  });

  test("the engine's handlers go, others that come meanwhile stay", async () => {
    const own = (error: unknown): void => {
      throw new Error('reported', { cause: error });
    };
    const result = await withoutStrayHandlers(async () => {
      process.on('uncaughtException', own);
      // As the compiled engine writes them.
      // biome-ignore lint/complexity/useArrowFunction: the text of these functions is what is tested
      process.on('unhandledRejection', function (reason) {
        throw reason;
      });
      // biome-ignore lint/complexity/useArrowFunction: the text of these functions is what is tested
      process.on('uncaughtException', function (ex) {
        if (!(ex instanceof RangeError)) {
          throw ex;
        }
      });
      return 7;
    });
    expect(result).toBe(7);
    expect(handlers().filter((handler) => !before.includes(handler))).toEqual([own]);
  });

  test('they go when the start fails, too', async () => {
    const start = withoutStrayHandlers(async () => {
      // biome-ignore lint/complexity/useArrowFunction: the text of this function is what is tested
      process.on('unhandledRejection', function (reason) {
        throw reason;
      });
      throw new Error('no start');
    });
    await expect(start).rejects.toThrow('no start');
    expect(handlers()).toEqual(before);
  });
});
