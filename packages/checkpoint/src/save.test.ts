import { disposeTree, fold, GenaiError, key, leaves, mapLeaves, type Tree } from '@genai/core';
import {
  complex,
  memory as engineMemory,
  scalar,
  type Tensor,
  tensor1d,
  tensor2d,
  tensor as tensorOf,
  zeros,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { describe, expect, test, vi } from 'vitest';
import { mutate } from '../test/mutations.js';
import { bitsOf, randomTree } from '../test/random-tree.js';
import { CheckpointMismatchError } from './checkpoint-mismatch-error.js';
import { decodeSafetensors } from './decode-safetensors.js';
import { encodeSafetensors } from './encode-safetensors.js';
import { load } from './load.js';
import { loadConfig } from './load-config.js';
import { memory } from './memory.js';
import { save } from './save.js';
import type { Store } from './store.js';

const bits = (tree: Tree<Tensor>): Promise<object> => bitsOf(tree, leaves);

describe('properties', () => {
  test('random trees come back bit for bit, into a tree of zeros of the same form', async () => {
    for (let seed = 0; seed < 40; seed++) {
      const tree = randomTree(key(seed));
      const store = memory();
      await save(store, tree);
      const like = mapLeaves<Tensor, Tree<Tensor>>(tree, (leaf) => zerosLike(leaf));
      const loaded = await load(store, like);
      expect(await bits(loaded)).toEqual(await bits(tree));
      disposeTree([tree, like, loaded]);
    }
  });

  test('equal trees give equal files', async () => {
    const [a, b] = [memory(), memory()];
    const trees = [randomTree(key(5)), randomTree(key(5))] as const;
    await save(a, trees[0]);
    await save(b, trees[1]);
    expect(await a.read('model.safetensors')).toEqual(await b.read('model.safetensors'));
    disposeTree(trees);
  });

  test('damaged files: each loads into the tree or gives a GenaiError, and no tensor is left over', async () => {
    const like = { layers: [{ w: zeros([3, 4]), b: zeros([4]) }, { n: scalar(1, 'int32') }], on: scalar(true, 'bool') };
    const store = memory();
    await save(store, like, { metadata: { a: 'b' } });
    const bytes = (await store.read('model.safetensors'))!;
    const before = engineMemory().numTensors;
    let refused = 0;
    for (let i = 0; i < 300; i++) {
      const broken = memory({ 'model.safetensors': mutate(bytes, fold(key(1), i)) });
      try {
        disposeTree(await load(broken, like));
      } catch (error) {
        expect(GenaiError.is(error), String(error)).toBe(true);
        refused++;
      }
      expect(engineMemory().numTensors).toBe(before);
    }
    expect(refused).toBeGreaterThan(100);
    disposeTree(like);
  });
});

describe('the tree as it is at the call', () => {
  test('training that goes on, and disposes what it had, does not reach into the file', async () => {
    const store = memory();
    const params = { w: tensor1d([1, 2, 3]), b: tensor1d([4]) };
    const saving = save(store, params);
    disposeTree(params);
    const next = { w: tensor1d([7, 8, 9]), b: tensor1d([10]) };
    await saving;
    const loaded = await load(store, next);
    expect(Array.from(await loaded.w.data())).toEqual([1, 2, 3]);
    expect(Array.from(await loaded.b.data())).toEqual([4]);
    disposeTree([next, loaded]);
  });

  test('tensors are read asynchronously, as WebGPU needs', async () => {
    const params = { w: tensor1d([1]) };
    const prototype = Object.getPrototypeOf(params.w) as Tensor;
    const sync = vi.spyOn(prototype, 'dataSync');
    await save(memory(), params);
    expect(sync).not.toHaveBeenCalled();
    sync.mockRestore();
    disposeTree(params);
  });

  test('one leaf in two places is saved for each', async () => {
    const shared = tensor1d([1, 2]);
    const store = memory();
    await save(store, { params: shared, average: shared });
    const loaded = await load(store, { params: shared, average: shared });
    expect(loaded.params).not.toBe(loaded.average);
    disposeTree([shared, loaded]);
  });

  test('a single tensor is a tree', async () => {
    const store = memory();
    const x = tensor2d([[1, 2]]);
    await save(store, x);
    const y = await load(store, x);
    expect(Array.from(await y.data())).toEqual([1, 2]);
    disposeTree([x, y]);
  });
});

describe('half precision', () => {
  test('F16 and BF16 are rounded when saved and are float32 when loaded; integers stay exact', async () => {
    const tree = { x: tensor1d([1, 1 / 3, 70000, -0]), n: tensor1d([2 ** 30 + 1], 'int32') };
    const expected = { F16: [1, 0.333251953125, Infinity, -0], BF16: [1, 0.333984375, 70144, -0] };
    for (const dtype of ['F16', 'BF16'] as const) {
      const store = memory();
      await save(store, tree, { dtype });
      const { entries } = decodeSafetensors((await store.read('model.safetensors'))!);
      expect([entries.get('x')?.dtype, entries.get('n')?.dtype]).toEqual([dtype, 'I32']);
      const loaded = await load(store, tree);
      expect(loaded.x.dtype).toBe('float32');
      expect(Array.from(await loaded.x.data())).toEqual(expected[dtype]);
      expect(Array.from(await loaded.n.data())).toEqual([2 ** 30 + 1]);
      disposeTree(loaded);
    }
    disposeTree(tree);
  });

  test('files of other programs: F64 to float32, every integer that fits to int32, any byte but 0 is true', async () => {
    const bytes = encodeSafetensors({
      f: { dtype: 'F64', shape: [1], data: Float64Array.of(0.1) },
      long: { dtype: 'I64', shape: [2], data: BigInt64Array.of(-(2n ** 31n), 2n ** 31n - 1n) },
      byte: { dtype: 'U8', shape: [1], data: Uint8Array.of(200) },
      flag: { dtype: 'BOOL', shape: [3], data: Uint8Array.of(0, 1, 7) },
    });
    const like = {
      f: zeros([1]),
      long: zeros([2], 'int32'),
      byte: zeros([1], 'int32'),
      flag: zeros([3], 'bool'),
    };
    const loaded = await load(memory({ 'model.safetensors': bytes }), like);
    const values = await Promise.all(Object.values(loaded).map(async (leaf) => Array.from(await leaf.data())));
    expect(values).toEqual([[Math.fround(0.1)], [-(2 ** 31), 2 ** 31 - 1], [200], [0, 1, 1]]);
    disposeTree([like, loaded]);
  });
});

describe('config.json and metadata', () => {
  test('are written in the same group and read back', async () => {
    const writes: string[][] = [];
    const inner = memory();
    const store: Store = {
      ...inner,
      write: (files) => {
        writes.push(Object.keys(files));
        return inner.write(files);
      },
    };
    const config = { family: 'vae', sizes: [784, 16], beta: 0.5 };
    const x = tensor1d([1]);
    await save(store, { x }, { config, metadata: { note: 'first' } });
    expect(writes).toEqual([['config.json', 'model.safetensors']]);
    expect(await loadConfig(store)).toEqual(config);
    const { metadata } = decodeSafetensors((await store.read('model.safetensors'))!);
    expect(metadata).toEqual({ note: 'first' });
    expect(await loadConfig(memory())).toBeUndefined();
    x.dispose();
  });

  test('errors: a configuration that is no plain JSON is refused before anything is written', async () => {
    const store = memory();
    const x = tensor1d([1]);
    await expect(save(store, { x }, { config: { net: { f: Math.exp } } })).rejects.toThrow(
      /config\.net\.f is function/,
    );
    expect(await store.read('model.safetensors')).toBeUndefined();
    await expect(loadConfig(memory({ 'config.json': Uint8Array.of(123) }))).rejects.toThrow(/config\.json of memory/);
    x.dispose();
  });
});

describe('errors', () => {
  test('what does not fit is listed by path, all at once', async () => {
    const saved = { encoder: [zeros([2, 3]), zeros([3])], extra: zeros([1]), n: zeros([1]) };
    const like = { encoder: [zeros([2, 4]), zeros([3])], decoder: { w: zeros([1]) }, n: zeros([1], 'int32') };
    const store = memory();
    await save(store, saved);
    const error = await load(store, like).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(CheckpointMismatchError);
    expect(GenaiError.is(error)).toBe(true);
    const { missing, unexpected, reshaped, retyped, message, name } = error as CheckpointMismatchError;
    expect({ missing, unexpected, reshaped, retyped, name }).toEqual({
      missing: ['decoder.w'],
      unexpected: ['extra'],
      reshaped: [{ path: 'encoder.0', got: '[2, 3]', expected: '[2, 4]' }],
      retyped: [{ path: 'n', got: 'F32', expected: 'int32' }],
      name: 'CheckpointMismatchError',
    });
    expect(message).toContain('model.safetensors of memory does not fit');
    expect(message).toContain('encoder.0 (got [2, 3], expected [2, 4])');
    disposeTree([saved, like]);
  });

  test('of many paths the message shows ten', async () => {
    const like = Array.from({ length: 14 }, () => zeros([1]));
    await expect(load(memory({ 'model.safetensors': encodeSafetensors({}) }), like)).rejects.toThrow(/9 and 4 more/);
    disposeTree(like);
  });

  test('no file, and a file that fails after the first tensor was made', async () => {
    const like = { a: zeros([1]), b: zeros([1], 'int32') };
    await expect(load(memory(), like)).rejects.toThrow(/memory has no model\.safetensors/);
    const bytes = encodeSafetensors({
      a: { dtype: 'F32', shape: [1], data: new Float32Array(1) },
      b: { dtype: 'I64', shape: [1], data: BigInt64Array.of(2n ** 31n) },
    });
    await expect(load(memory({ 'model.safetensors': bytes }), like)).rejects.toThrow(
      /tensor "b" holds 2147483648, which does not fit into 32 bits/,
    );
    disposeTree(like);
  });

  test('trees that cannot be written', async () => {
    const x = tensor1d([1]);
    const z = complex([1], [2]);
    const s = tensorOf(['text']);
    const cases: [Tree<Tensor>, RegExp][] = [
      [{ 'a.b': x, a: { b: x } }, /"a\.b" has the path of another/],
      [{ z }, /"z" is of type complex64/],
      [{ s }, /"s" is of type string/],
      [{ constructor: x } as unknown as Tree<Tensor>, /dangerous name/],
      [{ __metadata__: x }, /keeps for itself/],
      [{ w: 1 } as unknown as Tree<Tensor>, /must be tensors/],
    ];
    for (const [tree, message] of cases) {
      const saving = save(memory(), tree);
      await expect(saving).rejects.toThrow(message);
      await expect(saving).rejects.toBeInstanceOf(GenaiError);
    }
    disposeTree([x, z, s]);
  });

  test('a store that fails, a disposed tensor, a signal: the error comes through and nothing is left over', async () => {
    const x = tensor1d([1]);
    const full: Store = { ...memory(), write: () => Promise.reject(new GenaiError('full')) };
    await expect(save(full, { x })).rejects.toThrow('full');
    const stopped = AbortSignal.abort(new Error('given up'));
    await expect(save(memory(), { x }, { signal: stopped })).rejects.toThrow('given up');
    const store = memory();
    await save(store, { x });
    await expect(load(store, { x }, { signal: stopped })).rejects.toThrow('given up');
    const gone = zerosLike(x);
    gone.dispose();
    await expect(save(memory(), { x, gone })).rejects.toThrow(/"gone" has been disposed/);
    x.dispose();
  });
});
