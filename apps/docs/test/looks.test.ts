import { expect, test, vi } from 'vitest';
import { Looks } from '../.vitepress/components/lab/looks.js';

/** A model that changes while it is looked at; each look reads it at its beginning, and ends when it is told to. */
function looking(every = 0) {
  let model = 0;
  const seen: number[] = [];
  let end = (): void => {};
  const looks = new Looks(() => {
    seen.push(model);
    return new Promise((resolve) => {
      end = resolve;
    });
  }, every);
  return { looks, seen, change: () => ++model, end: () => end() };
}

test('law: what is asked for during a look is seen by one more after it, however often it was asked', async () => {
  const { looks, seen, change, end } = looking();
  const first = looks.look();
  change();
  const second = looks.look();
  change();
  const third = looks.look();
  expect(seen).toEqual([0]);

  end();
  await first;
  expect(looks.isIdle).toBe(false);
  await vi.waitFor(() => expect(seen).toEqual([0, 2]));
  change();
  const last = looks.look();
  end();
  await Promise.all([second, third]);
  await vi.waitFor(() => expect(seen).toEqual([0, 2, 3]));
  end();
  await last;
  expect(looks.isIdle).toBe(true);
});

test('none is due while one is under way, nor before its time', async () => {
  const { looks, end } = looking(60_000);
  const first = looks.look();
  expect([looks.isDue, looks.isIdle]).toEqual([false, false]);
  end();
  await first;
  expect([looks.isDue, looks.isIdle]).toEqual([false, true]);
});
