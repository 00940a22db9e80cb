import { expectClose } from '@genai/testing/expect-close';
import { getKernel, square, sum, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import { afterAll, describe, expect, test } from 'vitest';
// @boundaries-ignore the ops of @genai/tensor are run here on engines that it must not import
import { dequantise, dequantised, quantise, quantisedLinear, valueAndGrad } from '../../tensor/src/index.js';
import { useBackend } from '../src/use-backend.js';

afterAll(async () => void (await useBackend('cpu')));

const wave = (count: number, phase: number): Float32Array =>
  Float32Array.from({ length: count }, (_, i) => Math.sin(0.37 * i * i + phase));
const INPUTS = 288; // 36, 18 or 9 times four codes
const OUTPUTS = 70;

describe.each([16, 8, 4] as const)('webgpu: weights of %i bits', (bits) => {
  const host = quantise(wave(OUTPUTS * INPUTS, 0), { inputs: INPUTS, bits });
  const weights = (): [Tensor, Tensor | undefined] => [
    tensor(host.codes, [OUTPUTS, (INPUTS * bits) / 32], 'int32'),
    host.scales && tensor(host.scales, [OUTPUTS, INPUTS / 32]),
  ];

  test('known answers: dequantised is what the host makes of it, to the bit', async () => {
    await useBackend('webgpu');
    expect(getKernel('GenaiDequantised', 'webgpu')).toBeDefined();
    const made = tidy(() => dequantised(...weights()));
    expect(await made.data()).toEqual(dequantise(host));
    made.dispose();
  });

  test.each([1, 3, 8, 20])('parity: the product of %i rows, and its gradients, are those of cpu', async (rows) => {
    const run = async (engine: 'cpu' | 'webgpu'): Promise<Float32Array[]> => {
      await useBackend(engine);
      const made = tidy(() => {
        const [codes, scales] = weights();
        const f = ([x, bias]: Tensor[]): Tensor => quantisedLinear(x!, codes, scales, bias);
        const inputs = [tensor(wave(rows * INPUTS, 1), [rows, INPUTS]), tensor(wave(OUTPUTS, 2))];
        const { grad } = valueAndGrad((xs: Tensor[]) => ({ loss: sum(square(f(xs))) }), inputs);
        return [f(inputs), f(inputs.slice(0, 1)), ...grad];
      });
      const numbers = await Promise.all(made.map((x) => x.data<'float32'>()));
      for (const x of made) x.dispose();
      return numbers;
    };
    const [want, got] = [await run('cpu'), await run('webgpu')];
    for (const [i, numbers] of got.entries()) expectClose(numbers, want[i]!, { absolute: 1e-4, relative: 1e-4 });
  });
});

test('known answers: every float16 there is that is no subnormal, which a GPU may take for 0', async () => {
  await useBackend('webgpu');
  const halves = Uint16Array.from({ length: 0xf800 }, (_, i) => (i & 1 ? 0x8000 : 0) | (i >> 1));
  const codes = new Int32Array(halves.buffer);
  const made = tidy(() => dequantised(tensor(codes, [codes.length / 16, 16], 'int32')));
  const got = await made.data();
  made.dispose();
  const want = dequantise({ codes });
  expect(got.subarray(0x800)).toEqual(want.subarray(0x800));
  for (let i = 0; i < 0x800; i++) expect([0, want[i]]).toContain(got[i]! + 0);
});

test.each([16, 8] as const)('errors: on webgl, whose integers are floats, %i bits', async (bits) => {
  await useBackend('webgl');
  const codes = tensor(new Int32Array(bits), [1, bits], 'int32');
  const scales = bits === 8 ? tensor([1], [1, 1]) : undefined;
  expect(() => tidy(() => dequantised(codes, scales))).toThrow('WebGL keeps integers as floats, in which codes');
  codes.dispose();
  scales?.dispose();
});
