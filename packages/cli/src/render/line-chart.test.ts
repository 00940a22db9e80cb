import { describe, expect, test } from 'vitest';
import { lineChart, ticks } from './line-chart.js';

const chart = (points: readonly (readonly [number, number])[]): string =>
  lineChart({ title: 'Loss <of> "it"', x: 'step', y: 'nats', series: [{ name: 'a & b', points, marks: true }] });

describe('lineChart', () => {
  test('draws every finite point inside the chart, on an axis that the first moments do not stretch', () => {
    const points = Array.from({ length: 200 }, (_, i) => [i + 1, i === 0 ? 5_000 : 100 + 50 / (i + 1)] as const);
    const svg = chart([...points, [201, Number.NaN]]);
    const [, drawn] = /<polyline [^>]*points="([^"]*)"/.exec(svg)!;
    const places = drawn!.split(' ').map((pair) => pair.split(',').map(Number) as [number, number]);
    expect(places).toHaveLength(200);
    for (const [i, [x, y]] of places.entries()) {
      expect(x).toBeGreaterThanOrEqual(0);
      expect(x).toBeLessThanOrEqual(720);
      if (i >= 4) expect(y).toBeGreaterThan(40); // all but the highest fiftieth
      expect(y).toBeLessThan(312);
      if (i > 0) expect(x).toBeGreaterThan(places[i - 1]![0]);
      if (i > 0) expect(y).toBeGreaterThanOrEqual(places[i - 1]![1]); // falling is down
    }
    expect(svg.match(/<circle/g)).toHaveLength(200);
    expect(svg).toContain('prefers-color-scheme:dark');
  });

  test('escapes text, and stands having no points or one', () => {
    expect(chart([])).toContain('Loss &#60;of&#62; &#34;it&#34;');
    expect(chart([[1, 3]])).toContain('a &#38; b');
    for (const svg of [
      chart([]),
      chart([[1, 3]]),
      chart([
        [1, 3],
        [2, 3],
      ]),
    ])
      expect(svg).not.toMatch(/NaN|Infinity/);
  });

  test('names that find no room beside the title stand below the chart, all inside it', () => {
    const names = Array.from({ length: 9 }, (_, i) => `${'a-long-folder/'.repeat(i)}run-${i}`);
    const svg = lineChart({
      ...{ title: 'Training: loss, nats', x: 'step', y: 'nats' },
      series: names.map((name) => ({ name, points: [[1, 1]] as const })),
    });
    const height = Number(/viewBox="0 0 720 (\d+)"/.exec(svg)![1]);
    const texts = [...svg.matchAll(/<text x="([\d.]+)" y="([\d.]+)">([^<]*)</g)];
    expect(texts).toHaveLength(9);
    for (const [, x, y, name] of texts) {
      expect(Number(x) + 6.6 * name!.length).toBeLessThanOrEqual(720);
      expect(Number(y)).toBeGreaterThan(360);
      expect(Number(y)).toBeLessThan(height);
    }
    expect(new Set(texts.map(([, x, y]) => `${x} ${y}`)).size).toBe(9);
    expect(chart([[1, 3]])).toContain('viewBox="0 0 720 360"'); // few stand beside it
  });

  test('ticks are round numbers in the range', () => {
    expect(ticks(0, 2_000, 6)).toEqual([0, 500, 1000, 1500, 2000]);
    expect(ticks(97.3, 152.1, 5)).toEqual([100, 120, 140]);
    expect(ticks(-0.31, 0.22, 5)).toEqual([-0.2, 0, 0.2]);
  });
});
