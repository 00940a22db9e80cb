import { type Distribution, type Key, key, type Model, type Samples } from '@genai/core';
import { normalNoise, owned } from '@genai/tensor';
import { add, mean, memory, mul, reshape, scalar, sub, sum, type Tensor, tensor } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { generator, LOG_2PI, latent, latentGap, latentNll, location, logNormal, normals } from '../test/models.js';
import { bitsPerDim, elbo, evaluate, type Metric, nll, on } from './index.js';

/** The first feature of each example, or its mean over the batch: numbers that a test can foretell. */
const first: Metric<unknown> = { measure: (_, x) => sum(reshape(x, [x.shape[0]!, -1]), 1) };
const batchMean: Metric<unknown> = { measure: (_, x) => mean(x) };

describe('known answers', () => {
  test('over its own draws, nll tends to the entropy and bitsPerDim to its share', async () => {
    const model = location(3);
    using params = owned(model.init(key(0)));
    const metrics = { nll: nll(), bits: bitsPerDim(), two: bitsPerDim(6) };
    const data = normals([1000, 1000, 1000, 500], 3);
    const scores = await evaluate(model, params, { data, key: key(1), metrics });
    const entropy = 1.5 * (LOG_2PI + 1);
    expect(scores.nll.count).toBe(3500);
    expect(scores.nll.unit).toBe('nats');
    // −log p = const + ½ Σ x², whose variance is 3 / 2
    expect(Math.abs(scores.nll.standardError / Math.sqrt(1.5 / 3500) - 1)).toBeLessThan(0.08);
    expect(Math.abs(scores.nll.mean - entropy)).toBeLessThan(4 * scores.nll.standardError);
    expect(scores.bits.mean).toBeCloseTo(scores.nll.mean / (3 * Math.LN2), 5);
    expect(scores.two.mean).toBeCloseTo(scores.bits.mean / 2, 5);
    expect(scores.bits.unit).toBe('bits/dim');
  });

  test('a model that is off by 1 in each feature loses half a nat for each', async () => {
    const model = location(2);
    using right = owned(model.init(key(0)));
    using wrong = owned({ loc: tensor([1, 1]) });
    const of = async (params: typeof right): Promise<number> => {
      const data = normals([4000], 2);
      return (await evaluate(model, params, { data, key: key(1), metrics: { nll: nll() } })).nll.mean;
    };
    expect((await of(wrong)) - (await of(right))).toBeCloseTo(1, 1);
  });

  test('every example has the same weight, whatever the batches', async () => {
    using data = owned([tensor([1, 2, 3, 4]), tensor([5, 6, 7, 8]), tensor([12])]);
    const scores = await evaluate(generator, {} as never, { data, key: key(0), metrics: { first, batchMean } });
    expect(scores.first.mean).toBeCloseTo(48 / 9, 12);
    expect(scores.batchMean.mean).toBeCloseTo(48 / 9, 6);
    expect(scores.batchMean.count).toBe(9);
    // sample variance of 1…8, 12: Σ (x − 16/3)² / 8
    const variance = [1, 2, 3, 4, 5, 6, 7, 8, 12].reduce((s, x) => s + (x - 16 / 3) ** 2, 0) / 8;
    expect(scores.first.standardError).toBeCloseTo(Math.sqrt(variance / 9), 10);
  });

  test('the standard error from means of batches agrees with that from examples', async () => {
    const data = (): Generator<Tensor> => normals(Array.from({ length: 400 }, (_, i) => 3 + (i % 5)));
    const params = {} as never;
    const { first: one, batchMean: many } = await evaluate(generator, params, {
      data: data(),
      key: key(0),
      metrics: { first, batchMean },
    });
    expect(one.count).toBe(2000);
    expect(Math.abs(one.standardError * Math.sqrt(2000) - 1)).toBeLessThan(0.065); // four standard errors of its own
    expect(Math.abs(many.standardError / one.standardError - 1)).toBeLessThan(0.15);
    expect(many.mean).toBeCloseTo(one.mean, 6);
  });

  test('means keep their digits far from 0, and an impossible example counts', async () => {
    using far = owned([tensor([16777000, 16777002]), tensor([16777001])]);
    const near = await evaluate(generator, {} as never, { data: far, key: key(0), metrics: { first } });
    expect(near.first.mean).toBe(16777001);
    expect(near.first.standardError).toBeCloseTo(Math.sqrt(1 / 3), 12);
    using never = owned([tensor([1, Number.POSITIVE_INFINITY]), tensor([3])]);
    const scores = await evaluate(generator, {} as never, { data: never, key: key(0), metrics: { first } });
    expect(scores.first.mean).toBe(Number.POSITIVE_INFINITY);
    expect(scores.first.standardError).toBeNaN();
  });
});

describe('how it works', () => {
  test('one key for each batch, the same for every metric; the same key gives the same scores', async () => {
    const keys: string[] = [];
    const noisy = (name: string): Metric<Samples<Tensor>> => ({
      measure: (distribution, x, k) => {
        keys.push(`${name} ${k.join()}`);
        return sub(reshape(distribution.sample(k, [x.shape[0]!]), [-1]), x);
      },
    });
    using params = owned(generator.init(key(0)));
    const metrics = { a: noisy('a'), b: noisy('b') };
    const [one, two] = [
      await evaluate(generator, params, { data: normals([4, 3]), key: key(1), metrics }),
      await evaluate(generator, params, { data: normals([4, 3]), key: key(1), metrics }),
    ];
    expect(one).toEqual(two);
    expect(one.a).toEqual(one.b);
    expect(new Set(keys.map((k) => k.slice(2))).size).toBe(2);
    expect(keys.length).toBe(8);
  });

  test('the model is conditioned on what `context` finds in the batch; `on` picks what is measured', async () => {
    const given: (Key | undefined)[] = [];
    const shifted: Model<{ scale: Tensor }, Distribution<Tensor>, Tensor> = {
      init: () => ({ scale: scalar(2) }),
      given: ({ scale }, context, k) => {
        given.push(k);
        const loc = mul(scale, context); // (batch)
        return {
          batchShape: context.shape,
          eventShape: [],
          sample: (s) => add(loc, normalNoise(s, loc.shape)),
          logProb: (x) => logNormal(x, loc, 1),
        };
      },
    };
    using params = owned(shifted.init(key(0)));
    using data = owned([{ x: tensor([2, 4, 7]), label: tensor([1, 2, 3]) }]);
    const scores = await evaluate(shifted, params, {
      data,
      key: key(0),
      context: (batch) => batch.label,
      metrics: { nll: on((batch: { x: Tensor }) => batch.x, nll()) },
    });
    expect(scores.nll.mean).toBeCloseTo(0.5 * LOG_2PI + 1 / 6, 6); // distances 0, 0, 1
    expect(scores.nll.unit).toBe('nats');
    expect(given).toEqual([undefined]); // no key: dropout does not act
  });

  test('one batch in memory at a time, whatever the metrics hand back', async () => {
    const before = memory().numTensors;
    const own: Metric<unknown> = { measure: (_, x) => x };
    using params = owned(generator.init(key(0)));
    const seen: number[] = [];
    const counting: Metric<unknown> = {
      measure: (_, x) => {
        seen.push(memory().numTensors - before);
        return mul(x, 2);
      },
    };
    const data = normals([5, 5, 5, 5]);
    const scores = await evaluate(generator, params, { data, key: key(0), metrics: { own, counting } });
    expect(new Set(seen).size).toBe(1);
    expect(scores.counting.mean).toBeCloseTo(2 * scores.own.mean, 6);
    expect(memory().numTensors - before).toBe(1); // the parameter
  });

  test('a signal stops it, with its reason, and closes the data', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const data = normals([3, 3, 3, 3]);
    let batches = 0;
    const stopping: Metric<unknown> = {
      measure: (_, x) => {
        if (++batches === 2) controller.abort(reason);
        return mul(x, 1);
      },
    };
    const options = { data, key: key(0), metrics: { stopping }, signal: controller.signal };
    await expect(evaluate(generator, {} as never, options)).rejects.toBe(reason);
    expect(batches).toBe(2);
    expect(data.next().done).toBe(true);
    await expect(evaluate(generator, {} as never, { ...options, data: [] })).rejects.toBe(reason);
  });
});

describe('errors, with nothing left over', () => {
  test('no data', async () => {
    await expect(evaluate(generator, {} as never, { data: [], key: key(0), metrics: {} })).rejects.toThrow(/no batch/);
  });

  test('a metric that scores each feature', async () => {
    const features: Metric<unknown> = { measure: (_, x) => mul(x, 1) };
    const data = normals([4], 2);
    const options = { data, key: key(0), metrics: { first, features } };
    await expect(evaluate(generator, {} as never, options)).rejects.toThrow(
      /metric "features" gave shape \[4, 2\] for a batch of 4, expected \[4\] or a scalar/,
    );
    const short: Metric<unknown> = { measure: () => tensor([1, 2]) };
    const again = { data: normals([3]), key: key(0), metrics: { short } };
    await expect(evaluate(generator, {} as never, again)).rejects.toThrow(/gave shape \[2\] for a batch of 3/);
  });

  test('what a model or a metric throws', async () => {
    const broken: Metric<unknown> = {
      measure: (_, x) => {
        mul(x, 2);
        throw new Error('no measure');
      },
    };
    const options = { data: normals([4, 4]), key: key(0), metrics: { first, broken } };
    await expect(evaluate(generator, {} as never, options)).rejects.toThrow('no measure');
    expect(options.data.next().done).toBe(true);
  });

  test('dims that are no size', () => {
    expect(() => bitsPerDim(0)).toThrow(/dims must be above 0, got 0/);
  });
});

test('elbo: one draw for each example, log p(x) less the divergence of q from the posterior', async () => {
  const draws: number[] = [];
  const model = latent((samples) => draws.push(samples));
  using params = owned(model.init(key(0)));
  const exact: Metric<unknown> = { measure: (_, x) => tensor(Array.from(x.dataSync() as Float32Array, latentNll)) };
  const metrics = { elbo: elbo(), exact };
  const scores = await evaluate(model, params, { data: normals([2000, 2000]), key: key(1), metrics });
  expect(draws).toEqual([1, 1]);
  // The log weight of a draw has the standard deviation 3 / √2.
  const error = -scores.elbo.mean - (scores.exact.mean + latentGap);
  expect(Math.abs(error)).toBeLessThan((4 * 3) / Math.sqrt(2) / Math.sqrt(4000));
});
