import { key } from '@genai/core';
import { contents, distinct } from '@genai/testing/step-laws';
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import {
  engine,
  getKernelsForBackend,
  memory,
  registerBackend,
  registerKernel,
  removeBackend,
  setBackend,
  type Tensor,
} from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { shuffled, squaredError } from '../test/regression.js';
import { adam, ema, minimize, train } from './index.js';

/** A second engine with the kernels of the first, whose tensors cannot be read at once: as on webgpu. */
class Elsewhere extends MathBackendCPU {
  override readSync(): never {
    throw new Error('this engine reads only asynchronously');
  }
  override async read(dataId: object): Promise<never> {
    return super.readSync(dataId as never) as never;
  }
}

beforeAll(() => {
  registerBackend('elsewhere', () => new Elsewhere());
  for (const kernel of getKernelsForBackend('cpu')) registerKernel({ ...kernel, backendName: 'elsewhere' });
});
afterAll(() => removeBackend('elsewhere'));

const step = ema(minimize(squaredError, adam(0.02)), { decay: 0.9 });

describe('parity: the application changes the engine in the middle of a run', () => {
  test.each([{ ahead: 0 }, { ahead: 1 }] as const)('the losses are the same ($ahead ahead)', async ({ ahead }) => {
    const want: number[] = [];
    await using whole = train(step, { data: shuffled(), steps: 9, key: key(5) });
    for await (const { metrics } of whole) want.push(metrics.loss);

    const before = memory().numTensors;
    await using run = train(step, { data: shuffled(), steps: 9, key: key(5), ahead });
    const got: number[] = [];
    for await (const { step: told, metrics, state } of run) {
      got.push(metrics.loss);
      expect(distinct(state).some((leaf) => leaf.isDisposed)).toBe(false);
      if (told === 3) await setBackend('elsewhere');
      if (told === 5) expect(placeOf(run.state.params.weight)).toBeInstanceOf(Elsewhere);
      if (told === 6) await setBackend('cpu');
    }
    expect(got).toEqual(want);
    expect(memory().numTensors - before).toBe(distinct(run.state).length);
    expect(placeOf(run.state.params.weight)).not.toBeInstanceOf(Elsewhere);
    expect(contents(run.state)).toEqual(contents(whole.state));
  });
});

function placeOf({ dataId }: Tensor): unknown {
  return engine().state.tensorInfo.get(dataId)?.backend;
}
