import { key, type LowerBound, type Model, randomNormal } from '@genai/core';
import { owned } from '@genai/tensor';
import { fill, memory, type Tensor, tensor } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { latent, latentGap, latentNll, normals } from '../test/models.js';
import { evaluate, importanceWeightedNll } from './index.js';

describe('known answers: a latent model whose density is known', () => {
  test('the bound comes down to −log p(x) as samples grow', async () => {
    const model = latent();
    using params = owned(model.init(key(0)));
    using data = owned([tensor(randomNormal(key(3), 400))]);
    const want = Array.from(data[0]!.dataSync(), latentNll).reduce((a, b) => a + b) / 400;
    const of = async (samples: number): Promise<number> => {
      const metrics = { nll: importanceWeightedNll({ samples, chunk: 64 }) };
      return (await evaluate(model, params, { data, key: key(1), metrics })).nll.mean;
    };
    const [one, ten, thousand] = [await of(1), await of(10), await of(1000)];
    expect(Math.abs(one - want - latentGap)).toBeLessThan(0.43); // four standard errors: 4 · 3 / √2 / √400
    expect(ten).toBeGreaterThan(want + 0.01);
    expect(ten).toBeLessThan(one);
    expect(Math.abs(thousand - want)).toBeLessThan(0.01);
  });
});

describe('chunks', () => {
  /** Bounds that only depend on how often they were asked for: means of w = 1, 2, 3, …, one per draw. */
  const numbered = (): Model<{ none: Tensor }, LowerBound<Tensor>> & { readonly sizes: number[] } => {
    const sizes: number[] = [];
    return {
      sizes,
      init: () => ({ none: tensor(0) }),
      given: () => ({
        logProbBound: (x, _, samples = 1) => {
          const before = sizes.reduce((a, b) => a + b, 0);
          sizes.push(samples);
          const mean = Array.from({ length: samples }, (_, i) => before + i + 1).reduce((a, b) => a + b) / samples;
          return fill([x.shape[0]!], Math.log(mean));
        },
      }),
    };
  };

  test.each([
    [10, 10, [10]],
    [10, 4, [4, 4, 2]],
    [9, 4, [4, 5]], // no chunk of one draw beside others
    [1, 4, [1]],
    [3, 2, [3]],
    [40, undefined, [16, 16, 8]],
  ])('%i samples by %s: combined exactly', async (samples, chunk, sizes) => {
    const model = numbered();
    const metric = importanceWeightedNll({ samples, ...(chunk && { chunk }) });
    using data = owned([tensor([1, 2])]);
    const { nll } = await evaluate(model, {} as never, { data, key: key(0), metrics: { nll: metric } });
    expect(model.sizes).toEqual(sizes);
    expect(nll.mean).toBeCloseTo(-Math.log((samples + 1) / 2), 6); // the mean of 1 … samples
    expect(nll.count).toBe(2);
  });

  test('each has its own key, and memory follows the chunk', async () => {
    const keys = new Set<string>();
    const peaks: number[] = [];
    const inner = latent(() => peaks.push(memory().numBytes));
    const model: typeof inner = {
      ...inner,
      given: (params, context) => ({
        logProbBound: (x, k, samples) => {
          keys.add(k.join());
          return inner.given(params, context).logProbBound(x, k, samples);
        },
      }),
    };
    const data = normals([100]);
    const metrics = { nll: importanceWeightedNll({ samples: 2000, chunk: 20 }) };
    await evaluate(model, {} as never, { data, key: key(0), metrics });
    expect(keys.size).toBe(100);
    // what a chunk leaves behind is one number an example: 400 bytes each
    expect(peaks.at(-1)! - peaks[0]!).toBe(99 * 400);
  });

  test('an example that no draw can explain is infinitely unlikely, not NaN', async () => {
    const model: Model<{ none: Tensor }, LowerBound<Tensor>> = {
      init: () => ({ none: tensor(0) }),
      given: () => ({ logProbBound: (x) => fill([x.shape[0]!], Number.NEGATIVE_INFINITY) }),
    };
    const metrics = { nll: importanceWeightedNll({ samples: 40 }) };
    const { nll } = await evaluate(model, {} as never, { data: normals([3]), key: key(0), metrics });
    expect(nll.mean).toBe(Number.POSITIVE_INFINITY);
  });
});

test('errors: counts', () => {
  expect(() => importanceWeightedNll({ samples: 0 })).toThrow(/samples must be an integer of at least 1, got 0/);
  expect(() => importanceWeightedNll({ samples: 10, chunk: 1 })).toThrow(
    /chunk must be an integer of at least 2, got 1/,
  );
});
