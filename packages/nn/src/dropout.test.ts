import { key } from '@genai/core';
import { ones } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { dropout, mlp, sequential } from './index.js';

test('statistics: an element is 0 with probability rate, else 1 / (1 − rate), within 4 standard errors', () => {
  const count = 20_000;
  for (const rate of [0.1, 0.5, 0.9]) {
    const x = ones([count]);
    const y = dropout(rate).apply({}, x, key(1));
    const values = Array.from(y.dataSync());
    const dropped = values.filter((value) => value === 0).length / count;
    expect(Math.abs(dropped - rate)).toBeLessThan(4 * Math.sqrt((rate * (1 - rate)) / count));
    expect(new Set(values.filter((value) => value !== 0))).toEqual(new Set([Math.fround(1 / (1 - rate))]));
    x.dispose();
    y.dispose();
  }
});

test('rate 0 is the identity with a key too', () => {
  const x = ones([100]);
  const y = dropout(0).apply({}, x, key(1));
  expect(y.dataSync()).toEqual(x.dataSync());
  x.dispose();
  y.dispose();
});

test('in a sequence each dropout draws for itself', () => {
  const count = 10_000;
  const x = ones([count]);
  const y = sequential(dropout(0.5), dropout(0.5)).apply([{}, {}], x, key(1));
  const left = y.dataSync().filter((value) => value !== 0).length / count;
  // With one mask for both, half would be left.
  expect(Math.abs(left - 1 / 4)).toBeLessThan(4 * Math.sqrt(3 / 16 / count));
  x.dispose();
  y.dispose();
});

test('errors: a rate that is no probability, or drops all', () => {
  for (const rate of [1, -0.1, 1.5, Number.NaN]) {
    expect(() => dropout(rate)).toThrow(`dropout: rate must be at least 0 and below 1, got ${rate}.`);
  }
  expect(() => mlp([2, 3], { dropout: 1 })).toThrow('dropout: rate must be at least 0 and below 1, got 1.');
});
