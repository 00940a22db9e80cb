import { GenaiError } from '@genai/core';
import { expect, test } from 'vitest';
import { encodeJson } from './encode-json.js';
import { parseJson } from './parse-json.js';

test('plain JSON comes back as it was; undefined members are left out', () => {
  const shared = { width: 16 };
  const value = { name: 'vae', sizes: [784, 256], deep: { on: true, off: null, text: 'é\n😀' }, a: shared, b: shared };
  expect(parseJson(encodeJson({ ...value, left: undefined }, 'config'), 'config')).toEqual(value);
});

test('errors: what JSON would drop or change is named by its path', () => {
  const circle: { inner?: unknown } = {};
  circle.inner = circle;
  const cases: [unknown, RegExp][] = [
    [{ net: { activation: Math.tanh } }, /config\.net\.activation is function/],
    [{ rate: Number.NaN }, /config\.rate is NaN/],
    [[1, undefined], /config\.1 is undefined/],
    [{ at: new Date(0) }, /config\.at is of class Date/],
    [{ weights: new Float32Array(2) }, /config\.weights is of class Float32Array/],
    [{ big: 1n }, /config\.big is bigint/],
    [circle, /config\.inner is a circle/],
    [{ toJSON: 'x' }, /config is of class Object/],
    [JSON.parse('{"__proto__": 1}'), /dangerous name/],
  ];
  for (const [value, message] of cases) {
    expect(() => encodeJson(value, 'config')).toThrow(message);
    expect(() => encodeJson(value, 'config')).toThrow(GenaiError);
  }
});

test('errors: files that are no JSON, not UTF-8, too deep, too large or dangerous', () => {
  const read = (text: string | Uint8Array): unknown =>
    parseJson(typeof text === 'string' ? new TextEncoder().encode(text) : text, 'config.json');
  expect(() => read('{"a": 1,}')).toThrow(/config\.json is not JSON/);
  expect(() => read('{"a": {"__proto__": {"polluted": true}}}')).toThrow(/__proto__/);
  expect(() => read(Uint8Array.of(0x22, 0xff, 0x22))).toThrow(/UTF-8/);
  expect(() => read(new Uint8Array(16_000_001))).toThrow(/at most/);
  expect(() => read('['.repeat(1_000_000))).toThrow(GenaiError);
  expect(() => read('['.repeat(200_000) + ']'.repeat(200_000))).toThrow(GenaiError);
});
