// The kernel that writes into what it is given: plainly, recorded and replayed.
import { CAPTURE, disposeTree, type Key, key, type Tree } from '@genai/core';
import { add, dispose, fill, memory, mul, scalar, sum, type Tensor, tidy, zeros } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
// @boundaries-ignore the packages whose ops this engine fuses are run here on it
import { generate } from '../../autoregressive/src/index.js';
// @boundaries-ignore the packages whose ops this engine fuses are run here on it
import { cachedAttention, normalNoise } from '../../tensor/src/index.js';
// @boundaries-ignore the packages whose ops this engine fuses are run here on it
import { transformer } from '../../transformer/src/index.js';
import type { SimdBackend } from '../src/simd-backend.js';
import { startSimd, stopSimd } from './with-simd.js';

let backend: SimdBackend;
beforeAll(async () => {
  backend = await startSimd();
});
afterAll(stopSimd);

type State = { keys: Tensor; values: Tensor; behind: Tensor };
type Inputs = { x: Tensor; state: State };
type Made = { y: Tensor; state: State };

/** (2, 1, 4 · 8) and a state to what comes out and the state after it. */
function step({ x, state: { keys, values, behind } }: Inputs): Made {
  const { output, cache } = cachedAttention(mul(x, 2), { keys, values }, behind, { heads: 2, keyHeads: 1 });
  return { y: output, state: { ...cache, behind: add(behind, scalar(1, 'int32')) } };
}

function start(): State {
  return { keys: zeros([2, 12, 8]), values: zeros([2, 12, 8]), behind: fill([2], 0, 'int32') };
}

test('laws: it returns the very cache that it was given', () => {
  const state = start();
  const x = normalNoise(key(0), [2, 1, 32]);
  const made = tidy(() => step({ x, state }) as Tree<Tensor> as never) as Made;
  expect(made.state.keys).toBe(state.keys);
  expect(made.state.values).toBe(state.values);
  dispose([state.behind, x]);
  dispose(made as never);
  expect(memory().numTensors).toBe(0);
});

test('laws: a step that writes into its state is captured, and gives the same as a plain one', () => {
  const run = (move: (inputs: Inputs, k: Key) => Made): number[][] => {
    let state = start();
    const outputs: number[][] = [];
    for (let i = 0; i < 9; i++) {
      const x = normalNoise(key(i), [2, 1, 32]);
      const made = tidy(() => move({ x, state }, key(i)) as never) as Made;
      outputs.push([...made.y.dataSync()]);
      dispose([x, made.y, state.behind]);
      state = made.state;
    }
    outputs.push([...state.keys.dataSync()]);
    dispose(state);
    return outputs;
  };
  const captured = backend[CAPTURE](step as never);
  const got = run(captured.run as never);
  expect(captured.captured).toBe(true);
  expect(got).toEqual(run(step));
  captured.dispose();
  expect(memory().numTensors).toBe(0);
});

test('laws: a captured function may begin with a cache of zeros of its own, and leave it behind', () => {
  const f = ({ x }: { x: Tensor }): Tree<Tensor> =>
    tidy(() => {
      const first = step({ x, state: start() });
      return { y: add(first.y, step({ x: mul(x, 3), state: first.state }).y) };
    });
  const captured = backend[CAPTURE](f as never);
  for (let i = 0; i < 5; i++) {
    const x = normalNoise(key(i), [2, 1, 32]);
    const [got, want] = [captured.run as unknown as typeof f, f].map((run) => {
      const made = tidy(() => (run as (inputs: object, k: Key) => object)({ x }, key(i)) as never) as { y: Tensor };
      const values = [...made.y.dataSync()];
      made.y.dispose();
      return values;
    });
    expect(got).toEqual(want);
    x.dispose();
  }
  expect(captured.captured).toBe(true);
  captured.dispose();
});

test('laws: what a captured function only writes into its inputs is written, too', () => {
  const f = ({ x, state }: Inputs): Tree<Tensor> =>
    tidy(() => {
      step({ x, state });
      return { total: sum(x) };
    });
  const captured = backend[CAPTURE](f as never);
  for (let i = 0; i < 5; i++) {
    const state = start();
    const x = normalNoise(key(i), [2, 1, 32]);
    dispose(tidy(() => captured.run({ x, state } as never, key(i)) as never) as Tree<Tensor> as never);
    expect(state.keys.dataSync().some((value) => value !== 0)).toBe(true);
    dispose([x, ...Object.values(state)]);
  }
  expect(captured.captured).toBe(true);
  captured.dispose();
});

test('laws: generate draws the same tokens captured and not', async () => {
  const model = transformer({
    ...{ vocabulary: 17, width: 24, layers: 2, heads: 4, keyHeads: 2, context: 64, positions: { kind: 'rotary' } },
    ...{ norm: 'rms', activation: 'silu', gated: true },
  });
  const params = model.init(key(3));
  const draw = async (): Promise<readonly number[]> =>
    (await generate(model, params, { prompt: [1, 2, 3], steps: 40, key: key(4) }).result).tokens;
  const captured = await draw();
  const original = backend[CAPTURE];
  Object.defineProperty(backend, CAPTURE, { value: undefined, configurable: true });
  const plain = await draw();
  Object.defineProperty(backend, CAPTURE, { value: original, configurable: true });
  expect(captured).toHaveLength(40);
  expect(plain).toEqual(captured);
  disposeTree(params);
  expect(memory().numTensors).toBe(0);
});
