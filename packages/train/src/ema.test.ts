import { key } from '@genai/core';
import { owned, scope } from '@genai/tensor';
import { contents, free, stepLaws } from '@genai/testing/step-laws';
import type { Tensor } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { points, shuffled, squaredError } from '../test/regression.js';
import { adam, ema, minimize, sgd, train } from './index.js';

stepLaws('ema', () => ({ step: ema(minimize(squaredError, adam(0.01)), { decay: 0.9 }), batch: points }));

test('before the first update the average is a copy of the parameters', () => {
  using state = owned(ema(minimize(squaredError, sgd(0.1)), { decay: 0.9 }).init(key(0)));
  expect(contents(state.average)).toEqual(contents(state.params));
  expect(state.average.weight).not.toBe(state.params.weight);
});

test('the average is Σ decayᵗ⁻ⁱ pᵢ / Σ decayᵗ⁻ⁱ from the first update on', async () => {
  const decay = 0.8;
  const step = ema(minimize(squaredError, sgd(0.1)), { decay });
  await using run = train(step, { data: shuffled(), steps: 12, key: key(3) });
  const seen: number[] = [];
  for await (const { state } of run) {
    seen.push(state.params.bias.dataSync()[0]!);
    const weights = seen.map((_, i) => decay ** (seen.length - 1 - i));
    const total = weights.reduce((a, b) => a + b);
    const want = seen.reduce((sum, p, i) => sum + p * weights[i]!, 0) / total;
    expect(state.average.bias.dataSync()[0]).toBeCloseTo(want, 6);
  }
  expect(seen.length).toBe(12);
  expect(new Set(seen).size).toBe(12);
});

test('the wrapped step goes on as if it were alone', () => {
  const inner = minimize(squaredError, adam(0.01));
  const outer = ema(inner, { decay: 0.9 });
  using batch = owned(points());
  const alone = scope(() => inner.run(inner.init(key(0)), batch, key(1)));
  const wrapped = scope(() => outer.run(outer.init(key(0)), batch, key(1)));
  const { average, averageCount, ...rest } = wrapped.state;
  expect(contents(rest)).toEqual(contents(alone.state));
  expect(averageCount.dataSync()[0]).toBe(1);
  for (const [i, { values }] of contents(average).entries()) {
    for (const [j, value] of values.entries()) expect(value).toBeCloseTo(contents(rest.params)[i]!.values[j]!, 6);
  }
  free(alone, wrapped);
});

test('errors: decay must be below 1', () => {
  const step = minimize(squaredError, sgd(0.1));
  expect(() => ema<{ params: { [name: string]: Tensor } }, never, never>(step as never, { decay: 1 })).toThrow(/got 1/);
});
