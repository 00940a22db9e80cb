import { signed } from '@genai/testing/engine-host';
import { expectClose } from '@genai/testing/expect-close';
import {
  getBackend,
  grads,
  matMul,
  mean,
  memory,
  mul,
  relu,
  removeBackend,
  square,
  sub,
  type Tensor,
  tensor,
  tensor2d,
  tidy,
} from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { BackendUnavailableError } from './backend-unavailable-error.js';
import { describeBackend } from './describe-backend.js';
import { useBackend } from './use-backend.js';

beforeAll(() => void vi.stubEnv('GENAI_NATIVE', 'off'));
afterAll(async () => {
  await useBackend('cpu');
  removeBackend('simd');
});

describe('known answers', () => {
  test("'auto' in Node is simd, and says why not the others", async () => {
    const chosen = await useBackend('auto', { threads: 1 });
    expect(getBackend()).toBe('simd');
    expect(chosen).toMatchObject({
      name: 'simd',
      device: 'WebAssembly relaxed SIMD',
      native: false,
      trainable: true,
      threads: 1,
      floatPrecision: 32,
      software: false,
    });
    expect(chosen.passedOver).toEqual([
      { name: 'webgpu', reason: "in Node only when asked for: useBackend('webgpu')" },
      { name: 'webgl', reason: 'no WebGL 2 here' },
    ]);
    expect(chosen.notes).toEqual(['Native kernels are turned off by GENAI_NATIVE.']);
    expect(chosen).toEqual(describeBackend());
  });

  test('a description is plain data: it survives JSON', async () => {
    for (const [name, version] of [
      ['cpu', '4.22.0'],
      ['wasm', '4.22.0'],
      ['simd', '0.0.0'],
    ] as const) {
      const description = await useBackend(name);
      expect(JSON.parse(JSON.stringify(description))).toEqual(description);
      expect(description.version).toBe(version);
      expect(description.kernels.missing).toEqual([]);
    }
  });

  test('wasm: what it lacks is supplied, what is slow or wrong is replaced', async () => {
    const { kernels } = await useBackend('wasm');
    expect(kernels.supplied).toEqual([
      'Conv2DBackpropFilter',
      'DepthwiseConv2dNativeBackpropFilter',
      'DepthwiseConv2dNativeBackpropInput',
      'Einsum',
      'UnsortedSegmentSum',
    ]);
    expect(kernels.replaced).toContain('BatchMatMul');
    expect(kernels.replaced).toContain('Conv2DBackpropInput');
  });
});

describe('laws', () => {
  test('calls at the same time wait for each other: the last one wins', async () => {
    const names = ['wasm', 'cpu', 'wasm', 'cpu'] as const;
    const chosen = await Promise.all(names.map((name) => useBackend(name)));
    expect(chosen.map((one) => one.name)).toEqual(names);
    expect(getBackend()).toBe('cpu');
  });

  test('a failed call between others harms neither', async () => {
    const [first, second, third] = await Promise.allSettled([
      useBackend('wasm'),
      useBackend('webgl'),
      useBackend('auto'),
    ]);
    expect([first.status, second.status, third.status]).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(getBackend()).toBe('simd');
  });

  test('repeated calls keep no tensor and no data, and register nothing twice', async () => {
    const description = await useBackend('wasm');
    const { numTensors, numDataBuffers } = memory();
    for (let i = 0; i < 5; i++) {
      await useBackend('cpu');
      expect(await useBackend('wasm')).toEqual(description);
    }
    expect(memory()).toMatchObject({ numTensors, numDataBuffers });
  });

  test('nothing is written to the console', async () => {
    const spies = (['log', 'warn', 'error', 'info'] as const).map((name) => vi.spyOn(console, name));
    await useBackend('wasm');
    await useBackend('webgl').catch(() => {});
    await useBackend('cpu');
    for (const spy of spies) {
      expect(spy).not.toHaveBeenCalled();
      spy.mockRestore();
    }
  });

  test('after a swap the tensors of earlier engines can be read and used', async () => {
    await useBackend('cpu');
    const x = tensor2d([1, 2, 3, 4], [2, 2]);
    await useBackend('wasm');
    const y = tidy(() => matMul(x, x));
    await useBackend('cpu');
    expect(Array.from(await y.data())).toEqual([7, 10, 15, 22]);
    const z = tidy(() => mul(y, x));
    expect(Array.from(await z.data())).toEqual([7, 20, 45, 88]);
    for (const tensor of [x, y, z]) tensor.dispose();
  });

  test('training goes on with the same losses when engines are swapped in the middle', async () => {
    const whole = await losses(['cpu']);
    expectClose(await losses(['cpu', 'wasm', 'cpu', 'wasm']), whole, { relative: 1e-5 });
    expect(whole.at(-1)!).toBeLessThan(whole[0]!);
  });
});

describe('errors', () => {
  test('an engine that is not here: the reason, the remedy, and the marks of our errors', async () => {
    await useBackend('cpu');
    const error = await useBackend('node').catch((error: unknown) => error);
    expect(error).toBeInstanceOf(BackendUnavailableError);
    expect(Symbol.for('genai.error') in (error as object)).toBe(true);
    expect((error as BackendUnavailableError).reasons).toEqual([
      { name: 'node', reason: 'not installed: @tensorflow/tfjs-node (npm install @tensorflow/tfjs-node)' },
    ]);
    expect((error as Error).message).toContain(
      "useBackend('node'): no engine can be used here.\n  node: not installed",
    );
    expect(getBackend()).toBe('cpu');
  });

  test('wasm files that are not there: the engine in use stays, and a later call works', async () => {
    // A fresh copy of the package would be needed to start wasm twice; a wrong path is found before it starts.
    await useBackend('cpu');
    const { wasmFiles } = await import('./wasm/wasm-files.js');
    await expect(wasmFiles('/nowhere')).rejects.toThrow('wasmPaths: there is no file /nowhere/tfjs-backend-wasm');
    await expect(wasmFiles({})).rejects.toThrow('wasmPaths: there is no file tfjs-backend-wasm');
    expect(Object.keys((await wasmFiles(undefined))!)).toHaveLength(3);
    expect((await useBackend('wasm')).name).toBe('wasm');
  });

  test('a name that is none', async () => {
    await expect(useBackend('gpu' as never)).rejects.toThrow(
      "useBackend('gpu'): no engine can be used here.\n  gpu: there is no such engine. Take 'auto' or one of webgpu, webgl, simd, wasm, node, cpu",
    );
  });
});

/** Six steps of a two-layer net, moving on to the next engine of the list after every one. */
async function losses(engines: readonly ('cpu' | 'wasm')[]): Promise<number[]> {
  await useBackend(engines[0]!);
  const make = (shape: number[], stream: number): Tensor => {
    const { values } = signed(shape, stream);
    return tensor(
      values.map((x) => 0.3 * x),
      shape,
    );
  };
  let params = [make([4, 8], 1), make([8, 2], 2)];
  const [x, y] = [make([6, 4], 3), make([6, 2], 4)];
  const results: number[] = [];
  for (let step = 0; step < 6; step++) {
    await useBackend(engines[step % engines.length]!);
    const loss = (first: Tensor, second: Tensor): Tensor =>
      mean(square(sub(matMul(relu(matMul(x, first)), second), y)));
    const [value, ...next] = tidy(() => {
      const slopes = grads(loss as never)(params);
      return [loss(params[0]!, params[1]!), ...params.map((p, i) => sub(p, mul(slopes[i]!, 0.5)))];
    });
    results.push((await value!.data())[0]!);
    for (const tensor of [value!, ...params]) tensor.dispose();
    params = next;
  }
  for (const tensor of [x, y, ...params]) tensor.dispose();
  return results;
}
