import { key } from '@genai/core';
import { owned } from '@genai/tensor';
import {
  type BackendTimingInfo,
  copyRegisteredKernels,
  findBackendFactory,
  type KernelBackend,
  memory,
  registerBackend,
  removeBackend,
  setBackend,
} from '@tensorflow/tfjs-core';
import { afterEach, expect, test } from 'vitest';
import { points, squaredError } from '../../test/regression.js';
import { minimize } from '../minimize.js';
import { sgd } from '../sgd.js';
import { flameChart } from './flame-chart.js';
import { profileOnDevice } from './profile-on-device.js';
import { profileStep } from './profile-step.js';

/** An engine that passes for a card: the i-th thing that it times took `times(i)` ms. */
async function useCard(times: (i: number) => number | { readonly error: string }, tells = true): Promise<void> {
  let timed = 0;
  let running = 0;
  const card = findBackendFactory('cpu')() as KernelBackend;
  card.timerAvailable = () => tells;
  card.time = async (f: () => void): Promise<BackendTimingInfo> => {
    running++;
    f();
    running--;
    const answer = times(timed++);
    await new Promise((later) => setTimeout(later, 1)); // known only when the card has done it
    expect(running).toBe(0);
    return { kernelMs: answer };
  };
  registerBackend('webgl', () => card, 0);
  if (!copied) copyRegisteredKernels('cpu', 'webgl');
  copied = true;
  await setBackend('webgl');
}
let copied = false;

afterEach(leaveCard);

async function leaveCard(): Promise<void> {
  await setBackend('cpu');
  if (findBackendFactory('webgl')) removeBackend('webgl');
}

const step = minimize(squaredError, sgd(0.1));

test('known answers: each kernel has the time of the card, one behind the other, and nothing is left over', async () => {
  using onHost = owned(points());
  const host = profileStep(step, { batch: onHost, key: key(0) });
  await useCard((i) => (i % 5) / 8); // exact in binary
  using batch = owned(points());
  const before = memory().numTensors;
  const found = await profileOnDevice(step, { batch, key: key(0), warmups: 1 });
  expect(memory().numTensors).toBe(before);
  expect(found).toMatchObject({ engine: 'webgl', timed: 'device', peakBytes: host.peakBytes });
  expect(found.kernels.map(({ name, path }) => [name, path.at(-1)])).toEqual(
    host.kernels.map(({ name, path }) => [name, path.at(-1)]),
  );
  let end = 0;
  for (const [i, { start, milliseconds }] of found.kernels.entries()) {
    expect([start, milliseconds]).toEqual([end, (i % 5) / 8]);
    end += milliseconds;
  }
  expect(found.milliseconds).toBe(end);
  expect(flameChart(found)).toContain('(times of the device, without the host)');
});

test('known answers: an engine that cannot tell, or was disturbed, gives the times of the host and says so', async () => {
  using onHost = owned(points());
  expect((await profileOnDevice(step, { batch: onHost, key: key(0) })).timed).toBe('computing');
  for (const [answer, tells] of [
    [1, false],
    [{ error: 'disjoint' }, true],
  ] as const) {
    await useCard(() => answer, tells);
    using batch = owned(points());
    const found = await profileOnDevice(step, { batch, key: key(0) });
    expect(found.timed).toBe('submitting');
    expect(found.milliseconds).toBeGreaterThan(0);
    await leaveCard();
  }
});

test('errors: what a step throws comes through, and the card can time again', async () => {
  await useCard(() => 1);
  using batch = owned(points());
  const failing: typeof squaredError = {
    ...squaredError,
    loss: (params, points, k, at) => {
      const { loss, bias } = squaredError.loss(params, points, k, at);
      if (isFailing) throw new Error('on purpose');
      return { loss, bias };
    },
  };
  let isFailing = true;
  const broken = minimize(failing, sgd(0.1));
  await expect(profileOnDevice(broken, { batch, key: key(0), warmups: 0 })).rejects.toThrow('on purpose');
  isFailing = false;
  expect((await profileOnDevice(broken, { batch, key: key(0) })).timed).toBe('device');
  await expect(profileOnDevice(step, { batch, key: key(0), warmups: -1 })).rejects.toThrow(
    /profileOnDevice: warmups .* got -1/,
  );
});
