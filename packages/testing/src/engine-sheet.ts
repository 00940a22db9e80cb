import {
  add,
  conv2d,
  conv2dTranspose,
  dispose,
  gather,
  grads,
  matMul,
  mean,
  memory,
  mul,
  relu,
  reshape,
  setBackend,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor4D,
  tensor,
  tidy,
} from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkGradients } from './check-gradients.js';
import { type EngineCase, engineCases, tensorsOf } from './engine-cases.js';
import { type HostTensor, integers, signed } from './engine-host.js';
import { toleranceOf } from './engine-tolerances.js';
import { expectClose } from './expect-close.js';

export type EngineSheet = {
  /** Makes the engine under test the current one. */
  readonly use: () => Promise<unknown>;
  /** Cases that this engine cannot run, by `family: name`, each with its reason. */
  readonly skip?: Readonly<Record<string, string>>;
};

/**
 * Registers the tests that every engine must pass: each operation that training needs, forwards and backwards, and a
 * short training run, against the host in float64 or else the cpu engine, within the one table of tolerances.
 *
 * On 'cpu' itself, gradients are held against finite differences instead.
 *
 * @throws Error if `skip` names what is no case, or gives no reason.
 *
 * @example
 * engineSheet('wasm', { use: () => useBackend('wasm') });
 */
export function engineSheet(engine: string, { use, skip = {} }: EngineSheet): void {
  const tolerance = toleranceOf(engine);
  const cases = engineCases();
  for (const [name, reason] of Object.entries(skip)) {
    if (!cases.some((one) => nameOf(one) === name)) throw new Error(`engineSheet: skip names no case: ${name}`);
    if (!reason.trim()) throw new Error(`engineSheet: skip gives no reason for ${name}`);
  }
  describe(`engines: ${engine}`, () => {
    beforeAll(async () => void (await use())); // an engine that does not start fails once, and says why
    afterAll(async () => void (await setBackend('cpu')));

    for (const one of cases) {
      const reason = skip[nameOf(one)];
      const title = reason === undefined ? nameOf(one) : `${nameOf(one)} (skipped: ${reason})`;
      test.skipIf(reason !== undefined)(title, async () => {
        await setBackend('cpu');
        const reference = one.host ? one.host(...one.inputs.map((x) => Array.from(x.values))) : await values(one);
        const slopes = one.gradient ? await gradients(one) : [];
        await use();
        compare([await values(one)], [reference], tolerance[one.kind]);
        if (!one.gradient) return;
        if (engine === 'cpu') await finiteDifferences(one);
        else compare(await gradients(one), slopes, tolerance[one.kind]);
      });
    }

    test('training: a small net has the losses that it has on cpu', async () => {
      await setBackend('cpu');
      const reference = await trainingRun();
      await use();
      const losses = await trainingRun();
      expect(losses.at(-1)!).toBeLessThan(0.9 * losses[0]!);
      compare([losses], [reference], tolerance.training);
    });

    test('memory: training leaves nothing behind', async () => {
      await use();
      const before = memory();
      for (let i = 0; i < 20; i++) await trainingRun(1);
      expect(memory().numTensors).toBe(before.numTensors);
      expect(memory().numDataBuffers).toBe(before.numDataBuffers);
    });
  });
}

function nameOf({ family, name }: EngineCase): string {
  return `${family}: ${name}`;
}

async function values(one: EngineCase): Promise<number[]> {
  return (await read(() => [tidy(() => one.run(...tensorsOf(one)))]))[0]!;
}

/** The gradient of Σ w·f, with w different for each entry, by every float input. */
async function gradients(one: EngineCase): Promise<number[][]> {
  return read(() =>
    tidy(() => {
      const inputs = tensorsOf(one);
      const floats = inputs.flatMap((x, i) => (x.dtype === 'float32' ? [i] : []));
      const loss = (...xs: Tensor[]): Tensor => {
        const all = [...inputs];
        for (const [j, i] of floats.entries()) all[i] = xs[j]!;
        const y = one.run(...all);
        return sum(mul(y, hostTensor(signed(y.shape, 9))));
      };
      return grads(loss)(floats.map((i) => inputs[i]!));
    }),
  );
}

async function finiteDifferences(one: EngineCase): Promise<void> {
  const inputs = tensorsOf(one);
  try {
    await checkGradients(one.run, inputs, { directions: 1 });
  } finally {
    dispose(inputs);
  }
}

/** An embedding, two convolutions, a transposed one and a dense layer, trained by plain gradient descent. */
async function trainingRun(steps = 6): Promise<number[]> {
  const losses: number[] = [];
  const [images, labels, target] = [signed([4, 8, 8, 1]), integers([1, 0, 2, 1], [4]), signed([4, 8, 8, 1], 8)];
  let params = [
    signed([3, 3, 1, 4], 1),
    signed([4, 4, 4, 4], 2),
    signed([3, 16], 3),
    signed([16, 16], 4),
    signed([4, 4, 1, 2], 5),
  ].map((x) => tidy(() => mul(hostTensor(x), 0.1)));
  try {
    for (let step = 0; step < steps; step++) {
      const [loss, next] = tidy(() => descend(params, hostTensor(images), hostTensor(labels), hostTensor(target)));
      dispose(params);
      params = next;
      losses.push(...(await read(() => [loss]))[0]!);
    }
  } finally {
    dispose(params);
  }
  return losses;
}

function descend(params: Tensor[], x: Tensor, labels: Tensor, target: Tensor): [loss: Tensor, params: Tensor[]] {
  const forward = (...[first, second, table, dense, last]: Tensor[]): Tensor => {
    let h: Tensor = relu(conv2d(x as Tensor4D, first as Tensor4D, 1, 'same')); // (4, 8, 8, 4)
    h = relu(conv2d(h as Tensor4D, second as Tensor4D, 2, 'same')); // (4, 4, 4, 4)
    h = add(matMul(reshape(h, [16, 16]), dense!), 0.1); // (16, 16)
    h = add(reshape(h, [4, 4, 4, 4]), reshape(gather(table!, labels as Tensor1D), [4, 1, 4, 4])); // (4, 4, 4, 4)
    h = reshape(h, [4, 4, 8, 2]);
    h = conv2dTranspose(h as Tensor4D, last as Tensor4D, [4, 8, 8, 1], [2, 1], 'same'); // (4, 8, 8, 1)
    const miss = sub(h, target);
    return mean(mul(miss, miss));
  };
  const slopes = grads(forward)(params);
  return [forward(...params), params.map((p, i) => sub(p, mul(slopes[i]!, 2)))];
}

function hostTensor({ values, shape, dtype }: HostTensor): Tensor {
  return tensor(values, [...shape], dtype);
}

/** Reads tensors as every engine can, without waiting in between, and frees them. */
async function read(make: () => Tensor[]): Promise<number[][]> {
  const tensors = make();
  try {
    return (await Promise.all(tensors.map((x) => x.data()))).map((data) => Array.from(data));
  } finally {
    dispose(tensors);
  }
}

function compare(got: readonly number[][], expected: readonly number[][], tolerance: number): void {
  expect(got.length).toBe(expected.length);
  for (const [i, numbers] of got.entries()) {
    expectClose(numbers, expected[i]!, { absolute: tolerance, relative: tolerance });
  }
}
