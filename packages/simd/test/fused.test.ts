// What is fused on this engine against its composition on the cpu engine.
import { CAPTURE, fold, type Key, key } from '@genai/core';
import {
  add,
  cast,
  dispose,
  fill,
  grad,
  greaterEqual,
  memory,
  mul,
  ones,
  profile,
  reshape,
  square,
  sum,
  type Tensor,
  tensor1d,
  tensor2d,
  tidy,
  zeros,
} from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
// @boundaries-ignore the packages whose ops this engine fuses are run here on it
import { repairGradients } from '../../backend/src/repair-gradients.js';
// @boundaries-ignore the packages whose ops this engine fuses are run here on it
import { dropout, gru, lstm } from '../../nn/src/index.js';
// @boundaries-ignore the packages whose ops this engine fuses are run here on it
import {
  groupedAttention,
  normalNoise,
  quantisedLinear,
  softmaxCrossEntropy,
  uniformNoise,
} from '../../tensor/src/index.js';
// @boundaries-ignore the packages whose ops this engine fuses are run here on it
import { checkCase, type Host } from '../../tensor/test/op-cases.js';
import type { SimdBackend } from '../src/simd-backend.js';
import { everyHalf, FUSED_CASES, wholes } from './fused-cases.js';
import { expectAsOnCpu, startSimd, stopSimd } from './with-simd.js';

describe('as on the cpu engine', () => {
  let backend: SimdBackend;
  beforeAll(async () => {
    backend = await startSimd();
    repairGradients();
  });
  afterAll(stopSimd);

  test.each(FUSED_CASES.map(([name, compute, floor = 0.1]) => [name, { compute, floor }] as const))(
    '%s',
    async (_, { compute, floor }) => {
      await expectAsOnCpu(compute, { tolerance: 1e-4, floor });
      const { numTensors, numDataBuffers } = memory();
      const { used } = backend.machine.allocator;
      expect(numTensors).toBe(0);
      tidy(() => void compute());
      expect(memory()).toMatchObject({ numTensors, numDataBuffers });
      expect(backend.machine.allocator.used).toBe(used);
    },
  );

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

  test('laws: gru has the first and second derivatives that finite differences have', () => {
    const layer = gru(2, 3);
    const wave = (shape: number[], phase: number): Host => ({
      values: Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => Math.sin(1.7 * i + phase)),
      shape,
      dtype: 'float32',
    });
    return checkCase({
      name: 'gru',
      run: (x, input, hidden, bias, h) =>
        layer.run({ input: { weight: input }, hidden: { weight: hidden, bias } }, x, { hidden: h }).output,
      inputs: [wave([2, 3, 2], 0), wave([2, 9], 1), wave([3, 9], 2), wave([9], 3), wave([2, 3], 4)],
    });
  });

  test.each([0.1, 0.5, 0.75])('laws: dropout is its composition to the bit, its gradients too: rate %s', (rate) => {
    const x = tensor1d(Array.from({ length: 40_001 }, (_, i) => (i === 5 ? Number.NaN : Math.cos(i))));
    const composed = (x: Tensor): Tensor =>
      mul(x, mul(cast(greaterEqual(uniformNoise(key(3), x.shape), rate), 'float32'), 1 / (1 - rate)));
    const layer = (x: Tensor): Tensor => dropout(rate).apply({}, x, key(3));
    for (const of of [
      (f: typeof layer) => f(x),
      (f: typeof layer) => grad((x) => sum(square(f(x))))(x),
      (f: typeof layer) => grad((x) => sum(square(grad((x) => sum(square(f(x))))(x))))(x),
    ]) {
      const [got, want] = [layer, composed].map((f) => tidy(() => of(f).dataSync()));
      expect(new Int32Array(got!.buffer.slice(0))).toEqual(new Int32Array(want!.buffer.slice(0)));
    }
    x.dispose();
  });

  test('laws: dropout in a captured step draws by the key of each move, and keeps nothing', () => {
    const step = ({ x }: { x: Tensor }, k: Key): { y: Tensor; dx: Tensor } => {
      const f = (x: Tensor): Tensor => square(dropout(0.4).apply({}, x, fold(k, 3)));
      return { y: f(x), dx: grad((x) => sum(f(x)))(x) };
    };
    const x = tensor1d(Array.from({ length: 3000 }, (_, i) => Math.sin(i)));
    expectReplayed(backend, step, Array(6).fill({ x }));
    x.dispose();
  });

  test('laws: attention of documents is one kernel each way, and a captured step sees where those of each move begin', async () => {
    const step = ({ qkv, reach }: { qkv: Tensor; reach: Tensor }, _: Key): { y: Tensor; dx: Tensor } => {
      const f = (qkv: Tensor): Tensor => groupedAttention(qkv, { heads: 2, keyHeads: 1, reach });
      return { y: f(qkv), dx: grad((qkv) => sum(square(f(qkv))))(qkv) };
    };
    const inputs = [3, 50, 7, 20, 1].map((size, i) => ({
      qkv: normalNoise(key(i), [2, 50, 4 * 6]),
      reach: tensor2d(
        Array.from({ length: 100 }, (_, place) => (place % 50) % size),
        [2, 50],
        'int32',
      ),
    }));
    expectReplayed(backend, step, inputs);
    const { kernelNames } = await profile(() => tidy(() => void step(inputs[0]!, key(0))));
    const ours = kernelNames.filter((name) => name.startsWith('Genai'));
    expect(ours).toEqual(['GenaiSelfAttention', 'GenaiSelfAttentionGrad']);
    expect(kernelNames).not.toContain('BatchMatMul');
    dispose(inputs);
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

test('known answers: every float16 there is', async () => {
  await startSimd();
  const [got, want] = wholes(everyHalf());
  expect(got).toEqual(want);
  stopSimd();
});

test.each([4, 8, 16])(
  'known answers: rows of quantised products that are not finite, nothing, or next to nothing, %i bits',
  async (bits) => {
    await startSimd();
    const rows = [Number.NaN, Number.POSITIVE_INFINITY, 0, 1e-38, 3].map((odd) => [odd, ...Array(31).fill(0)]);
    // All ones, as whole bytes of 17 or as halves of 1; or as floats of 1.
    const codes = fill([2, bits], bits === 16 ? 0x3c003c00 : 0x11111111, 'int32');
    const [scales, bias] = [bits === 16 ? undefined : ones([2, 1]), ones([2])];
    for (const [i, row] of rows.entries()) {
      const y = tidy(() => [...quantisedLinear(tensor2d(row, [1, 32]), codes, scales, bias).dataSync()]);
      const code = bits === 8 ? 17 : 1;
      if (i < 2) expect(y.some(Number.isFinite)).toBe(false);
      else expect(y).toEqual([1, 1].map((one) => expect.closeTo(one + (i === 4 ? 3 * code : 0), 3)));
    }
    dispose([codes, scales ?? [], bias]);
    expect(memory().numTensors).toBe(0);
    stopSimd();
  },
);

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

/** The step, captured, gives what it gives each time, with another key for each of `moves`. */
function expectReplayed<I>(
  backend: SimdBackend,
  step: (inputs: I, key: Key) => { y: Tensor; dx: Tensor },
  moves: readonly I[],
): void {
  const captured = backend[CAPTURE](step as never);
  for (const [i, inputs] of moves.entries()) {
    const [want, got] = [step, captured.run as unknown as typeof step].map((run) => {
      const made = tidy(() => run(inputs, key(i)));
      const values = [made.y, made.dx].map((leaf) => [...leaf.dataSync()]);
      dispose(made);
      return values;
    });
    expect(got).toEqual(want);
  }
  expect(captured.captured).toBe(true);
  captured.dispose();
}
