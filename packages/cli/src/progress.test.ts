import { expect, test } from 'vitest';
import { duration, number, progress } from './progress.js';

/** An output that keeps what was written, and a clock. */
function terminal(isTTY: boolean, columns = 80) {
  let text = '';
  let time = 0;
  const output = { isTTY, columns, write: (more: string) => (text += more) };
  return {
    bar: progress(output, () => time),
    advance: (ms: number) => {
      time += ms;
    },
    /** What was written since the last call. */
    read: () => {
      const written = text;
      text = '';
      return written;
    },
  };
}

test('on a terminal one line is redrawn, at most ten times a second, and never wider than the terminal', () => {
  for (const columns of [120, 80, 40, 10]) {
    const { bar, advance, read } = terminal(true, columns);
    bar.update({ step: 1, steps: 200, elapsed: 100, loss: 543.21 });
    const first = read();
    expect(first.startsWith('\r')).toBe(true);
    if (columns >= 80) expect(first).toContain('step 1/200  loss 543.2  10.00 step/s  20s left');
    bar.update({ step: 2, steps: 200, elapsed: 150, loss: 500 });
    expect(read()).toBe('');
    advance(150);
    bar.update({ step: 100, steps: 200, elapsed: 10_000, loss: 99.5 });
    const half = read();
    if (columns >= 80) expect(half).toContain(' 50%  step 100/200  loss 99.50  10.00 step/s  10s left');
    bar.note('saved');
    expect(read()).toMatch(/\r {1,}\rsaved\n\r/);
    bar.end();
    const last = read();
    expect(last.endsWith('\n')).toBe(true);
    expect(last.match(/\n/g)).toHaveLength(1);
    for (const line of `${first}${half}`.split(/[\r\n]/)) expect(line.length).toBeLessThan(columns);
  }
});

test('elsewhere plain lines: the first, one every five seconds, and the last', () => {
  const { bar, advance, read } = terminal(false);
  bar.note('vae on digits');
  for (let step = 1; step <= 100; step++) {
    bar.update({ step, steps: 100, elapsed: step * 200, loss: 100 - step });
    advance(200);
  }
  bar.end();
  const lines = read().trimEnd().split('\n');
  expect(lines[0]).toBe('vae on digits');
  expect(lines[1]).toMatch(/^step 1\/100 {2}loss 99\.00 {2}5\.000 step\/s {2}20s left$/);
  expect(lines.at(-1)).toMatch(/^step 100\/100/);
  expect(lines.length).toBeGreaterThan(4);
  expect(lines.length).toBeLessThan(8);
});

test('a limit in time shortens what is left; steps made before do not speed it up', () => {
  const { bar, read } = terminal(false);
  bar.update({ step: 110, steps: 1_000, start: 100, elapsed: 1_000, limit: 4_000 });
  expect(read()).toBe('step 110/1000  10.00 step/s  3s left\n');
});

test('durations and numbers as people read them', () => {
  expect([400, 59_400, 65_000, 3_725_000].map(duration)).toEqual(['0s', '59s', '1m 05s', '1h 02m']);
  expect([0, 543.21, 99.5, 5, 0.25, -104.96, 1234.5, 1e7, 1e-5].map(number)).toEqual([
    '0',
    '543.2',
    '99.50',
    '5.000',
    '0.2500',
    '-105.0',
    '1235',
    '1.00e+7',
    '1.00e-5',
  ]);
  expect(number(Number.NaN)).toBe('NaN');
});
