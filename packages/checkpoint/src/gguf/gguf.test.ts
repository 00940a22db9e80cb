import { readFileSync } from 'node:fs';
import { fold, fromFloat16, GenaiError, key } from '@genai/core';
import { describe, expect, test } from 'vitest';
import { decodeGguf } from './decode-gguf.js';
import { encodeGguf } from './encode-gguf.js';
import { type GgufCodes, ggufCodes } from './gguf-codes.js';
import { ggufFloats } from './gguf-floats.js';
import { ggufTensor } from './gguf-tensor.js';
import type { GgufTensor, GgufValue } from './gguf-types.js';

// golden/ggml.py: written by the Python package gguf.
const golden = new Uint8Array(readFileSync(new URL('../../golden/ggml.gguf', import.meta.url)));
const numbers = JSON.parse(readFileSync(new URL('../../golden/ggml.json', import.meta.url), 'utf8')) as {
  readonly dequantized: { readonly [type: string]: string };
  readonly values: string;
  readonly quantized: { readonly [type in 'F16' | 'Q8_0' | 'Q4_0']: string };
};
const fromBase64 = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'base64'));
const bitsOf = (values: Float32Array): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

const VALUES: { readonly [name: string]: GgufValue } = {
  'general.architecture': { type: 'STRING', value: 'llama' },
  u8: { type: 'U8', value: 200 },
  i8: { type: 'I8', value: -100 },
  u16: { type: 'U16', value: 60_000 },
  i16: { type: 'I16', value: -30_000 },
  u32: { type: 'U32', value: 4_000_000_000 },
  i32: { type: 'I32', value: -2_000_000_000 },
  f32: { type: 'F32', value: Math.fround(0.1) },
  bool: { type: 'BOOL', value: true },
  string: { type: 'STRING', value: 'é😀\n' },
  u64: { type: 'U64', value: 2n ** 63n + 1n },
  i64: { type: 'I64', value: -(2n ** 62n) - 1n },
  f64: { type: 'F64', value: 0.1 },
  strings: { type: 'STRING[]', value: ['', 'Ġthe', 'é'] },
  i32s: { type: 'I32[]', value: Int32Array.of(1, -2, 3) },
  f32s: { type: 'F32[]', value: Float32Array.of(0.5, -1.25) },
  bools: { type: 'BOOL[]', value: [true, false] },
};

describe('goldens: a file that the Python package gguf wrote', () => {
  const { metadata, tensors } = decodeGguf(golden);

  test('its values, of every type, in its order', () => {
    expect([...metadata]).toEqual(Object.entries(VALUES));
  });

  test.each(Object.entries(numbers.dequantized))('numbers of %s, bit for bit', (type, expected) => {
    const tensor = tensors.get(type.toLowerCase())!;
    expect(tensor.type).toBe(type);
    expect(bitsOf(ggufFloats(tensor))).toEqual(fromBase64(expected));
  });

  test.each(['F32', 'F16', 'BF16', 'Q8_0'])('numbers of %s in a Buffer of Node, whose slices are views', (type) => {
    const tensor = tensors.get(type.toLowerCase())!;
    expect(ggufFloats({ ...tensor, bytes: Buffer.from(tensor.bytes) })).toEqual(ggufFloats(tensor));
  });

  test.each([
    ['F16', 16],
    ['Q8_0', 8],
    ['Q4_0', 4],
  ] as const)('codes of %s are its numbers, wherever the file begins', (type, bits) => {
    const values = new Float32Array(fromBase64(numbers.values).buffer);
    const { shape, bytes } = ggufTensor(type, [12, 32], values);
    const moved = new Uint8Array(bytes.length + 1).subarray(1);
    moved.set(bytes);
    const codes = ggufCodes({ type, shape, bytes: moved })!;
    expect(codes.bits).toBe(bits);
    expect(numbersOf(codes)).toEqual(ggufFloats({ type, shape, bytes }));
  });

  test('there are no codes of other types, or of rows that are no blocks', () => {
    const types = ['F32', 'BF16', 'Q4_1', 'Q5_0', 'Q5_1', 'Q4_K', 'Q5_K', 'Q6_K'];
    for (const type of types) expect(ggufCodes(tensors.get(type.toLowerCase())), type).toBeUndefined();
    expect(ggufCodes(ggufTensor('F16', [2, 48], new Float32Array(96)))).toBeUndefined();
    expect(ggufCodes(undefined)).toBeUndefined();
  });

  test('rows stand before columns', () => {
    const three = tensors.get('three')!;
    expect(three.shape).toEqual([2, 3, 4]);
    expect(Array.from(ggufFloats(three))).toEqual(Array.from({ length: 24 }, (_, i) => i));
    expect(golden.subarray(three.offset, three.offset + 96)).toEqual(three.bytes);
  });

  test('what we write of it is the same file, byte for byte', () => {
    expect(encodeGguf({ metadata, tensors })).toEqual(golden);
  });

  test('it is read wherever it begins in a buffer', () => {
    const moved = new Uint8Array(golden.length + 8).subarray(3, 3 + golden.length);
    moved.set(golden);
    const again = decodeGguf(moved);
    expect([...again.metadata]).toEqual([...metadata]);
    for (const [name, tensor] of again.tensors) expect(ggufFloats(tensor), name).toEqual(ggufFloats(tensors.get(name)));
  });

  test.each(['F16', 'Q8_0', 'Q4_0'] as const)('rounding to %s, bit for bit', (type) => {
    const values = new Float32Array(fromBase64(numbers.values).buffer);
    expect(ggufTensor(type, [12, 32], values).bytes).toEqual(fromBase64(numbers.quantized[type]));
  });
});

test('properties: files of every other list, alignment and shape come back', () => {
  const metadata = new Map<string, GgufValue>([
    ['general.alignment', { type: 'U32', value: 64 }],
    ['u8s', { type: 'U8[]', value: Uint8Array.of(1, 2, 3) }],
    ['i8s', { type: 'I8[]', value: Int8Array.of(-1) }],
    ['u16s', { type: 'U16[]', value: Uint16Array.of(65_535) }],
    ['i16s', { type: 'I16[]', value: Int16Array.of(-2) }],
    ['u32s', { type: 'U32[]', value: Uint32Array.of(2 ** 32 - 1, 0) }],
    ['u64s', { type: 'U64[]', value: BigUint64Array.of(2n ** 64n - 1n) }],
    ['i64s', { type: 'I64[]', value: BigInt64Array.of(-1n) }],
    ['f64s', { type: 'F64[]', value: Float64Array.of(0.1, Number.NEGATIVE_INFINITY) }],
    ['none', { type: 'STRING[]', value: [] }],
    ['__proto__', { type: 'BOOL', value: false }],
  ]);
  const tensors = new Map<string, GgufTensor>([
    ['scalar', ggufTensor('F32', [], Float32Array.of(7))],
    ['empty', ggufTensor('F16', [0, 3], new Float32Array(0))],
    [
      'q',
      ggufTensor(
        'Q8_0',
        [1, 2, 32],
        Float32Array.from({ length: 64 }, (_, i) => i),
      ),
    ],
  ]);
  const bytes = encodeGguf({ metadata, tensors });
  const read = decodeGguf(bytes);
  expect([...read.metadata]).toEqual([...metadata]);
  expect([...read.tensors].map(([name, { offset, ...tensor }]) => [name, tensor])).toEqual([...tensors]);
  for (const { offset } of read.tensors.values()) expect(offset % 64).toBe(0);
  expect(encodeGguf(read)).toEqual(bytes);
});

describe('errors: hostile files', () => {
  /** A head with these numbers, then these bytes. */
  const file = (tensors: bigint, values: bigint, rest: readonly Uint8Array[] = [], version = 3): Uint8Array =>
    joined([new TextEncoder().encode('GGUF'), u32(version), u64(tensors), u64(values), ...rest]);
  const tensor = (name: string, shape: readonly bigint[], type = 0, at = 0n): Uint8Array =>
    joined([text(name), u32(shape.length), ...shape.map(u64), u32(type), u64(at)]);

  test.each<[string, Uint8Array, string]>([
    ['nothing', new Uint8Array(0), '0 bytes that do not begin'],
    ['another kind', new Uint8Array(64), 'do not begin as a GGUF file does'],
    ['version 1', file(0n, 0n, [], 1), 'its version is 1, expected version 2 or 3'],
    ['big-endian', file(0n, 0n, [], 0x03000000), 'it is big-endian'],
    ['more tensors than fit', file(2n ** 40n, 0n), 'the number of tensors is 1099511627776, which do not fit'],
    ['a count beyond 2^53', file(0n, 2n ** 64n - 1n), 'expected a number below 2^53'],
    ['a text longer than the file', file(0n, 1n, [u64(60_000n), u32(0), u32(0)]), 'takes 60000 bytes, 8 are left'],
    ['a name longer than any', file(0n, 1n, [u64(2n ** 40n), u32(0), u32(0)]), 'at most 65535 are taken'],
    ['a name that is no UTF-8', file(0n, 1n, [u64(1n), Uint8Array.of(255), u32(8)]), 'is not UTF-8 text'],
    ['a name that stands twice', file(0n, 2n, [value(4, u32(1)), value(4, u32(1))]), '"a" stands twice'],
    ['an unknown type', file(0n, 1n, [value(13, u32(0))]), 'is of an unknown type'],
    ['a list of lists', file(0n, 1n, [value(9, u32(9), u64(1n), u32(9))]), 'a list of lists'],
    [
      'a list longer than the file',
      file(0n, 1n, [value(9, u32(8), u64(2n ** 34n))]),
      'length of the value "a" is 17179869184',
    ],
    ['a truth of 2', file(0n, 1n, [value(7, Uint8Array.of(2))]), 'is 2, expected 0 or 1'],
    ['five dimensions', file(1n, 0n, [tensor('x', [1n, 1n, 1n, 1n, 1n])]), 'has 5 dimensions'],
    ['a size beyond 2^53', file(1n, 0n, [tensor('x', [2n ** 31n, 2n ** 31n])]), 'cannot have the shape'],
    [
      'rows of half a block',
      file(1n, 0n, [tensor('x', [48n, 2n], 8), new Uint8Array(96)]),
      'rows must be whole blocks',
    ],
    [
      'a type that is not read',
      file(1n, 0n, [tensor('x', [256n], 16), new Uint8Array(256)]),
      "ggml's type 16, expected one of F32",
    ],
    ['a tensor beyond the end', file(1n, 0n, [tensor('x', [64n]), new Uint8Array(64)]), 'claims 256 bytes'],
    ['an offset out of line', file(1n, 0n, [tensor('x', [1n], 0, 4n), new Uint8Array(64)]), 'claims 4 bytes from'],
    [
      'tensors in one place',
      file(2n, 0n, [tensor('x', [16n]), tensor('y', [8n], 0, 32n), new Uint8Array(96)]),
      '"y" overlaps another',
    ],
    ['a tensor that stands twice', file(2n, 0n, [tensor('x', [1n]), tensor('x', [1n], 0, 32n)]), '"x" stands twice'],
  ])('%s', (_, bytes, message) => {
    expect(() => decodeGguf(bytes, 'here')).toThrow(GenaiError);
    expect(() => decodeGguf(bytes, 'here')).toThrow(/^here: /);
    expect(() => decodeGguf(bytes, 'here')).toThrow(message);
  });

  test('an alignment that is none', () => {
    const bytes = file(0n, 1n, [joined([text('general.alignment'), u32(4), u32(48)])]);
    expect(() => decodeGguf(bytes)).toThrow('general.alignment is 48, expected a power of 2');
  });

  test('every cut and a thousand damaged files give a file or a GenaiError', () => {
    const head = decodeGguf(golden).tensors.get('f32')!.offset;
    const attempt = (bytes: Uint8Array): void => {
      try {
        for (const tensor of decodeGguf(bytes).tensors.values()) ggufFloats(tensor);
      } catch (error) {
        expect(error).toBeInstanceOf(GenaiError);
      }
    };
    for (let end = 0; end < golden.length; end++) {
      expect(() => decodeGguf(golden.subarray(0, end))).toThrow(GenaiError);
    }
    for (let i = 0; i < 1_000; i++) {
      const copy = golden.slice();
      const draws = Array.from({ length: 6 }, (_, draw) => fold(fold(key(7), i), draw)[0] ?? 0);
      for (let j = 0; j < 6; j += 2) copy[draws[j]! % head] = i % 2 ? 255 : draws[j + 1]! % 256;
      attempt(copy);
    }
  });
});

test('errors: what cannot be written', () => {
  const write = (name: string, value: GgufValue): (() => Uint8Array) => {
    return () => encodeGguf({ metadata: new Map([[name, value]]), tensors: new Map() });
  };
  expect(write('a', { type: 'U8', value: 256 })).toThrow('the value "a" is not of its type U8');
  expect(write('a', { type: 'I32', value: 0.5 })).toThrow('not of its type I32');
  expect(write('a', { type: 'STRING', value: '\ud800' })).toThrow('not of its type STRING');
  expect(write('a', { type: 'U64', value: 1 as never })).toThrow('not of its type U64');
  expect(write('a', { type: 'ARRAY' as never, value: 1 })).toThrow('not of its type ARRAY');
  expect(write('general.alignment', { type: 'U32', value: 12 })).toThrow('expected a power of 2');
  const one = ggufTensor('F32', [1], Float32Array.of(1));
  const put = (name: string, tensor: GgufTensor): (() => Uint8Array) => {
    return () => encodeGguf({ metadata: new Map(), tensors: new Map([[name, tensor]]) });
  };
  expect(put('x'.repeat(64), one)).toThrow('its name has 64 bytes, at most 63');
  expect(put('x', { ...one, shape: [2] })).toThrow('has 4 bytes, expected 8');
  expect(put('x', { ...one, shape: [1, 1, 1, 1, 1] })).toThrow('has 5 dimensions');
  expect(() => ggufTensor('Q8_0', [2, 16], new Float32Array(32))).toThrow('be multiples of 32');
  expect(() => ggufTensor('F32', [2], new Float32Array(3))).toThrow('3 values cannot be a tensor');
  expect(() => ggufFloats(undefined)).toThrow('got no tensor');
  expect(() => ggufFloats({ ...one, type: 'Q8_0' })).toThrow('of type Q8_0 and shape [1] has 4 bytes');
});

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

function u32(x: number): Uint8Array {
  return new Uint8Array(Uint32Array.of(x).buffer);
}

function u64(x: bigint): Uint8Array {
  return new Uint8Array(BigUint64Array.of(x).buffer);
}

function text(name: string): Uint8Array {
  return joined([u64(BigInt(name.length)), new TextEncoder().encode(name)]);
}

/** A value by the name of "a". */
function value(type: number, ...rest: Uint8Array[]): Uint8Array {
  return joined([text('a'), u32(type), ...rest]);
}

/** By hand: scale · code, or halves. */
function numbersOf({ bits, read }: GgufCodes): Float32Array {
  const { codes, scales } = read();
  const bytes = new Int8Array(codes.buffer);
  if (bits === 16) return fromFloat16(new Uint16Array(codes.buffer));
  return Float32Array.from({ length: 32 * scales!.length }, (_, i) => {
    const [block, j] = [Math.floor(i / 32), i % 32];
    const pair = bytes[block * 16 + (j % 16)]!;
    return scales![block]! * (bits === 8 ? bytes[i]! : j < 16 ? (pair << 28) >> 28 : pair >> 4);
  });
}
