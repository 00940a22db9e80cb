import { key, randomNormal } from '@genai/core';
import {
  add,
  avgPool,
  conv2d,
  exp,
  logSoftmax,
  matMul,
  mean,
  memory,
  mul,
  neg,
  relu,
  softmax,
  sum,
  type Tensor,
  tanh,
  tensor,
  tidy,
  transpose,
} from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { withNative } from '../../test/with-native.js';
import { startSimd, stopSimd } from '../../test/with-simd.js';
import { registerSimd } from '../register-simd.js';
import { startMachine } from '../start-machine.js';

const built = withNative();
afterEach(stopSimd);

const normal = (shape: number[], stream = 0): Tensor =>
  tensor(
    randomNormal(
      key(stream),
      shape.reduce((a, b) => a * b, 1),
    ),
    shape,
  );

const OPS: Readonly<Record<string, () => Tensor>> = {
  'small product': () => matMul(normal([3, 5]), normal([5, 7], 1)),
  'large product': () => matMul(normal([129, 300]), normal([257, 300], 1), false, true),
  'product of batches': () => matMul(normal([4, 33, 17]), normal([4, 17, 65], 1)),
  'element-wise': () => tanh(mul(exp(neg(relu(normal([1000, 77])))), normal([77], 1))),
  softmax: () => softmax(normal([130, 1001])),
  'log-softmax': () => logSoftmax(normal([10, 10])),
  reductions: () => add(sum(normal([65, 1300]), 1), mean(normal([1300, 65], 1), 0)),
  convolution: () => conv2d(normal([4, 17, 17, 8]) as never, normal([3, 3, 8, 24], 1) as never, 2, 'same'),
  pooling: () => avgPool(normal([2, 16, 16, 5]) as never, 2, 2, 'valid'),
  transpose: () => transpose(normal([40, 50, 60]), [2, 0, 1]),
};

async function results(options: Parameters<typeof startSimd>[0]): Promise<Map<string, Float32Array>> {
  await startSimd(options);
  const found = new Map<string, Float32Array>();
  for (const [name, op] of Object.entries(OPS))
    found.set(
      name,
      tidy(() => op().dataSync() as Float32Array),
    );
  expect(memory().numTensors).toBe(0);
  stopSimd();
  return found;
}

describe('known answers', () => {
  test('the engine says that it computes natively, and with what', async () => {
    const description = await registerSimd({ threads: 2 });
    expect(description).toMatchObject({ native: true, threads: 2, library: built().path, notes: [] });
    expect(description.device).toMatch(/^native (AVX-512|AVX2|SSE2|NEON)/);
  });

  test.for([{ native: false }, { variant: 'simd' }] as const)(
    'WebAssembly where it is asked for: %o',
    async (options) => {
      expect(await registerSimd(options)).toMatchObject({ native: false, notes: [] });
    },
  );

  test('GENAI_NATIVE=off', async () => {
    vi.stubEnv('GENAI_NATIVE', 'off');
    expect(await registerSimd()).toMatchObject({
      native: false,
      notes: ['Native kernels are turned off by GENAI_NATIVE.'],
    });
    vi.stubEnv('GENAI_NATIVE', 'on');
  });
});

test('GENAI_BLAS: none unless it is asked for, and a note where it is not there', async () => {
  vi.stubEnv('GENAI_BLAS', '/nowhere/libblas.so');
  const none = await registerSimd();
  expect(none).toMatchObject({
    native: true,
    notes: ['GENAI_BLAS: no BLAS is used, for none of these has cblas_sgemm: /nowhere/libblas.so.'],
  });
  expect('blas' in none).toBe(false);
  stopSimd();
  vi.stubEnv('GENAI_BLAS', 'openblas');
  const { blas, notes, device } = await registerSimd({ threads: 2 });
  vi.stubEnv('GENAI_BLAS', '');
  expect(blas === undefined ? notes[0] : `${device}: ${blas}`).toMatch(/no BLAS is used|, OpenBLAS .*: OpenBLAS/);
});

describe('laws', () => {
  test('native kernels compute what those in WebAssembly compute', async () => {
    const [native, wasm] = [await results({}), await results({ native: false })];
    for (const [name, expected] of wasm) {
      const got = native.get(name)!;
      expect(got.length).toBe(expected.length);
      const tolerance = /product|reductions|convolution/.test(name) ? 1e-4 : 1e-5;
      const worst = expected.reduce(
        (most, x, i) => Math.max(most, Math.abs(x - got[i]!) / Math.max(1e-1, Math.abs(x))),
        0,
      );
      expect(worst, name).toBeLessThanOrEqual(tolerance);
    }
  });

  test('the number of threads and the kind of memory change no bit', async () => {
    const one = await results({ threads: 1 });
    for (const options of [{ threads: 2 }, { threads: 5 }, { shared: false, threads: 3 }]) {
      expect(await results(options)).toEqual(one);
    }
  });

  test('the memory may grow under it', async () => {
    for (const shared of [true, false]) {
      const { machine } = await startSimd({ shared });
      const x = tensor([1, 2, 3]);
      const before = machine.generation;
      const large = tidy(() => add(tensor(new Float32Array(2 ** 25)), 1));
      expect(machine.generation).toBeGreaterThan(before);
      expect(large.dataSync().at(-1)).toBe(1);
      expect(tidy(() => [...add(x, 1).dataSync()] as never)).toEqual([2, 3, 4]);
      large.dispose();
      x.dispose();
    }
  });

  test('two engines in one process have threads of their own', async () => {
    const started = await Promise.all([startMachine({ threads: 2 }, 2), startMachine({ threads: 3 }, 2)]);
    expect(started.map(({ description }) => description.native)).toEqual([true, true]);
    const places = started.map(({ machine }) => machine.allocator.allocate(4 << 20));
    for (const round of [1, 2, 3]) {
      for (const [i, { machine }] of started.entries()) {
        machine.launch('fill', [places[i]!], [], [1 << 20, 10 * i + round]);
        const filled = new Int32Array(machine.buffer, places[i], 1 << 20);
        expect(filled.every((x) => x === 10 * i + round)).toBe(true);
      }
    }
    for (const { machine } of started) machine.stop();
  });

  test('a machine that was stopped goes on in WebAssembly', async () => {
    const { machine, description } = await startMachine({ threads: 2 }, 2);
    expect(description.native).toBe(true);
    const place = machine.allocator.allocate(64);
    machine.stop();
    machine.stop();
    machine.launch('fill', [place], [], [16, 7]);
    expect([...new Int32Array(machine.buffer, place, 16)]).toEqual(Array(16).fill(7));
  });

  test('starting and stopping again and again keeps nothing', async () => {
    for (let i = 0; i < 20; i++) {
      const description = await registerSimd({ threads: 3 });
      expect(description).toMatchObject({ native: true, library: built().path });
      stopSimd();
    }
  });
});
