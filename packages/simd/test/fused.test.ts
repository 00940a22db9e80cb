// What is fused on this engine against its composition on the cpu engine.
import { add, dispose, memory, reshape, tensor1d, tidy, zeros } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
// @boundaries-ignore the packages whose ops this engine fuses are run here on it
import { repairGradients } from '../../backend/src/repair-gradients.js';
// @boundaries-ignore the packages whose ops this engine fuses are run here on it
import { lstm } from '../../nn/src/index.js';
// @boundaries-ignore the packages whose ops this engine fuses are run here on it
import { softmaxCrossEntropy } from '../../tensor/src/index.js';
// @boundaries-ignore the packages whose ops this engine fuses are run here on it
import { checkCase, type Host } from '../../tensor/test/op-cases.js';
import type { SimdBackend } from '../src/simd-backend.js';
import { FUSED_CASES } from './fused-cases.js';
import { expectAsOnCpu, startSimd, stopSimd } from './with-simd.js';

describe('as on the cpu engine', () => {
  let backend: SimdBackend;
  beforeAll(async () => {
    backend = await startSimd();
    repairGradients();
  });
  afterAll(stopSimd);

  test.each(FUSED_CASES)('%s', async (_, compute) => {
    await expectAsOnCpu(compute, { tolerance: 1e-4, floor: 0.1 });
    const { numTensors, numDataBuffers } = memory();
    const { used } = backend.machine.allocator;
    expect(numTensors).toBe(0);
    tidy(() => void compute());
    expect(memory()).toMatchObject({ numTensors, numDataBuffers });
    expect(backend.machine.allocator.used).toBe(used);
  });

  test('laws: lstm has the first and second derivatives that finite differences have', () => {
    const layer = lstm(2, 3);
    const host = ([values, shape]: readonly [number[], number[]]): Host => ({
      values: Float32Array.from(values),
      shape,
      dtype: 'float32',
    });
    const wave = (shape: number[], phase: number): [number[], number[]] => [
      Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => Math.sin(1.7 * i + phase)),
      shape,
    ];
    return checkCase({
      name: 'lstm',
      run: (x, input, hidden, h, c) => {
        const params = { input: { weight: input }, hidden: { weight: hidden } };
        const { output, state } = layer.run(params, x, { hidden: h, cell: c });
        return add(output, reshape(state.cell, [2, 1, 3]));
      },
      inputs: [wave([2, 3, 2], 0), wave([2, 12], 1), wave([3, 12], 2), wave([2, 3], 3), wave([2, 3], 4)].map(host),
    });
  });
});

test.each([-1, 3])('errors: a label %s of 3 classes', async (label) => {
  await startSimd();
  const [logits, wrong] = [zeros([2, 3]), tensor1d([0, label], 'int32')];
  expect(() => softmaxCrossEntropy(logits, wrong)).toThrow(`labels: index ${label} is out of range, expected 0 to 2.`);
  dispose([logits, wrong]);
  expect(memory().numTensors).toBe(0);
  stopSimd();
});

test('laws: the bits do not depend on the number of threads', async () => {
  const read = async (threads: number): Promise<Int32Array[][]> => {
    await startSimd({ threads });
    repairGradients();
    return FUSED_CASES.map(([, compute]) =>
      tidy(() => compute().map((t) => new Int32Array(t.dataSync().buffer)) as never),
    );
  };
  const one = await read(1);
  const two = await read(2);
  stopSimd();
  const differs = (i: number): boolean => one[i]!.some((bits, j) => bits.some((word, k) => word !== two[i]![j]![k]));
  expect(FUSED_CASES.filter((_, i) => differs(i)).map(([name]) => name)).toEqual([]);
}, 180_000);
