import { disposeTree, key, split } from '@genai/core';
import { normalNoise, scope, valueAndGrad } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { eye, ones, scalar, slice, sum, type Tensor, zeros } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { type AdaptedParams, projection } from './index.js';

const [ROWS, WIDTH] = [500, 4];
const layer = projection(WIDTH, { query: WIDTH, value: WIDTH }, { bias: false });
/** A projection to nothing, beside which adapters pass on what they are given. */
const passing = (rate: number): AdaptedParams => {
  const adapter = () => ({ a: eye(WIDTH), b: eye(WIDTH), rate: scalar(rate) });
  return { base: { weight: zeros([WIDTH, 2 * WIDTH]) }, adapters: { query: adapter(), value: adapter() } };
};
const columns = (y: Tensor, from: number): Tensor => slice(y, [0, from], [ROWS, WIDTH]);

test('known answers: of what comes into an adapter a share is dropped with a key, and the rest stands for it', () => {
  scope(() => {
    const x = ones([ROWS, WIDTH]);
    const params = passing(0.3);
    const values = Array.from(layer.apply(params, x, key(1)).dataSync());
    expect(new Set(values.map((value) => value.toFixed(5)))).toEqual(new Set(['0.00000', (1 / 0.7).toFixed(5)]));
    const dropped = values.filter((value) => value === 0).length / values.length;
    expect(Math.abs(dropped - 0.3)).toBeLessThan(0.03); // 4 deviations of a share of 4,000
    expectClose(layer.apply(params, x), values.map(() => 1), { absolute: 0 }); // biome-ignore format: one line
    return {};
  });
});

test('known answers: each part drops on its own: both at once as often as chance has it', () => {
  scope(() => {
    const y = layer.apply(passing(0.5), ones([ROWS, WIDTH]), key(2));
    const [query, value] = [columns(y, 0).dataSync(), columns(y, WIDTH).dataSync()];
    const both = query.filter((one, i) => one === 0 && value[i] === 0).length / query.length;
    expect(Math.abs(both - 0.25)).toBeLessThan(0.04);
    return {};
  });
});

test('known answers: another adapter of a part adds to it, and drops on its own or not at all', () => {
  scope(() => {
    const x = normalNoise(key(3), [ROWS, WIDTH]);
    const whole = { a: eye(WIDTH), b: eye(WIDTH) };
    const one = passing(0.3);
    const query = { ...one.adapters.query!, also: whole };
    const y = layer.apply({ ...one, adapters: { query } }, x, key(1));
    const [got, given] = [columns(y, 0).dataSync(), x.dataSync()];
    let dropped = 0;
    for (const [i, value] of got.entries()) {
      const added = value - given[i]!;
      if (Math.abs(added) < 1e-6) dropped++;
      else expect(added).toBeCloseTo(given[i]! / 0.7, 4);
    }
    expect(Math.abs(dropped / got.length - 0.3)).toBeLessThan(0.05);
    return {};
  });
});

test('laws: the gradient passes where the input did', () => {
  const x = normalNoise(key(3), [ROWS, WIDTH]);
  const params = passing(0.3);
  const { values, grad } = valueAndGrad((x: Tensor) => ({ loss: sum(layer.apply(params, x, key(1))) }), x);
  const y = scope(() => layer.apply(params, ones([ROWS, WIDTH]), key(1))); // 0 or 1 / 0.7, where it was kept
  const kept = y.dataSync();
  const want = Array.from({ length: ROWS * WIDTH }, (_, i) => {
    const [row, column] = [Math.floor(i / WIDTH), i % WIDTH];
    return kept[row * 2 * WIDTH + column]! + kept[row * 2 * WIDTH + WIDTH + column]!;
  });
  expectClose(grad, want, { absolute: 1e-5 });
  disposeTree([x, params, values, grad, y]);
});

test('laws: other keys drop others', () => {
  scope(() => {
    const [one, other] = split(key(7)).map((k) => layer.apply(passing(0.5), ones([ROWS, WIDTH]), k).dataSync());
    expect(one).not.toEqual(other);
    return {};
  });
});
