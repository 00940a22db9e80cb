import { disposeTree, fold, GenaiError, key, leaves, mapLeaves, randomNormal } from '@genai/core';
import { dequantise, scope } from '@genai/tensor';
import { add, memory, mul, type Tensor, tensor } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
// @boundaries-ignore the files of this package are read and written by a package that it must not import
import { ggufCodes } from '../../../checkpoint/src/gguf/gguf-codes.js';
// @boundaries-ignore as above
import { ggufFloats } from '../../../checkpoint/src/gguf/gguf-floats.js';
// @boundaries-ignore as above
import { type GgufWrittenType, ggufTensor } from '../../../checkpoint/src/gguf/gguf-tensor.js';
// @boundaries-ignore as above
import type { GgufTensor } from '../../../checkpoint/src/gguf/gguf-types.js';
import { fromGguf } from '../gguf/from-gguf.js';
import type { GgufMetadata } from '../gguf/gguf-field.js';
import { type GgufFloats, toGguf } from '../gguf/to-gguf.js';
import { fromHuggingFace } from '../hugging-face/from-hugging-face.js';
import { toHuggingFace } from '../hugging-face/to-hugging-face.js';
import { gpt2, llama, qwen3, type TransformerConfig, transformer } from '../index.js';
import type { NamedTensor } from '../layouts/named-tensor.js';
import type { TransformerParams } from '../transformer.js';
import { quantised, unquantised } from './quantised.js';

const SIZES = { vocabulary: 11, width: 32, layers: 2, heads: 4, context: 16, hidden: 64 };
const CONFIGS: { readonly [name: string]: TransformerConfig } = {
  'a fused map, a tied head': gpt2(SIZES),
  'maps in parts, rotary neighbours': llama({ ...SIZES, keyHeads: 2 }),
  'maps of 24 inputs': llama({ ...SIZES, hidden: 24 }),
  'experts in whole blocks': llama({ ...SIZES, experts: { count: 3, active: 2 } }),
  'experts that share blocks': qwen3({ ...SIZES, headWidth: 6, hidden: 24, experts: { count: 4, active: 3 } }),
};

describe.each(Object.entries(CONFIGS))('laws: %s', (_, config) => {
  test.each([
    ['F32', 16],
    ['F16', 16],
    ['F32', 8],
    ['F16', 4],
    ['Q8_0', 8],
    ['Q8_0', 4],
  ] as const)('a GGUF file of %s read in %s bits is what quantised makes of it, bit for bit', async (type, bits) => {
    const { metadata, tensors } = await fileOf(config, type);
    const whole = await fromGguf(metadata, namedOf(tensors));
    const small = await fromGguf(metadata, namedOf(tensors), { bits });
    const expected = await quantised(whole.params, { bits });
    expect(small.config).toEqual(whole.config);
    expectSame(small.params, expected);
    disposeTree([whole.params, small.params, expected]);
  });

  test.each([{ bits: 16 }, { bits: 8 }, { bits: 4, tableBits: 16 }, { bits: 8, tableBits: 32 }] as const)(
    "so is one in Hugging Face's layout: %o",
    async (options) => {
      const params = random(config);
      const made = await toHuggingFace(transformer(config), params);
      const json = JSON.parse(made.config) as unknown;
      const named = Array.from(made.tensors, ([name, { shape, data }]) => {
        return { name, file: 'none', shape, values: () => data };
      });
      const { params: small } = await fromHuggingFace(json, named, options);
      const expected = await quantised(params, options);
      expectSame(small, expected);
      disposeTree([params, small, expected]);
    },
  );
});

test('laws: codes of a file are its numbers, bit for bit', () => {
  const values = Float32Array.from(randomNormal(key(3), 4096));
  for (const type of ['F16', 'Q8_0', 'Q4_0'] as const) {
    const stored = ggufTensor(type, [64, 64], values);
    expect(dequantise(ggufCodes(stored)!.read()), type).toEqual(ggufFloats(stored));
  }
});

test.each([
  ['Q8_0', 8],
  ['Q4_0', 4],
] as const)('known answers: %s keeps its blocks, also those that rounding again would change', async (type, bits) => {
  const file = await fileOf(llama({ ...SIZES, keyHeads: 2 }), type);
  const tensors = new Map([...file.tensors].map(([name, of]) => [name, of.type === type ? meek(of) : of]));
  const whole = await fromGguf(file.metadata, namedOf(tensors));
  const exact = [...leaves<Tensor>(whole.params)].map(([path, leaf]) => [path, leaf.dataSync()] as const);
  const small = await fromGguf(file.metadata, namedOf(tensors), { bits: 16 }); // the file has fewer
  const widths = [...leaves<Tensor>(small.params)].flatMap(([path, { shape }]) =>
    path.endsWith('qkv.codes') ? [shape[1]!] : [],
  );
  expect(widths).toEqual([bits, bits]);
  const again = unquantised(small.params);
  const read = new Map(leaves<Tensor>(again));
  for (const [path, values] of exact) expect(plain(read.get(path)!.dataSync()), path).toEqual(plain(values));
  const rounded = await quantised(whole.params, { bits });
  const lossy = unquantised(rounded);
  expect([...leaves<Tensor>(lossy)].some(([path, leaf]) => differs(leaf.dataSync(), read.get(path)!.dataSync()))).toBe(
    true,
  );
  disposeTree([whole.params, small.params, again, rounded, lossy]);
});

test('known answers: blocks of Q8_0 go out as they came in', async () => {
  const { metadata, tensors } = await fileOf(llama({ ...SIZES, keyHeads: 2 }), 'Q8_0');
  const { config, params } = await fromGguf(metadata, namedOf(tensors), { bits: 8 });
  const whole = unquantised(params);
  const out = await toGguf(config, whole, { weights: 'Q8_0' });
  for (const [name, { type, shape, values }] of out.tensors) {
    expect(ggufTensor(type, shape, values), name).toEqual(tensors.get(name));
  }
  expect(out.tensors.size).toBe(tensors.size);
  disposeTree([params, whole]);
});

test('known answers: parts of one map in different bits take the most of them', async () => {
  const config = llama({ ...SIZES, keyHeads: 2 });
  const four = await fileOf(config, 'Q4_0');
  const eight = await fileOf(config, 'Q8_0');
  const mixed = new Map([...four.tensors, ['blk.0.attn_v.weight', eight.tensors.get('blk.0.attn_v.weight')!]]);
  const { params } = await fromGguf(four.metadata, namedOf(mixed), { bits: 8, tableBits: 32 });
  const words = [...leaves<Tensor>(params)].flatMap(([path, { shape }]) => (path.endsWith('codes') ? [shape[1]!] : []));
  expect(words).toEqual([8, 4, 4, 8, 4, 4, 4, 8, 8]); // of 32 inputs, or 64 that go down; the head is Q8_0
  expect(params.embedding).toHaveProperty('table');
  disposeTree(params);
});

test.each(['F32', 'F16', 'Q8_0'] as const)(
  'laws: of %s no more is ever held than what is done, and each tensor is read once',
  async (type) => {
    const bits = type === 'Q8_0' ? 8 : 16;
    const { metadata, tensors } = await fileOf(llama({ ...SIZES, keyHeads: 2 }), type);
    const start = memory().numBytes;
    const reads = { values: [] as string[], codes: [] as string[] };
    let peak = 0;
    const seen = <T>(name: string, how: keyof typeof reads, read: () => T) => {
      return (): T => {
        reads[how].push(name);
        peak = Math.max(peak, memory().numBytes - start);
        return read();
      };
    };
    const watched = namedOf(tensors).map(({ codes, ...named }): NamedTensor => {
      return {
        ...named,
        values: seen(named.name, 'values', named.values),
        ...(codes && { codes: { ...codes, read: seen(named.name, 'codes', codes.read) } }),
      };
    });
    const { params } = await fromGguf(metadata, watched, { bits });
    const held = memory().numBytes - start;
    expect(peak).toBeLessThan(held);
    const size = [...tensors.values()].reduce((sum, { shape }) => sum + 4 * shape.reduce((a, b) => a * b), 0);
    expect(held).toBeLessThan(size * (bits / 32 + 0.1)); // scales, norms
    expect([...reads.values, ...reads.codes].sort()).toEqual([...tensors.keys()].sort());
    const matrices = [...tensors].flatMap(([name, { shape }]) => (shape.length === 2 ? [name] : []));
    expect(reads.codes).toEqual(type === 'F32' ? [] : matrices);
    disposeTree(params);
  },
);

test('errors: what float16 cannot hold, by its tensor, and other bits; nothing is left over', async () => {
  const before = memory().numTensors;
  for (const type of ['F32', 'F16'] as const) {
    const { metadata, tensors } = await fileOf(llama({ ...SIZES, keyHeads: 2 }), type);
    const large = new Float32Array(32 * 64).fill(1).fill(7e4, 5, 6);
    tensors.set('blk.1.ffn_down.weight', ggufTensor(type, [32, 64], large));
    const named = namedOf(tensors);
    const value = type === 'F16' ? 'Infinity' : '70000';
    await expect(fromGguf(metadata, named, { bits: 16 })).rejects.toThrow(
      `fromGguf: golden: tensor "blk.1.ffn_down.weight": quantise: weight 5 is ${value}, expected numbers from -65504`,
    );
    await expect(fromGguf(metadata, named, { bits: 16 })).rejects.toThrow(GenaiError);
    const other = { bits: 2 } as unknown as { bits: 4 };
    await expect(fromGguf(metadata, named, other)).rejects.toThrow('fromGguf: bits is 2, expected 16, 8 or 4; leave');
    const table = { bits: 4, tableBits: '8' } as unknown as { bits: 4 };
    await expect(fromHuggingFace({}, [], table)).rejects.toThrow('fromHuggingFace: tableBits is "8", expected 16, 8');
  }
  expect(memory().numTensors).toBe(before);
});

test('errors: of experts that share blocks the weight is named by its place', async () => {
  const config = qwen3({ ...SIZES, headWidth: 6, hidden: 24, experts: { count: 4, active: 3 } });
  const { metadata, tensors } = await fileOf(config, 'F32');
  const name = 'blk.1.ffn_down_exps.weight';
  tensors.set(name, ggufTensor('F32', [4, 32, 24], new Float32Array(4 * 32 * 24).fill(7e4)));
  await expect(fromGguf(metadata, namedOf(tensors), { bits: 16 })).rejects.toThrow(
    'fromGguf: blocks.1.feedForward.down.weight: quantise: weight 0 is 70000',
  );
});

async function fileOf(
  config: TransformerConfig,
  weights: GgufWrittenType,
): Promise<{ readonly metadata: GgufMetadata; readonly tensors: Map<string, GgufTensor> }> {
  const params = random(config);
  const { metadata, tensors } = await toGguf(config, params, { weights });
  disposeTree(params);
  const written = ([name, { type, shape, values }]: [string, GgufFloats]): [string, GgufTensor] => {
    return [name, ggufTensor(type, shape, values)];
  };
  return { metadata, tensors: new Map(Array.from(tensors, written)) };
}

function namedOf(tensors: ReadonlyMap<string, GgufTensor>): NamedTensor[] {
  return Array.from(tensors, ([name, of]) => {
    return { name, file: 'golden', shape: of.shape, values: () => ggufFloats(of), codes: ggufCodes(of) };
  });
}

/** With blocks whose largest number is not the largest that a code can say, as imatrix makes them. */
function meek(of: GgufTensor): GgufTensor {
  const size = of.type === 'Q8_0' ? 34 : 18;
  const code = (byte: number): number => (of.type === 'Q8_0' ? ((byte << 24) >> 24) / 2 : (byte & 0x77) | 0x44);
  return { ...of, bytes: of.bytes.map((byte, i) => (i % size < 2 ? byte : code(byte))) };
}

/** Parameters of a model, biases and norms random, too. */
function random(config: TransformerConfig): TransformerParams {
  return scope(() => {
    let count = 0;
    return mapLeaves<Tensor, TransformerParams>(transformer(config).init(key(0)), (leaf) => {
      const noise = tensor(Float32Array.from(randomNormal(fold(key(1), count++), leaf.size)), leaf.shape);
      return add(leaf, mul(noise, 0.2));
    });
  });
}

function expectSame(got: TransformerParams, wanted: TransformerParams): void {
  const [found, expected] = [got, wanted].map((params) => [...leaves<Tensor>(params)]);
  expect(found!.map(([path]) => path).sort()).toEqual(expected!.map(([path]) => path).sort());
  const byPath = new Map(found);
  for (const [path, leaf] of expected!) {
    const same = byPath.get(path)!;
    expect([same.dtype, same.shape], path).toEqual([leaf.dtype, leaf.shape]);
    expect(same.dataSync(), path).toEqual(leaf.dataSync());
  }
}

function differs(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  return Array.from(a).some((x, i) => x !== b[i]);
}

/** Without the sign of 0. */
function plain(values: ArrayLike<number>): number[] {
  return Array.from(values, (x) => x + 0);
}
