import { key, type Model, randomNormal } from '@genai/core';
import { bootstrap, type Metric } from '@genai/eval';
import { setBackend, square, sum, type Tensor, tensor1d } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, expect, test } from 'vitest';
import { evaluated, measurements } from './evaluated.js';

beforeAll(() => setBackend('cpu'));

const values = Float32Array.from(randomNormal(key(0), 300));
const nothing: Model<object, object, void> = { init: () => ({}), given: () => ({}) };
const metrics = {
  itself: { unit: 'm', measure: (_, x) => x } as Metric<object, Tensor>,
  squared: { measure: (_, x) => square(x) } as Metric<object, Tensor>,
  total: { measure: (_, x) => sum(x) } as Metric<object, Tensor>,
};

function* batches(): Generator<Tensor> {
  for (const [first, end] of [
    [0, 128],
    [128, 256],
    [256, 300],
  ]) {
    const x = tensor1d(values.subarray(first, end));
    yield x;
    x.dispose();
  }
}

test('known answers: intervals are those of the values themselves, batch after batch', async () => {
  const found = await evaluated(nothing, {}, { data: batches(), key: key(1), metrics, bootstrap: 400 });
  const { mean, standardError, interval } = found.itself;
  expect(interval!.low).toBeCloseTo(mean - 1.96 * standardError, 1.5);
  expect(interval!.high).toBeCloseTo(mean + 1.96 * standardError, 1.5);
  const direct = bootstrap(300, (rows) => rows.reduce((total, row) => total + values[row]! ** 2, 0) / 300, {
    key: key(5),
    rounds: 400,
  });
  expect(found.squared.interval!.low).toBeCloseTo(direct.low, 1);
  expect(found.squared.interval!.high).toBeCloseTo(direct.high, 1);
  expect(found.total).not.toHaveProperty('interval'); // a number a batch tells nothing of examples
});

test('laws: the means do not change with the bootstrap, and one key gives one interval', async () => {
  const options = { key: key(1), metrics };
  const plain = await evaluated(nothing, {}, { data: batches(), ...options });
  const first = await evaluated(nothing, {}, { data: batches(), ...options, bootstrap: 20 });
  const second = await evaluated(nothing, {}, { data: batches(), ...options, bootstrap: 20 });
  expect(first).toEqual(second);
  for (const name of ['itself', 'squared', 'total'] as const) expect(first[name].mean).toBe(plain[name].mean);
  expect(measurements(first).itself).toEqual({
    ...{ mean: plain.itself.mean, standardError: plain.itself.standardError, unit: 'm' },
    interval: first.itself.interval,
  });
  expect(measurements(plain).itself).not.toHaveProperty('interval');
});
