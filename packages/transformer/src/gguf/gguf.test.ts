import { readFileSync } from 'node:fs';
import { disposeTree, fold, GenaiError, key, leaves, mapLeaves, randomNormal } from '@genai/core';
import { scope } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { add, memory, mul, type Tensor, tensor, tensor2d } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
// @boundaries-ignore the files of this package are read and written by a package that it must not import
import { decodeGguf, type Gguf } from '../../../checkpoint/src/gguf/decode-gguf.js';
// @boundaries-ignore as above
import { encodeGguf } from '../../../checkpoint/src/gguf/encode-gguf.js';
// @boundaries-ignore as above
import { ggufFloats } from '../../../checkpoint/src/gguf/gguf-floats.js';
// @boundaries-ignore as above
import { ggufTensor } from '../../../checkpoint/src/gguf/gguf-tensor.js';
import { gemma2, gpt, gpt2, llama, qwen2, qwen3, type TransformerConfig, transformer } from '../index.js';
import type { NamedTensor } from '../layouts/named-tensor.js';
import type { TransformerParams } from '../transformer.js';
import { fullConfig } from '../transformer-config.js';
import { fromGguf } from './from-gguf.js';
import { type GgufModel, toGguf } from './to-gguf.js';

// golden/gguf/models.py: models of Hugging Face in files that the Python package gguf wrote, and their logits in PyTorch.
const folder = new URL('../../golden/gguf/', import.meta.url);
const expected = JSON.parse(readFileSync(new URL('expected.json', folder), 'utf8')) as {
  readonly [name: string]: { readonly tokens: number[][]; readonly logits: number[][][] };
};
const golden = (name: string): Gguf => decodeGguf(new Uint8Array(readFileSync(new URL(`${name}.gguf`, folder))));

describe.each(Object.entries(expected))('goldens: %s', (name, { tokens, logits }) => {
  test('logits are those of the model in PyTorch', async () => {
    const { config, params } = await fromGguf(golden(name).metadata, namedOf(golden(name)));
    expect(config).toMatchObject({ beginToken: 1, endToken: 2, layers: 2, vocabulary: 23 });
    scope(() => {
      expectClose(logitsOf(config, params, tokens), tensor(logits), { absolute: 1e-4 });
      return {};
    });
    disposeTree(params);
  });

  test('what is written of it are the tensors of the file, bit for bit, and its fields', async () => {
    const before = golden(name);
    const { config, params } = await fromGguf(before.metadata, namedOf(before));
    const made = await toGguf(config, params);
    disposeTree(params);
    expect([...made.tensors.keys()].sort()).toEqual([...before.tensors.keys()].sort());
    for (const [path, tensor] of before.tensors) {
      const { shape, values } = made.tensors.get(path)!;
      expect(shape, path).toEqual(tensor.shape);
      if (path === 'rope_freqs.weight') expectNear(values, ggufFloats(tensor));
      else expect(values, path).toEqual(ggufFloats(tensor));
    }
    for (const [field, value] of before.metadata) expect(made.metadata.get(field), field).toEqual(value);
  });
});

const SIZES = { vocabulary: 11, width: 32, layers: 2, heads: 4, context: 16, hidden: 24 };
const ROTARY = { kind: 'rotary', base: 500 } as const;
const CONFIGS: { readonly [name: string]: readonly [architecture: string, config: TransformerConfig] } = {
  gpt2: ['gpt2', gpt2({ ...SIZES, tied: false, endToken: 10 })],
  llama: ['llama', llama({ ...SIZES, keyHeads: 1, beginToken: 3 })],
  'llama, tied, with biases': [
    'llama',
    llama({ ...SIZES, tied: true, biases: { qkv: false, output: true, feedForward: true } }),
  ],
  'llama, heads of another width': ['llama', llama({ ...SIZES, headWidth: 6 })],
  'llama, linear': ['llama', llama({ ...SIZES, positions: { ...ROTARY, scaling: { kind: 'linear', factor: 4 } } })],
  'llama, yarn': [
    'llama',
    llama({
      ...SIZES,
      positions: { ...ROTARY, scaling: { kind: 'yarn', factor: 4, original: 8, attentionFactor: 1.5 } },
    }),
  ],
  'llama 3': [
    'llama',
    llama({
      ...{ ...SIZES, heads: 1, biases: { qkv: true, output: false, feedForward: false } },
      positions: {
        ...ROTARY,
        scaling: { kind: 'llama3', factor: 8, lowFrequencyFactor: 1, highFrequencyFactor: 4, original: 32 },
      },
    }),
  ],
  qwen2: ['qwen2', qwen2({ ...SIZES, keyHeads: 2 })],
  qwen3: ['qwen3', qwen3({ ...SIZES, headWidth: 6, tied: true })],
  gemma: [
    'gemma',
    llama({ ...SIZES, activation: 'gelu-tanh', embeddingScale: Math.sqrt(32), headWidth: 16, tied: true }),
  ],
  gemma2: ['gemma2', gemma2({ ...SIZES, keyHeads: 2, window: 3 })],
  gemma3: [
    'gemma3',
    llama({
      ...{ ...SIZES, layers: 7, keyHeads: 2, queryKeyNorm: true, window: [3, 3, 3, 3, 3, 0, 3], tied: true },
      ...{ placement: 'both', activation: 'gelu-tanh', embeddingScale: Math.sqrt(32) },
      positions: { kind: 'rotary', base: 1e6, scaling: { kind: 'linear', factor: 8 }, windowBase: 10_000 },
    }),
  ],
  'llama of experts': ['llama', llama({ ...SIZES, keyHeads: 2, experts: { count: 3, active: 2 } })],
  'qwen3 of experts': ['qwen3moe', qwen3({ ...SIZES, headWidth: 6, experts: { count: 5, active: 3 } })],
};

describe.each(Object.entries(CONFIGS))('laws: %s', (_, [architecture, config]) => {
  test('comes back from a file: its config, its parameters bit for bit', async () => {
    const params = random(config);
    const made = await toGguf(config, params);
    expect(made.metadata.get('general.architecture')).toEqual({ type: 'STRING', value: architecture });
    const file = decodeGguf(fileOf(made));
    const back = await fromGguf(file.metadata, namedOf(file));
    const { epsilon, positions, scoreCap, logitCap, ...exact } = fullConfig(config);
    expect(fullConfig(back.config)).toMatchObject(exact);
    expect(Math.fround(back.config.epsilon!)).toBe(Math.fround(epsilon)); // float32 in the file
    expectSamePositions(back.config.positions, positions);
    const again = new Map(leaves<Tensor>(back.params));
    expect(again.size).toBe(leaves<Tensor>(params).length);
    for (const [path, leaf] of leaves<Tensor>(params))
      expect(again.get(path)!.dataSync(), path).toEqual(leaf.dataSync());
    disposeTree([params, back.params]);
  });
});

test.each([
  ['llama', 'halves become neighbours in the file', false],
  ['qwen2', 'neighbours become halves', true],
  ['qwen3', 'neighbours become halves, in the norms of heads, too', true],
] as const)('known answers: %s, %s', async (name, _, interleaved) => {
  const make = { llama, qwen2, qwen3 }[name];
  const config = make({ ...SIZES, keyHeads: 2, positions: { kind: 'rotary', interleaved } });
  const params = random(config);
  const { tensors, metadata } = await toGguf(config, params);
  const [, weight] = leaves<Tensor>(params).find(([path]) => path === 'blocks.0.attention.qkv.weight')!;
  const columns = (await weight.array()) as number[][]; // (32, 64)
  const { values } = tensors.get('blk.0.attn_k.weight')!; // (16, 32)
  const row = (i: number): number[] => Array.from(values.subarray(32 * i, 32 * i + 32));
  const column = (i: number): number[] => columns.map((of) => of[32 + i]!); // the keys begin at 32
  // A head has 8 numbers: place 2i among neighbours is place i among halves, 2i + 1 is i + 4.
  const places = interleaved ? [0, 2, 4, 6, 1, 3, 5, 7] : [0, 4, 1, 5, 2, 6, 3, 7];
  for (const [i, place] of places.entries()) {
    expect(row(i)).toEqual(column(place));
    expect(row(8 + i)).toEqual(column(8 + place));
  }
  const back = await fromGguf(metadata, namedFrom({ tensors, metadata }));
  scope(() => {
    const tokens = [[1, 5, 3, 2, 7, 4]];
    expectClose(logitsOf(back.config, back.params, tokens), logitsOf(config, params, tokens), { absolute: 1e-5 });
    return {};
  });
  disposeTree([params, back.params]);
});

test('known answers: biases that GPT-2 must have are zeros, and change nothing', async () => {
  const config = gpt2({ ...SIZES, biases: { qkv: false, output: false, feedForward: false, norms: false } });
  const params = random(config);
  const { tensors, metadata } = await toGguf(config, params);
  const back = await fromGguf(metadata, namedFrom({ tensors, metadata }));
  expect(tensors.get('blk.1.attn_qkv.bias')).toEqual({ type: 'F32', shape: [96], values: new Float32Array(96) });
  expect([...tensors.keys()].filter((name) => name.endsWith('.bias'))).toHaveLength(2 * 6 + 1);
  scope(() => {
    const tokens = [[1, 5, 3, 2]];
    expectClose(logitsOf(back.config, back.params, tokens), logitsOf(config, params, tokens), { absolute: 1e-5 });
    return {};
  });
  disposeTree([params, back.params]);
});

test('known answers: experts stand one behind the other, as (outputs, inputs)', async () => {
  const config = llama({ ...SIZES, experts: { count: 3, active: 2 } }); // width 32, hidden 24
  const params = random(config);
  const { tensors } = await toGguf(config, params, { weights: 'F16' });
  const leafOf = async (path: string): Promise<number[][]> =>
    (await leaves<Tensor>(params)
      .find(([name]) => name === path)![1]
      .array()) as number[][];
  const up = await leafOf('blocks.1.feedForward.up.weight'); // (32, 2 · 3 · 24)
  const down = await leafOf('blocks.1.feedForward.down.weight'); // (3 · 24, 32)
  const [gates, ups, downs] = ['gate', 'up', 'down'].map((part) => tensors.get(`blk.1.ffn_${part}_exps.weight`)!);
  expect([gates!.shape, ups!.shape, downs!.shape]).toEqual([
    [3, 24, 32],
    [3, 24, 32],
    [3, 32, 24],
  ]);
  for (const [expert, i, o] of [
    [0, 0, 0],
    [1, 31, 5],
    [2, 7, 23],
  ] as const) {
    const raised = (expert * 24 + o) * 32 + i;
    expect(gates!.values[raised]).toBe(up[i]![expert * 24 + o]);
    expect(ups!.values[raised]).toBe(up[i]![72 + expert * 24 + o]);
    expect(downs!.values[(expert * 32 + i) * 24 + o]).toBe(down[expert * 24 + o]![i]);
  }
  expect(tensors.get('blk.1.ffn_gate_inp.weight')).toMatchObject({ type: 'F32', shape: [3, 32] });
  disposeTree(params);
});

test('known answers: which tensors are quantised', async () => {
  const config = llama({ ...SIZES, keyHeads: 2 });
  const params = random(config);
  const typesOf = async (weights: 'Q4_0' | 'F16'): Promise<{ [name: string]: string }> => {
    const { tensors } = await toGguf(config, params, { weights });
    return Object.fromEntries(Array.from(tensors, ([name, { type }]) => [name, type]));
  };
  expect(await typesOf('Q4_0')).toMatchObject({
    ...{ 'token_embd.weight': 'Q4_0', 'blk.0.attn_q.weight': 'Q4_0', 'blk.0.attn_norm.weight': 'F32' },
    ...{ 'blk.0.ffn_down.weight': 'F16', 'output.weight': 'Q8_0' }, // rows of 24; the last layer
  });
  expect(await typesOf('F16')).toMatchObject({ 'output.weight': 'F16', 'output_norm.weight': 'F32' });
  const file = fileOf(await toGguf(config, params, { weights: 'Q4_0' }));
  const back = await fromGguf(decodeGguf(file).metadata, namedOf(decodeGguf(file)));
  disposeTree([params, back.params]);
});

test('errors: configs that llama.cpp does not compute, and params of another model', async () => {
  const params = random(gpt2(SIZES));
  const refused = async (config: TransformerConfig, message: string): Promise<void> => {
    await expect(toGguf(config, params)).rejects.toThrow(message);
    await expect(toGguf(config, params)).rejects.toThrow(GenaiError);
  };
  await refused(gpt2({ ...SIZES, activation: 'gelu' }), 'gpt2, does not, since activation is gelu, not gelu-tanh.');
  await refused(gpt2({ ...SIZES, positions: { kind: 'alibi' } }), 'positions.kind is alibi, not learned');
  await refused(
    gpt({ depth: 1, vocabulary: 11 }).config,
    'activation is gelu-tanh, not silu; gated is false, not true',
  );
  await refused(llama({ ...SIZES, window: 4 }), 'window is below the context, not absent');
  await refused(llama({ ...SIZES, scoreCap: 50 }), 'scoreCap is given, not absent');
  await refused(gemma2({ ...SIZES, window: [3, 3] }), 'window is not of every other block from the first on');
  await refused(
    llama({ ...SIZES, positions: { kind: 'rotary', scaling: { kind: 'yarn', factor: 2, original: 8, slow: 2 } } }),
    'positions.scaling.slow is 2, not 1',
  );
  const rotary = { kind: 'rotary', windowBase: 500 } as const;
  await refused(llama({ ...SIZES, positions: rotary }), 'positions.windowBase is 500, not undefined');
  const shares = { count: 3, active: 2, normalised: false };
  await refused(qwen3({ ...SIZES, experts: shares }), 'experts.normalised is false, not true');
  await refused(gemma2({ ...SIZES, experts: { count: 3, active: 2 } }), 'experts is given, not absent');
  await refused(gpt2({ ...SIZES, layers: 1 }), 'the parameters have "blocks.1.');
  disposeTree(params);
});

test('errors: files that are no model, and nothing is left over', async () => {
  const { metadata, tensors } = golden('llama');
  const named = namedOf({ metadata, tensors });
  const before = memory().numTensors;
  const refused = async (change: { readonly [field: string]: unknown }, message: string): Promise<void> => {
    const changed = new Map<string, { value: unknown }>(metadata);
    for (const [field, value] of Object.entries(change)) changed.set(field, { value });
    await expect(fromGguf(changed, named)).rejects.toThrow(message);
    await expect(fromGguf(changed, named)).rejects.toThrow(GenaiError);
  };
  await refused({ 'general.architecture': 'mamba' }, '"general.architecture" must be one of gpt2, qwen2, llama');
  await refused({ 'llama.block_count': 2 ** 31 }, '"llama.block_count" must be an integer from 1 to 4096');
  await refused({ 'llama.block_count': 3 }, 'tensors are missing: blk.2.attn_norm.weight');
  await refused({ 'llama.block_count': 1 }, '"blk.1.attn_q.weight" is none of this model');
  await refused({ 'llama.attention.head_count': [4, 4] }, '"llama.attention.head_count" must be an integer');
  await refused(
    { 'llama.attention.head_count_kv': 4 },
    'tensor "blk.0.attn_k.weight" has shape [8, 16], expected [16, 16]',
  );
  await refused({ 'llama.attention.value_length': 8 }, '"llama.attention.value_length" must be the length of keys, 4');
  await refused({ 'llama.rope.dimension_count': 2 }, '"llama.rope.dimension_count" must be the width of a head, 4');
  await refused({ 'llama.rope.scaling.type': 'longrope' }, 'must be one of none, linear, yarn');
  await expect(fromGguf(metadata, [])).rejects.toThrow('"token_embd.weight" is missing');
  const slower = (values: number[]): NamedTensor[] => [
    ...named,
    { name: 'rope_freqs.weight', file: '', shape: [2], values: () => Float32Array.from(values) },
  ];
  await expect(fromGguf(metadata, slower([1, 2, 3]))).rejects.toThrow('has 3 elements for 2 pairs');
  await expect(fromGguf(metadata, slower([Number.NaN, 0]))).rejects.toThrow('"rope_freqs.weight" has no ramp');
  expect(memory().numTensors).toBe(before);
});

function logitsOf(config: TransformerConfig, params: TransformerParams, tokens: number[][]): Tensor {
  const model = transformer(config);
  return model.run(params, tensor2d(tokens, undefined, 'int32'), model.start(params, tokens.length)).next.logits;
}

function namedOf({ tensors }: Gguf): NamedTensor[] {
  return Array.from(tensors, ([name, of]) => ({ name, file: 'golden', shape: of.shape, values: () => ggufFloats(of) }));
}

function namedFrom({ tensors }: GgufModel): NamedTensor[] {
  return Array.from(tensors, ([name, { shape, values }]) => ({ name, file: 'none', shape, values: () => values }));
}

function fileOf({ metadata, tensors }: GgufModel): Uint8Array {
  const written = Array.from(tensors, ([name, of]) => [name, ggufTensor(of.type, of.shape, of.values)] as const);
  return encodeGguf({ metadata, tensors: new Map(written) });
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

function expectSamePositions(got: TransformerConfig['positions'], wanted: TransformerConfig['positions']): void {
  const scalingOf = (of: TransformerConfig['positions']): object => (of.kind === 'rotary' ? (of.scaling ?? {}) : {});
  expect(got).toEqual({ ...wanted, ...('scaling' in wanted && { scaling: expect.anything() }) });
  for (const [name, value] of Object.entries(scalingOf(wanted))) {
    const found = (scalingOf(got) as { [name: string]: unknown })[name];
    if (typeof value === 'number') expect(found, name).toBeCloseTo(value, 3);
    else expect(found, name).toBe(value);
  }
}

function expectNear(got: Float32Array, wanted: Float32Array): void {
  expect(got.length).toBe(wanted.length);
  for (const [i, x] of wanted.entries()) expect(Math.abs(got[i]! / x - 1)).toBeLessThan(1e-4);
}
