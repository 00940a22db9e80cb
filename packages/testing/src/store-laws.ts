import { GenaiError } from '@genai/core';
import { describe, expect, test } from 'vitest';

/** A store as `@genai/checkpoint` has it, in its structure: this package stands below it. */
export interface StoreUnderTest {
  readonly name: string;
  readonly read: (name: string, options?: { readonly signal?: AbortSignal }) => Promise<Uint8Array | undefined>;
  readonly write: (
    files: { readonly [name: string]: Uint8Array },
    options?: { readonly signal?: AbortSignal },
  ) => Promise<void>;
}

export interface StoreHandle {
  readonly store: StoreUnderTest;
  /** A second store on the same place, as after a restart of the program; absent if the place lives in the store itself. */
  readonly reopen?: () => StoreUnderTest;
  readonly close?: () => void | Promise<void>;
}

/**
 * Laws of every store: files come back as written, a write is a group, names are plain.
 *
 * @param make - makes an empty store.
 */
export function storeLaws(name: string, make: () => StoreHandle | Promise<StoreHandle>): void {
  const law = (what: string, check: (handle: StoreHandle) => Promise<void>): void => {
    test(what, async () => {
      const handle = await make();
      try {
        await check(handle);
      } finally {
        await handle.close?.();
      }
    });
  };

  describe(`laws of a store: ${name}`, () => {
    law('files come back byte for byte: empty, small, large, and views into larger buffers', async (handle) => {
      const large = bytes(1_000_003, 7);
      const files = {
        'empty.bin': new Uint8Array(0),
        'config.json': bytes(17, 1),
        'model.safetensors': large,
        'view.bin': large.subarray(1001, 2003),
      };
      await handle.store.write(files);
      for (const store of stores(handle)) {
        for (const [file, expected] of Object.entries(files)) {
          const got = await store.read(file);
          expect(got, file).toBeInstanceOf(Uint8Array);
          expect(equal(got, expected), `${file} as it was`).toBe(true);
        }
      }
    });

    law('a file that was never written is undefined', async (handle) => {
      expect(await handle.store.read('absent.json')).toBeUndefined();
      await handle.store.write({ 'there.json': bytes(3, 1) });
      for (const store of stores(handle)) {
        expect(await store.read('absent.json')).toBeUndefined();
        expect(await store.read('constructor')).toBeUndefined();
      }
    });

    law('a second write replaces its own files, shorter or longer, and leaves the others', async (handle) => {
      await handle.store.write({ a: bytes(1000, 1), b: bytes(10, 2), c: bytes(5, 3) });
      await handle.store.write({ a: bytes(10, 4), b: bytes(1000, 5) });
      for (const store of stores(handle)) {
        expect(equal(await store.read('a'), bytes(10, 4))).toBe(true);
        expect(equal(await store.read('b'), bytes(1000, 5))).toBe(true);
        expect(equal(await store.read('c'), bytes(5, 3))).toBe(true);
      }
    });

    law('what was written and what was read belong to the caller', async ({ store }) => {
      const given = bytes(64, 1);
      await store.write({ a: given });
      given.fill(0);
      const read = await store.read('a');
      expect(equal(read, bytes(64, 1))).toBe(true);
      read!.fill(0);
      expect(equal(await store.read('a'), bytes(64, 1))).toBe(true);
    });

    law('writes at the same time take turns: the files of a group belong together', async (handle) => {
      const groups = [1, 2, 3, 4, 5].map((seed) => ({ a: bytes(5000, seed), b: bytes(300, seed), c: bytes(0, seed) }));
      await Promise.all(groups.map((group) => handle.store.write(group)));
      for (const store of stores(handle)) {
        const [a, b] = [await store.read('a'), await store.read('b')];
        const winner = groups.filter((group) => equal(a, group.a) && equal(b, group.b));
        expect(winner).toHaveLength(1);
      }
    });

    law('of a write that fails nothing is seen', async (handle) => {
      await handle.store.write({ a: bytes(10, 1) });
      await expectGenaiError(handle.store.write({ a: bytes(10, 2), 'not/a/name': bytes(10, 2), b: bytes(10, 2) }));
      const stopped = AbortSignal.abort(new Error('stopped by the test'));
      await expect(handle.store.write({ a: bytes(10, 3) }, { signal: stopped })).rejects.toThrow('stopped by the test');
      await expect(handle.store.read('a', { signal: stopped })).rejects.toThrow('stopped by the test');
      for (const store of stores(handle)) {
        expect(equal(await store.read('a'), bytes(10, 1))).toBe(true);
        expect(await store.read('b')).toBeUndefined();
      }
    });

    law('names that could leave the store or clash are refused, for reading and for writing', async ({ store }) => {
      for (const bad of BAD_NAMES) {
        await expectGenaiError(store.read(bad));
        await expectGenaiError(store.write({ [bad]: bytes(1, 1) }));
      }
      await expectGenaiError(store.write({ 'Model.bin': bytes(1, 1), 'model.bin': bytes(1, 2) }));
      expect(store.name).not.toBe('');
    });
  });
}

const BAD_NAMES = [
  '',
  '.',
  '..',
  '../up',
  '/etc/passwd',
  'a/b',
  'a\\b',
  'C:x',
  '.hidden',
  '.genai-journal.json',
  '__proto__',
  'a\0b',
  'a b',
  'a.',
  'NUL',
  'com1.json',
  'é',
  'x'.repeat(101),
];

function stores({ store, reopen }: StoreHandle): StoreUnderTest[] {
  return reopen ? [store, reopen()] : [store];
}

function bytes(length: number, seed: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 31 + (i >>> 8) + seed * 97) & 0xff);
}

/** Compared by hand: `toEqual` on a million bytes takes seconds. */
function equal(a: Uint8Array | undefined, b: Uint8Array): boolean {
  return a !== undefined && a.length === b.length && a.every((value, i) => value === b[i]);
}

async function expectGenaiError(work: Promise<unknown>): Promise<void> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(GenaiError.is(error), `expected a GenaiError, got ${String(error)}`).toBe(true);
}
