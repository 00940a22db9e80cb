import { CAPTURE, key } from '@genai/core';
import { add, dispose, engine, mul, ones, type Tensor, tensor } from '@tensorflow/tfjs-core';
import { afterEach, expect, test } from 'vitest';
import { startSimd, stopSimd } from '../../test/with-simd.js';

afterEach(stopSimd);

test('known answers: a function of the host is called once by each run and each replay, with the numbers of that run', async () => {
  const backend = await startSimd();
  const seen: number[][] = [];
  const sums = (into: Float32Array, from: readonly Float32Array[]): void => {
    seen.push(from.flatMap((values) => [...values]));
    into.set(from.map((values) => values.reduce((a, b) => a + b, 0)));
  };
  const captured = backend[CAPTURE](({ x }: { x: Tensor }) => ({
    y: mul(onHost(sums, [add(x, 1), mul(x, 10)], 2), 2), // (2)
  }));
  const told: number[][] = [];
  for (let i = 0; i < 5; i++) {
    const x = tensor([i, 2, 3]);
    const { y } = captured.run({ x }, key(i));
    told.push([...y.dataSync()]);
    dispose([x, y]);
  }
  expect(captured.captured).toBe(true);
  expect(told).toEqual([0, 1, 2, 3, 4].map((i) => [2 * (i + 8), 20 * (i + 5)]));
  // The second run is computed once more, to prove the replay.
  expect(seen.map(([first]) => first)).toEqual([1, 2, 2, 3, 4, 5]);
  captured.dispose();
});

test('known answers: a large function is captured without a call that its run does not make', async () => {
  const backend = await startSimd();
  let calls = 0;
  const first = (into: Float32Array, [values]: readonly Float32Array[]): void => {
    calls++;
    into[0] = values![0]!;
  };
  const captured = backend[CAPTURE](({ x }: { x: Tensor }) => {
    const wide = Array.from({ length: 20 }, (_, i) => add(x, i));
    return { y: onHost(first, [wide.reduce((a, b) => add(a, b))], 1) };
  });
  const x = ones([1 << 20]);
  for (let i = 1; i <= 3; i++) {
    const { y } = captured.run({ x }, key(i));
    expect(captured.captured).toBe(true);
    expect([y.dataSync()[0], calls]).toEqual([20 + 190, i]);
    y.dispose();
  }
  x.dispose();
  captured.dispose();
});

test('errors: what the function throws comes out, and nothing is left behind', async () => {
  const backend = await startSimd();
  const refuse = (_: Float32Array, [values]: readonly Float32Array[]): void => {
    if (values![0]! > 10) throw new Error('above 10');
  };
  const captured = backend[CAPTURE](({ x }: { x: Tensor }) => ({ y: onHost(refuse, [add(x, 1)], 1) }));
  const x = tensor([1, 2]);
  for (let i = 0; i < 3; i++) dispose(captured.run({ x }, key(i)));
  const { used } = backend.machine.allocator;
  const large = tensor([20, 1]);
  expect(() => captured.run({ x: large }, key(9))).toThrow('above 10');
  expect(captured.captured).toBe(true);
  captured.dispose();
  expect(() => captured.run({ x: large }, key(9))).toThrow('above 10');
  dispose([x, large]);
  expect(backend.machine.allocator.used).toBeLessThan(used);
});

function onHost(f: (into: Float32Array, from: readonly Float32Array[]) => void, x: Tensor[], length: number): Tensor {
  return engine().runKernel('GenaiOnHost', x as never, { f, length } as never) as Tensor;
}
