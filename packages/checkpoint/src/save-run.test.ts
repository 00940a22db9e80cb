import { disposeTree, fold, GenaiError, key, leaves, mapLeaves, type Snapshot, type Tree } from '@genai/core';
import { memory as engineMemory, type Tensor, tensor1d, zeros, zerosLike } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { bitsOf, randomTree } from '../test/random-tree.js';
import { CheckpointMismatchError } from './checkpoint-mismatch-error.js';
import { decodeSafetensors } from './decode-safetensors.js';
import { load } from './load.js';
import { loadConfig } from './load-config.js';
import { loadRun } from './load-run.js';
import { memory } from './memory.js';
import { parseJson } from './parse-json.js';
import { saveRun } from './save-run.js';
import type { Files, Store } from './store.js';

type State = { params: { w: Tensor; b: Tensor }; adam: { m: Tensor[]; count: Tensor }; average: { w: Tensor } };

const bits = (tree: Tree<Tensor>): Promise<object> => bitsOf(tree, leaves);

function snapshotAt(step: number): Snapshot<State> {
  const state = {
    params: { w: tensor1d([step, 0.1]), b: tensor1d([-step]) },
    adam: { m: [tensor1d([step / 3]), tensor1d([1e-30])], count: tensor1d([step], 'int32') },
    average: { w: tensor1d([step, 0.2]) },
  };
  return { step, key: fold(key(2 ** 40), step), cursor: step * 2, state };
}

async function saved(step: number, store: Store = memory()): Promise<Store> {
  const snapshot = snapshotAt(step);
  await saveRun(store, snapshot);
  disposeTree(snapshot.state);
  return store;
}

async function filesOf(store: Store): Promise<Files> {
  const files: { [name: string]: Uint8Array } = {};
  for (const name of ['config.json', 'model.safetensors', 'state.safetensors', 'state.json']) {
    const bytes = await store.read(name);
    if (bytes) files[name] = bytes;
  }
  return files;
}

describe('round trip', () => {
  test('step, key, cursor, metrics and every bit of the state come back', async () => {
    const store = memory();
    const snapshot = snapshotAt(120);
    const metrics = { loss: 98.7, kl: Number.NaN, top: Number.POSITIVE_INFINITY, low: Number.NEGATIVE_INFINITY };
    await saveRun(store, snapshot, { config: { family: 'vae' }, metrics });
    const like = mapLeaves<Tensor, State>(snapshot.state, (leaf) => zerosLike(leaf));
    const loaded = await loadRun(store, like);
    expect({ ...loaded, state: undefined }).toEqual({ ...snapshot, metrics, state: undefined });
    expect(await bits(loaded.state)).toEqual(await bits(snapshot.state));
    expect(await loadConfig(store)).toEqual({ family: 'vae' });
    disposeTree([snapshot.state, like, loaded.state]);
  });

  test('properties: random states of any form, with and without params', async () => {
    for (let seed = 0; seed < 30; seed++) {
      const inner = randomTree(key(seed));
      const other = randomTree(fold(key(seed), 1));
      const state: Tree<Tensor> = seed % 3 === 0 ? other : { params: inner, 'params-like': other };
      const store = memory();
      await saveRun(store, { step: seed, key: key(seed), cursor: 0, state });
      const loaded = await loadRun(store, state);
      expect(await bits(loaded.state)).toEqual(await bits(state));
      disposeTree([inner, other, loaded.state]);
    }
  });

  test('what load() takes of a run is its parameters, under the names of the model', async () => {
    const store = await saved(3);
    const { entries } = decodeSafetensors((await store.read('model.safetensors'))!);
    expect([...entries.keys()].sort()).toEqual(['b', 'w']);
    const rest = decodeSafetensors((await store.read('state.safetensors'))!).entries;
    expect([...rest.keys()].sort()).toEqual(['adam.count', 'adam.m.0', 'adam.m.1', 'average.w']);
    const like = { w: zeros([2]), b: zeros([1]) };
    const params = await load(store, like);
    expect(Array.from(await params.w.data())).toEqual([3, Math.fround(0.1)]);
    disposeTree([like, params]);
  });

  test('state.json says what it is, with the checksums of the files it belongs to', async () => {
    const store = await saved(3);
    expect(parseJson((await store.read('state.json'))!, 'state.json')).toEqual({
      format: 'genai.run',
      version: 1,
      step: 3,
      key: [...fold(key(2 ** 40), 3)],
      cursor: 6,
      metrics: {},
      files: { 'model.safetensors': expect.any(String), 'state.safetensors': expect.any(String) },
    });
  });
});

describe('one save', () => {
  test('the state as it is at the call is saved, though training goes on and disposes it', async () => {
    const store = memory();
    const first = snapshotAt(1);
    const saving = saveRun(store, first);
    disposeTree(first.state);
    const next = snapshotAt(2);
    await saving;
    const loaded = await loadRun(store, next.state);
    const expected = snapshotAt(1);
    expect(loaded.step).toBe(1);
    expect(await bits(loaded.state)).toEqual(await bits(expected.state));
    disposeTree([next.state, loaded.state, expected.state]);
  });

  test('saves started one after the other without waiting: the last one stands, whole', async () => {
    const store = memory();
    await Promise.all([1, 2, 3].map((step) => saved(step, store)));
    const like = snapshotAt(0).state;
    const loaded = await loadRun(store, like);
    expect((await loaded.state.params.w.data())[0]).toBe(loaded.step);
    expect((await loaded.state.adam.count.data())[0]).toBe(loaded.step);
    disposeTree([like, loaded.state]);
  });

  test('a reader that meets a save between two of its files reads again', async () => {
    const [old, fresh] = [await filesOf(await saved(1)), await filesOf(await saved(2))];
    let reads = 0;
    const changing: Store = { ...memory(), read: async (name) => (++reads <= 1 ? old : fresh)[name] };
    const like = snapshotAt(0).state;
    const loaded = await loadRun(changing, like);
    expect(loaded.step).toBe(2);
    expect((await loaded.state.params.w.data())[0]).toBe(2);
    disposeTree([like, loaded.state]);
  });
});

describe('errors leave nothing half loaded', () => {
  test('files of two saves, damaged, missing, of another version or kind', async () => {
    const [one, two] = [await filesOf(await saved(1)), await filesOf(await saved(2))];
    const text = new TextDecoder().decode(one['state.json']);
    const edited = (from: string | RegExp, to: string): Files => {
      expect(text.replace(from, to)).not.toBe(text);
      return { ...one, 'state.json': new TextEncoder().encode(text.replace(from, to)) };
    };
    const without = (name: string): Files => Object.fromEntries(Object.entries(one).filter(([file]) => file !== name));
    const flipped = one['state.safetensors']!.slice();
    flipped[flipped.length - 1]! ^= 1;
    const cases: [string, Files, RegExp][] = [
      [
        'model of another save',
        { ...one, 'model.safetensors': two['model.safetensors']! },
        /model\.safetensors is not/,
      ],
      [
        'state of another save',
        { ...one, 'state.safetensors': two['state.safetensors']! },
        /state\.safetensors is not/,
      ],
      ['one bit', { ...one, 'state.safetensors': flipped }, /state\.safetensors is not that of its state\.json/],
      ['no run', {}, /has no state\.json/],
      ['no model', without('model.safetensors'), /model\.safetensors is missing/],
      ['no state', without('state.safetensors'), /state\.safetensors is missing/],
      ['a newer version', edited('"version": 1', '"version": 2'), /has version 2, this release .* reads version 1/],
      ['no version', edited('"version": 1,', ''), /has version undefined/],
      ['another kind', edited('genai.run', 'other'), /not the state of a run/],
      ['no object', { ...one, 'state.json': new TextEncoder().encode('[]') }, /not the state of a run/],
      ['a negative step', edited('"step": 1', '"step": -1'), /"step" must be an integer of at least 0, got -1/],
      ['a cursor of text', edited('"cursor": 2', '"cursor": "2"'), /"cursor" must be an integer/],
      ['half a key', edited(/"key": \[[^,]*,/, '"key": ['), /"key" must be two 32-bit words/],
      ['a key out of range', edited(/"key": \[[^,]*,/, '"key": [4294967296,'), /"key" must be two 32-bit words/],
      ['metrics of text', edited('"metrics": {}', '"metrics": {"loss": "low"}'), /the metric "loss" must be a number/],
      ['no metrics', edited('"metrics": {}', '"metrics": null'), /"metrics" must be an object/],
      ['no files', edited(/"files": \{[^}]*\}/, '"files": []'), /"files" must be an object/],
    ];
    const like = snapshotAt(0).state;
    const before = engineMemory().numTensors;
    for (const [what, files, message] of cases) {
      const error = await loadRun(memory(files), like).catch((reason: unknown) => reason);
      expect(GenaiError.is(error), what).toBe(true);
      expect((error as Error).message, what).toMatch(message);
      expect(engineMemory().numTensors, what).toBe(before);
    }
    disposeTree(like);
  });

  test('a state of another form is listed with paths of the whole state', async () => {
    const store = await saved(1);
    const like = { params: { w: zeros([3]), b: zeros([1]) }, adam: { m: [zeros([1]), zeros([1])] } };
    const error = await loadRun(store, like).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(CheckpointMismatchError);
    expect((error as CheckpointMismatchError).reshaped).toEqual([{ path: 'params.w', got: '[2]', expected: '[3]' }]);
    expect([...(error as CheckpointMismatchError).unexpected].sort()).toEqual(['adam.count', 'average.w']);
    disposeTree(like);
  });

  test('a snapshot that cannot be, a signal, a store that fails: refused, and what was saved before stays', async () => {
    const store = await saved(1);
    const before = await filesOf(store);
    const { state, ...rest } = snapshotAt(2);
    const stopped = AbortSignal.abort(new Error('given up'));
    await expect(saveRun(store, { ...rest, step: 1.5, state })).rejects.toThrow(/"step" must be an integer/);
    await expect(saveRun(store, { ...rest, cursor: -1, state })).rejects.toBeInstanceOf(GenaiError);
    await expect(saveRun(store, { ...rest, state }, { config: { f: Math.exp } })).rejects.toThrow(/config\.f/);
    await expect(saveRun(store, { ...rest, state }, { signal: stopped })).rejects.toThrow('given up');
    await expect(loadRun(store, state, { signal: stopped })).rejects.toThrow('given up');
    expect(await filesOf(store)).toEqual(before);
    disposeTree(state);
  });
});
