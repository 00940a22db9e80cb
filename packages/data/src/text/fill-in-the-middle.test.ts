import { fold, GenaiError, key } from '@genai/core';
import { describe, expect, test } from 'vitest';
import { fillInTheMiddle, infillPrompt } from './fill-in-the-middle.js';

const marks = { prefix: 100, suffix: 101, middle: 102, end: 103 };
const tokens = Int32Array.of(1, 2, 3, 4);
const draws = (options: { rate?: number; suffixFirst?: number }, count = 600): number[][] =>
  Array.from({ length: count }, (_, i) => [...fillInTheMiddle(tokens, fold(key(0), i), { marks, ...options })]);

describe('fillInTheMiddle: known answers', () => {
  test('the parts behind their marks, in either order, are the text again', () => {
    for (const suffixFirst of [0, 1]) {
      for (const drawn of draws({ rate: 1, suffixFirst }, 50)) {
        const [suffix, middle] = [drawn.indexOf(101), drawn.indexOf(102)];
        expect([drawn[0], drawn.at(-1)]).toEqual([100, 103]);
        const [before, behind, rest] = [
          drawn.slice(1, suffix),
          drawn.slice(suffix + 1, middle),
          drawn.slice(middle + 1, -1),
        ];
        if (suffixFirst) expect(before).toEqual([]);
        expect([...before, ...rest, ...behind]).toEqual([...tokens]);
      }
    }
  });

  test('all 15 ways to cut are drawn, both places uniformly, and orders and rates as asked for', () => {
    const cuts = draws({ rate: 1, suffixFirst: 0 }, 5_000).map((drawn) => drawn.join(' '));
    const counts = new Map<string, number>();
    for (const cut of cuts) counts.set(cut, (counts.get(cut) ?? 0) + 1);
    expect(counts.size).toBe(15);
    // Of 25 pairs of places, 5 have the middle empty at a place of its own, 10 ways come about twice.
    const empty = cuts.filter((cut) => cut.endsWith('102 103')).length / cuts.length;
    expect(empty).toBeGreaterThan(0.2 - 0.03);
    expect(empty).toBeLessThan(0.2 + 0.03);
    const mixed = draws({ rate: 0.8, suffixFirst: 0.25 }, 2_000);
    const cut = mixed.filter(([first]) => first === 100);
    expect(cut.length / mixed.length).toBeCloseTo(0.8, 1);
    const uncut = mixed.find(([first]) => first !== 100);
    expect(uncut).toEqual([1, 2, 3, 4, 103]);
  });

  test('a prompt is a cut text up to its middle; an empty text is cut, too', () => {
    expect([...infillPrompt(Int32Array.of(1), Int32Array.of(4), marks)]).toEqual([100, 1, 101, 4, 102]);
    const none = fillInTheMiddle(new Int32Array(0), key(0), { marks, rate: 1, suffixFirst: 0 });
    expect([...none]).toEqual([100, 101, 102, 103]);
    const { end: _, ...open } = marks;
    expect([...fillInTheMiddle(tokens, key(0), { marks: open, rate: 0 })]).toEqual([1, 2, 3, 4]);
  });
});

describe('fillInTheMiddle: errors', () => {
  test('shares that are none', () => {
    for (const bad of [{ rate: 1.5 }, { rate: Number.NaN }, { suffixFirst: -0.1 }]) {
      expect(() => draws(bad, 1)).toThrow(GenaiError);
    }
    expect(() => draws({ rate: 1.5 }, 1)).toThrow(/rate is 1\.5, expected a share from 0 to 1/);
  });
});
