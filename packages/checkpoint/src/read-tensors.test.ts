import { toBfloat16, toFloat16 } from '@genai/core';
import { describe, expect, test } from 'vitest';
import { memory } from './memory.js';
import { readTensors, type StoredTensor } from './read-tensors.js';
import type { SafetensorsEntry } from './safetensors-dtype.js';
import { saveTensors } from './save-tensors.js';
import type { Store } from './store.js';

const numbers = Float32Array.of(1, -2, 0.5, 8);
const TENSORS: ReadonlyMap<string, SafetensorsEntry> = new Map<string, SafetensorsEntry>([
  ['b', { dtype: 'F32', shape: [2, 2], data: numbers }],
  ['a', { dtype: 'F16', shape: [4], data: toFloat16(numbers) }],
  ['c', { dtype: 'BF16', shape: [4, 1], data: toBfloat16(numbers) }],
  ['d', { dtype: 'F64', shape: [1, 4], data: Float64Array.from(numbers) }],
  ['e', { dtype: 'I32', shape: [4], data: Int32Array.of(1, 2, 3, 4) }],
]);

async function all(store: Store): Promise<StoredTensor[]> {
  const found = [];
  for await (const tensor of readTensors(store)) found.push(tensor);
  return found;
}

describe.each([
  ['one file', 5e9, ['model.safetensors']],
  [
    'shards',
    30,
    ['model-00001-of-00004.safetensors', 'model-00003-of-00004.safetensors', 'model.safetensors.index.json'],
  ],
] as const)('properties: %s', (_, limit, files) => {
  test('what was saved is read, as float32', async () => {
    const store = memory();
    await saveTensors(store, TENSORS, { limit, config: '{"a": 1.0}' });
    for (const file of files) expect(await store.read(file), file).toBeDefined();
    expect(new TextDecoder().decode(await store.read('config.json'))).toBe('{"a": 1.0}');
    const found = await all(store);
    expect(found.map(({ name }) => name).sort()).toEqual(['a', 'b', 'c', 'd', 'e']);
    for (const { name, dtype, shape, values } of found) {
      expect([dtype, shape], name).toEqual([TENSORS.get(name)!.dtype, TENSORS.get(name)!.shape]);
      if (name === 'e') expect(values).toThrow('tensor "e" is of type I32, expected F32, F16, BF16 or F64');
      else expect(values(), name).toEqual(numbers);
    }
  });
});

test('known answers: the index says where each tensor stands and how much all take, as that of Hugging Face', async () => {
  const store = memory();
  await saveTensors(store, TENSORS, { limit: 30 });
  expect(JSON.parse(new TextDecoder().decode(await store.read('model.safetensors.index.json')))).toEqual({
    metadata: { total_size: 16 + 8 + 8 + 32 + 16 },
    weight_map: {
      b: 'model-00001-of-00004.safetensors',
      a: 'model-00001-of-00004.safetensors',
      c: 'model-00002-of-00004.safetensors',
      d: 'model-00003-of-00004.safetensors',
      e: 'model-00004-of-00004.safetensors',
    },
  });
});

describe('errors', () => {
  const INDEX = 'model.safetensors.index.json';
  const withIndex = async (change: (map: { [name: string]: unknown }) => unknown): Promise<Store> => {
    const store = memory();
    await saveTensors(store, TENSORS, { limit: 30 });
    const index = JSON.parse(new TextDecoder().decode(await store.read(INDEX))) as {
      weight_map: { [name: string]: unknown };
    };
    const weight_map = change(index.weight_map);
    await store.write({ [INDEX]: new TextEncoder().encode(JSON.stringify({ weight_map })) });
    return store;
  };

  test.each<[string, (map: { [name: string]: unknown }) => unknown, RegExp]>([
    ['no map', () => undefined, /lacks its "weight_map"/],
    ['a shard that is no name', (map) => ({ ...map, a: 3 }), /"a" must be the name of a file, got 3/],
    ['a shard outside of the store', (map) => ({ ...map, a: '../../etc/passwd' }), /is not a file name it takes/],
    [
      'a missing shard',
      (map) => ({ ...map, z: 'model-00009-of-00004.safetensors' }),
      /names model-00009-of-00004.safetensors, which is missing/,
    ],
    [
      'a tensor that the shard lacks',
      (map) => ({ ...map, z: map.a }),
      /model-00001-of-00004.safetensors holds "z", which it does not/,
    ],
    [
      'a tensor that the index lacks',
      ({ a, ...map }) => map,
      /does not say that model-00001-of-00004.safetensors holds "a"/,
    ],
  ])('%s', async (_, change, message) => {
    const store = await withIndex(change);
    await expect(all(store)).rejects.toThrow(message);
  });

  test('no checkpoint at all, and a limit of nothing', async () => {
    await expect(all(memory())).rejects.toThrow(
      'memory has neither model.safetensors nor model.safetensors.index.json',
    );
    await expect(saveTensors(memory(), TENSORS, { limit: 0 })).rejects.toThrow('limit must be above 0, got 0');
  });
});
