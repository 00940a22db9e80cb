import { fold, key, randomBits, randomNormal } from '@genai/core';
import { engine, grad, mul, ones, scalar, sum, type Tensor, tensor, tensor1d, zeros } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { scope } from '../scope.js';
import { packBfloat16, type RoundingNoise } from './pack-bfloat16.js';
import { unpackBfloat16 } from './unpack-bfloat16.js';

const floatOf = (bits: number): number => new Float32Array(Uint32Array.of(bits).buffer)[0]!;

/** The two codes in each integer that becomes of these bits, with the numbers that they stand for as bits. */
function codesOf(bits: number[], noise?: (step: Tensor) => RoundingNoise, step = 0): readonly [number[], number[]] {
  let back: Uint32Array = new Uint32Array();
  const codes = scope(() => {
    const x = tensor1d(new Float32Array(Uint32Array.from(bits).buffer));
    const codes = packBfloat16(x, noise?.(scalar(step)));
    back = new Uint32Array(unpackBfloat16(codes, x.shape).dataSync().slice().buffer);
    return { codes };
  });
  const halves = new Uint16Array(codes.codes.dataSync().slice().buffer);
  codes.codes.dispose();
  return [[...halves], [...back]];
}

test('known answers: bits rounded to nearest, of two the even one', () => {
  const cases = [
    [0x3f800000, 0x3f80], // 1
    [0x3f808000, 0x3f80], // half way, down to the even one
    [0x3f818000, 0x3f82], // half way, up to the even one
    [0x3f808001, 0x3f81],
    [0x3f807fff, 0x3f80],
    [0xbf80ffff, 0xbf81], // −1.007…
    [0x3fffffff, 0x4000], // over the edge of a power of 2
    [0x00000000, 0x0000],
    [0x80000000, 0x8000], // −0
    [0x00000001, 0x0000], // the smallest subnormal number
    [0x80018001, 0x8002],
    [0x007fffff, 0x0080], // the largest subnormal number
    [0x7f7fffff, 0x7f7f], // the largest of all stays finite
    [0xff7fffff, 0xff7f],
    [0x7f800000, 0x7f80], // infinities
    [0xff800000, 0xff80],
    [0x7fc00000, 0x7fc0], // NaN
    [0x7f800001, 0x7fc0], // NaN whose upper half is that of infinity
    [0xffbfffff, 0xffff],
  ] as const;
  const [halves, back] = codesOf(cases.map(([bits]) => bits));
  expect(halves).toEqual([...cases.map(([, code]) => code), 0]); // filled up to an even number
  expect(back).toEqual(cases.map(([, code]) => code * 65536));
});

test('known answers: noise leaves alone what is not finite, what needs no rounding, and the sign of 0', () => {
  const bits = [0x7f800000, 0xff800000, 0x80000000, 0x3f810000, 0xc2aa0000, 0x7f7f0000, 0x00010000, 0x7fc00000];
  const [halves, back] = codesOf(bits, (step) => ({ key: key(1), step }));
  expect(halves).toEqual(bits.map((word) => word >>> 16));
  expect(back).toEqual(bits);
  const [most] = codesOf(Array(64).fill(0xff7fffff), (step) => ({ key: key(1), step }));
  expect(new Set(most)).toEqual(new Set([0xff7f])); // no number becomes infinite
});

test('known answers: what is added below is half i of the words of the key folded with the step', () => {
  const bits = Array.from(randomBits(key(7), 33), (word) => word & 0xbfffffff); // finite
  const [halves] = codesOf(bits, (step) => ({ key: key(5), step }), 12);
  const below = new Uint16Array(randomBits(fold(key(5), 12), 17).buffer);
  expect(halves.slice(0, 33)).toEqual(bits.map((word, i) => ((word >>> 0) + below[i]!) >>> 16));
});

test('laws: the mean of many roundings is the number, within its noise', () => {
  for (const value of [1 + 1 / 512, 1 + 1 / 4096, -Math.PI, 1e-3, 1.5e-39]) {
    const count = 40_000;
    const rounded = scope(() => ({
      y: unpackBfloat16(packBfloat16(mul(ones([count]), value), { key: key(3), step: scalar(0) }), [count]),
    }));
    const values = rounded.y.dataSync<'float32'>();
    const bits = new Uint32Array(Float32Array.of(value).buffer)[0]!;
    const [near, far] = [floatOf(bits & 0xffff0000), floatOf((bits & 0xffff0000) + 0x10000)];
    expect(new Set(values)).toEqual(new Set([near, far]));
    const part = (bits & 0xffff) / 65536; // of the way there
    const mean = values.reduce((total, x) => total + (x - near) / (far - near), 0) / count;
    expect(Math.abs(mean - part)).toBeLessThan(4 * Math.sqrt((part * (1 - part)) / count));
    rounded.y.dispose();
  }
});

test('laws: another step or another key rounds another way, the same ones the same way, in any shape', () => {
  const values = randomNormal(key(0), 3 * 7);
  const codes = (shape: number[], seed: number, step: number): number[] => {
    const made = scope(() => ({ codes: packBfloat16(tensor(values, shape), { key: key(seed), step: scalar(step) }) }));
    const list = [...made.codes.dataSync()];
    made.codes.dispose();
    return list;
  };
  const once = codes([21], 1, 1);
  expect(once).toHaveLength(11);
  expect(codes([3, 7], 1, 1)).toEqual(once);
  expect(codes([21], 1, 2)).not.toEqual(once);
  expect(codes([21], 2, 1)).not.toEqual(once);
});

test('laws: sizes 0 and 1, and no gradient', () => {
  scope(() => {
    expect(packBfloat16(zeros([0, 4])).shape).toEqual([0]);
    expect(unpackBfloat16(packBfloat16(zeros([0, 4])), [0, 4]).shape).toEqual([0, 4]);
    expect(unpackBfloat16(packBfloat16(scalar(-2.5)), []).dataSync()[0]).toBe(-2.5);
    const slope = grad((x) => sum(mul(x, unpackBfloat16(packBfloat16(x), x.shape))))(tensor1d([1, 2, 4]));
    expect([...slope.dataSync()]).toEqual([1, 2, 4]);
    return {};
  });
});

test('errors: another dtype, another number of codes, a step that is no scalar, WebGL', () => {
  scope(() => {
    expect(() => packBfloat16(zeros([2], 'int32'))).toThrow('packBfloat16: x is int32, expected float32.');
    expect(() => packBfloat16(zeros([2]), { key: key(0), step: zeros([2]) })).toThrow('step is float32 of shape [2]');
    expect(() => unpackBfloat16(zeros([2], 'int32'), [2, 3])).toThrow('got 2 int32 codes, expected 3 of int32');
    expect(() => unpackBfloat16(zeros([3]), [2, 3])).toThrow('got 3 float32 codes');
    const [floats, codes] = [zeros([2]), zeros([1], 'int32')];
    const name = engine().backendName;
    try {
      engine().backendName = 'webgl';
      expect(() => packBfloat16(floats)).toThrow('packBfloat16: WebGL keeps integers as floats');
      expect(() => unpackBfloat16(codes, [2])).toThrow('unpackBfloat16: WebGL keeps integers as floats');
    } finally {
      engine().backendName = name;
    }
    return {};
  });
});
