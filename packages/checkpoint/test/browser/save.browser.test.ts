import { disposeTree, fold, key } from '@genai/core';
import { tensor1d, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { indexedDb, load, loadConfig, loadRun, opfs, saveRun, url } from '../../src/index.js';

for (const make of [indexedDb, opfs]) {
  test(`a run saved to ${make.name} comes back in another store on the same place`, async () => {
    const name = `run-${make.name}-${performance.timeOrigin}`;
    const state = {
      params: { w: tensor2d([[1, -0, 1e-45]]) },
      adam: { count: tensor1d([2 ** 30 + 1], 'int32'), on: tensor1d([true, false], 'bool') },
    };
    const snapshot = { step: 5, key: fold(key(1), 5), cursor: 9, state };
    await saveRun(make(name), snapshot, { config: { family: 'vae' }, metrics: { loss: Number.NaN } });
    const loaded = await loadRun(make(name), state);
    expect({ ...loaded, state: 0 }).toEqual({ ...snapshot, metrics: { loss: Number.NaN }, state: 0 });
    expect(Array.from(await loaded.state.params.w.data())).toEqual([1, -0, 1e-45].map(Math.fround));
    expect(Array.from(await loaded.state.adam.count.data())).toEqual([2 ** 30 + 1]);
    expect(Array.from(await loaded.state.adam.on.data())).toEqual([1, 0]);
    expect(await loadConfig(make(name))).toEqual({ family: 'vae' });
    const like = { w: zeros([1, 3]) };
    const params = await load(make(name), like);
    expect(Array.from(await params.w.data())).toEqual([1, -0, 1e-45].map(Math.fround));
    disposeTree([state, loaded.state, like, params]);
  });
}

test('an address without a host is taken from the page', () => {
  expect(url('/models/digits').name).toBe(`url ${location.origin}/models/digits/`);
});
