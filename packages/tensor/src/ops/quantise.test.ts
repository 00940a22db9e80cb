import { createHash } from 'node:crypto';
import { key, randomNormal } from '@genai/core';
import { describe, expect, test } from 'vitest';
import { dequantise, quantise } from './quantise.js';

// Blocks of many sizes, of zeros, with a negative extreme, and with numbers between two codes.
const WEIGHTS = Float32Array.from(
  { length: 160 },
  (_, i) => Math.sin(0.37 * i * i + 1) * 2 ** (Math.floor(i / 32) - 2),
);
WEIGHTS.fill(0, 32, 64);
WEIGHTS[69] = -1.5 * Math.max(...WEIGHTS.subarray(64, 96));
WEIGHTS.set(
  Array.from({ length: 32 }, (_, i) => (i - 16) / 8),
  96,
);

// With gguf 0.17 of llama.cpp:
//   w = np.array([[math.sin(0.37 * i * i + 1) * 2 ** (i // 32 - 2) for i in range(160)]], np.float32).reshape(5, 32)
//   w[1] = 0; w[2, 5] = -w[2].max() * 1.5; w[3] = np.arange(-16, 16) / 8
//   for t, n in ((T.Q8_0, 34), (T.Q4_0, 18)):
//     b = gguf.quants.quantize(w, t).reshape(5, n)
//     hashlib.sha256(b[:, 2:].tobytes()).hexdigest(); b[:, :2].copy().view(np.float16)
const GGML = [
  {
    bits: 8,
    hash: '7cffa6c793ddc60b5b1f22756a966dd0caac5bf7da54e6efc3fa823ca25cc952',
    scales: [0.0019683837890625, 0, 0.0113983154296875, 0.0157470703125, 0.031494140625],
  },
  {
    bits: 4,
    hash: 'ae9b7e1a5f9a907d53457bbedc0bf9f38e01850732a7e4a5ef3601cb1d4186b8',
    scales: [0.03125, 0, 0.180908203125, 0.25, -0.5],
  },
] as const;

describe.each(GGML)('of $bits bits', ({ bits, hash, scales }) => {
  test('goldens: codes are those of ggml, bit for bit; scales before their rounding to float16', () => {
    const made = quantise(WEIGHTS, { inputs: 32, bits });
    const bytes = new Uint8Array(made.codes.buffer.slice(0));
    if (bits === 4) for (const [i, byte] of bytes.entries()) bytes[i] = byte ^ 0x88; // q + 8 there
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(hash);
    for (const [i, scale] of scales.entries()) {
      expect(Math.abs(made.scales[i]! - scale)).toBeLessThanOrEqual(2 ** -11 * Math.abs(scale));
    }
  });

  test('laws: an error is at most half a step, but at the end that 4 bits lack', () => {
    const weights = Float32Array.from(randomNormal(key(bits), 64 * 40));
    const made = quantise(weights, { inputs: 64, bits });
    expect([made.codes.length, made.scales.length]).toEqual([(64 * 40 * bits) / 32, 80]);
    for (const [i, got] of dequantise(made).entries()) {
      const scale = made.scales[Math.floor(i / 32)]!;
      const isLacking = bits === 4 && weights[i]! / scale > 7.5;
      expect(Math.abs(got - weights[i]!)).toBeLessThanOrEqual(Math.abs(scale) * (isLacking ? 1.001 : 0.501));
    }
  });

  test('laws: what was quantised with scales of float16 is quantised again without loss', () => {
    const first = quantise(WEIGHTS, { inputs: 32, bits });
    const weights = dequantise({ ...first, scales: Float32Array.from(scales) });
    const again = quantise(weights, { inputs: 32, bits });
    const unsigned = (x: Float32Array): Float32Array => x.map((w) => w + 0); // zeros without a sign
    expect(unsigned(dequantise(again))).toEqual(unsigned(weights));
  });
});

describe('of 16 bits', () => {
  // With NumPy 2.4: np.array(WEIGHTS, np.float32).astype(np.float16).view(np.uint16), in hexadecimal.
  const BITS = [
    [1, 0x3c00],
    [-2, 0xc000],
    [65504, 0x7bff], // the largest
    [65519.996, 0x7bff],
    [2 ** -14, 0x0400], // the smallest that is normal
    [2 ** -14 * (1 - 2 ** -10), 0x03ff],
    [2 ** -24, 0x0001],
    [2 ** -25, 0x0000], // ties go to even
    [3 * 2 ** -25, 0x0002],
    [-0, 0x8000],
    [1 + 2 ** -11, 0x3c00],
    [1 + 3 * 2 ** -11, 0x3c02],
    [1 + 2 ** -11 + 2 ** -20, 0x3c01],
    [1 / 3, 0x3555],
  ] as const;

  test('known answers: the bits of NumPy, two in a number, the first in its lower half', () => {
    const weights = new Float32Array(32);
    weights.set(BITS.map(([w]) => w));
    const made = quantise(weights, { inputs: 32, bits: 16 });
    expect([made.codes.length, made.scales]).toEqual([16, undefined]);
    expect([...new Uint16Array(made.codes.buffer)].slice(0, BITS.length)).toEqual(BITS.map(([, bits]) => bits));
    expect(made.codes[0]).toBe(0xc0003c00 | 0);
  });

  test('laws: an error is at most half a unit in the last place, and none the second time', () => {
    const weights = Float32Array.from(randomNormal(key(16), 64 * 40));
    const made = dequantise(quantise(weights, { inputs: 64, bits: 16 }));
    for (const [i, got] of made.entries()) {
      const unit = Math.max(2 ** (Math.floor(Math.log2(Math.abs(weights[i]!))) - 10), 2 ** -24);
      expect(Math.abs(got - weights[i]!)).toBeLessThanOrEqual(unit / 2);
    }
    expect(dequantise(quantise(made, { inputs: 64, bits: 16 }))).toEqual(made);
  });

  test.each([65520, -1e6, Infinity, Number.NaN])('errors: %s', (odd) => {
    const weights = new Float32Array(64);
    weights[40] = odd;
    expect(() => quantise(weights, { inputs: 32, bits: 16 })).toThrow(
      `weight 40 is ${odd}, expected numbers from -65504 to 65504, which float16 ends at. Keep this weight in float32.`,
    );
  });
});

test('errors: rows that are no whole blocks, codes without their scales', () => {
  expect(() => quantise(new Float32Array(96), { inputs: 48, bits: 8 })).toThrow('got 96 weights in rows of 48');
  expect(() => quantise(new Float32Array(96), { inputs: 64, bits: 8 })).toThrow('expected whole rows');
  expect(() => dequantise({ codes: new Int32Array(5), scales: new Float32Array(1) })).toThrow('5 codes and 1 scales');
});
