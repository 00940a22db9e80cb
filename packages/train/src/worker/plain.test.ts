import { disposeTree, GenaiError, key, type Snapshot } from '@genai/core';
import { memory, scalar, type Tensor, tensor } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { buffersOf, fromPlain, type Plain, toPlain } from './plain.js';

const DATA = [1.5, -0, Number.NaN, 1e-45];

test('laws: there and back, bit for bit, for every type, in a form with arrays, names with dots and a leaf in two places', async () => {
  const shared = tensor(DATA, [2, 2]);
  const state = {
    params: { 'a.b': shared },
    list: [shared, tensor([3, -4], [2], 'int32')],
    flag: scalar(true, 'bool'),
  };
  const snapshot = { step: 3, cursor: 4, key: key(5), state };
  const plain = await toPlain(snapshot);
  const buffers = buffersOf(plain);
  expect(buffers).toHaveLength(3);
  const moved = structuredClone(plain, { transfer: buffers });
  expect(buffers.every((buffer) => buffer.byteLength === 0)).toBe(true);
  expect(shared.dataSync()[0]).toBe(1.5); // the engine's own array stays
  const again = fromPlain<typeof state>(moved);
  expect(again).toMatchObject({ step: 3, cursor: 4, key: key(5) });
  expect(Object.keys(again.state.params)).toEqual(['a.b']);
  expect(new Int32Array(again.state.list[0]!.dataSync().slice().buffer)).toEqual(
    new Int32Array(Float32Array.from(DATA).buffer),
  );
  expect([...again.state.list[1]!.dataSync(), again.state.flag.dtype]).toEqual([3, -4, 'bool']);
  disposeTree([state, again.state]);
});

test('errors: types without an array, and a state that is no tree of plain tensors; nothing is left over', async () => {
  const text = tensor(['a']);
  await expect(toPlain({ step: 0, cursor: 0, key: key(0), state: { text } })).rejects.toThrow(
    /"text" is of type string/,
  );
  text.dispose();
  const before = memory().numTensors;
  const broken = {
    step: 0,
    cursor: 0,
    key: key(0),
    state: { a: { dtype: 'float32', shape: [], data: new Float32Array(1) }, b: [7] },
  };
  expect(() => fromPlain(broken as unknown as Snapshot<Plain<{ a: Tensor }>>)).toThrow(GenaiError);
  expect(memory().numTensors).toBe(before);
});
