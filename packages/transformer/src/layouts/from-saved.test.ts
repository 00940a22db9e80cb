import { disposeTree, key, leaves } from '@genai/core';
import { memory, type Tensor } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { gemma2, gpt, gpt2, llama, qwen2, qwen3, type TransformerConfig, transformer } from '../index.js';
import { quantised } from '../quantised/quantised.js';
import type { TransformerParams } from '../transformer.js';
import { fromSaved } from './from-saved.js';
import type { NamedTensor } from './named-tensor.js';

const SIZES = { vocabulary: 11, width: 32, layers: 2, heads: 4, context: 16, hidden: 64 };
const CONFIGS: { readonly [name: string]: TransformerConfig } = {
  gpt: gpt({ depth: 1, vocabulary: 11, context: 16 }).config,
  gpt2: gpt2(SIZES),
  'gpt2 without biases': gpt2({
    ...SIZES,
    biases: { qkv: false, output: true, feedForward: false, norms: false },
    tied: false,
  }),
  'gpt2 with norms of heads': gpt2({ ...SIZES, headWidth: 32, queryKeyNorm: true, positions: { kind: 'alibi' } }),
  llama: llama({ ...SIZES, keyHeads: 1, headWidth: 6 }),
  qwen2: qwen2({ ...SIZES, hidden: 24 }),
  gemma2: gemma2({ ...SIZES, window: 3 }),
  'norms behind': { ...gpt2(SIZES), placement: 'post' },
  experts: qwen3({ ...SIZES, hidden: 24, experts: { count: 4, active: 2 } }),
};

test.each(Object.entries(CONFIGS))(
  'laws: %s comes back, in 16, 8 and 4 bits as quantised, bit for bit',
  async (_, config) => {
    const params = transformer(config).init(key(0));
    const saved = savedOf(params);
    for (const bits of [undefined, 16, 8, 4] as const) {
      const back = await fromSaved(config, saved, { ...(bits && { bits }) });
      const wanted = bits ? await quantised(params, { bits }) : params;
      expect(valuesOf(back)).toEqual(valuesOf(wanted));
      disposeTree(bits ? [back, wanted] : back);
    }
    disposeTree(params);
  },
);

test('errors: parameters of another model, and nothing is left over', async () => {
  const params = transformer(gpt2(SIZES)).init(key(0));
  const saved = savedOf(params);
  const before = memory().numTensors;
  const refused = (config: TransformerConfig, message: string): Promise<void> =>
    expect(fromSaved(config, saved, { bits: 8 })).rejects.toThrow(message);
  await refused(gpt2({ ...SIZES, layers: 1 }), 'fromSaved: model: tensor "blocks.1.');
  await refused(gpt2({ ...SIZES, tied: false }), 'fromSaved: tensors are missing: head.weight.');
  await refused(gpt2({ ...SIZES, hidden: 32 }), 'has shape [32, 64], expected [32, 32] by its config');
  expect(memory().numTensors).toBe(before);
  disposeTree(params);
});

function savedOf(params: TransformerParams): readonly NamedTensor[] {
  return leaves<Tensor>(params).map(([name, leaf]) => {
    return { name, file: 'model', shape: leaf.shape, values: () => leaf.dataSync<'float32'>() };
  });
}

function valuesOf(params: TransformerParams): ReadonlyMap<string, unknown> {
  const read = leaves<Tensor>(params).map(([path, leaf]) => [path, [leaf.shape, leaf.dataSync()]] as const);
  return new Map([...read].sort(([a], [b]) => (a < b ? -1 : 1)));
}
