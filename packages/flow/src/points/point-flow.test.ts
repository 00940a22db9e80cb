import { key, leaves, type Tree } from '@genai/core';
import { gaussian, independent, normal, standardNormal } from '@genai/distributions';
import { normalNoise, scope } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { layerLaws } from '@genai/testing/layer-laws';
import { modelLaws } from '@genai/testing/model-laws';
import {
  add,
  concat,
  mean,
  mul,
  onesLike,
  slice,
  sub,
  sum,
  type Tensor,
  zeros,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import type { Bijector } from '../bijector.js';
import { conditionalFlow } from '../conditional-flow.js';
import { flow } from '../flow.js';
import { realNvp } from '../presets/real-nvp.js';
import { pointFlow } from './point-flow.js';
import { pointNet } from './point-net.js';

const encoder = pointNet({ outputs: 2 * 2, each: [8, 8], whole: [8] });
const small = pointFlow({
  encoder: gaussian(encoder),
  prior: realNvp({ features: 2, transforms: 2, hidden: [8] }),
  points: realNvp({ features: 3, context: 2, transforms: 3, hidden: [8] }),
  count: 5,
});

layerLaws('pointNet', () => ({
  layer: pointNet({ outputs: 3, each: [4], whole: [] }),
  input: () => normalNoise(key(1), [2, 5, 3]),
  output: [2, 3],
  wrong: () => zeros([2, 5, 2]),
}));
modelLaws('pointFlow', () => ({
  model: small,
  context: () => undefined,
  data: () => normalNoise(key(1), [2, 6, 3]),
}));

test('laws: neither the order of points nor a point that stands twice changes what a cloud is seen as', () => {
  scope(() => {
    const params = encoder.init(key(0));
    const cloud = normalNoise(key(1), [1, 6, 3]);
    const turned = concat(
      [slice(cloud, [0, 2], [1, 4]), slice(cloud, [0, 0], [1, 2]), slice(cloud, [0, 0], [1, 1])],
      1,
    );
    expectClose(encoder.apply(params, turned), encoder.apply(params, cloud).dataSync(), { absolute: 1e-6 });
    return [];
  });
});

test('laws: one noise for all shapes: equal shapes get equal clouds, and a cloud has as many points as one likes', () => {
  scope(() => {
    const params = small.init(key(0));
    const z = concat([zeros([1, 2]), zeros([1, 2]), normalNoise(key(2), [1, 2])]);
    const clouds = small.decode(params, z, { key: key(3), count: 7 });
    expect(clouds.shape).toEqual([3, 7, 3]);
    const [a, b, c] = [0, 1, 2].map((i) => [...slice(clouds, [i], [1]).dataSync()]);
    expect(a).toEqual(b);
    expect(a).not.toEqual(c);
    expect(small.decode(params, z, { key: key(3) }).shape).toEqual([3, 5, 3]);
    const prior = small.prior(params);
    expectClose(prior.inverse(prior.forward(z)), z, { absolute: 1e-5 });
    return [];
  });
});

/** x = z + noise, for points in a shape z. */
const around: Bijector<Record<string, never>> = {
  init: () => ({}),
  forward: (_, x, context) => scope(() => ({ y: sub(x, context!), logDet: sum(zerosLike(x), 1) })),
  inverse: (_, y, context) => scope(() => ({ x: add(y, context!), logDet: sum(zerosLike(y), 1) })),
};
const still: Bijector<Record<string, never>> = {
  init: () => ({}),
  forward: (_, x) => scope(() => ({ y: mul(x, 1), logDet: sum(zerosLike(x), 1) })),
  inverse: (_, y) => scope(() => ({ x: mul(y, 1), logDet: sum(zerosLike(y), 1) })),
};

test('known answers: with the true posterior one draw gives log p(cloud) exactly', () => {
  // z ~ N(0, I), N points z + N(0, I): q(z | X) = N(Σx / (N + 1), 1 / (N + 1)), and log p(X) is that of a normal
  // with covariance I + 1 1ᵀ in each of the three directions: determinant N + 1, inverse I − 1 1ᵀ / (N + 1).
  const exact = pointFlow({
    encoder: {
      init: () => ({}),
      given: (_: object, clouds: Tensor) => {
        const loc = scope(() => mul(sum(clouds, 1), 1 / (clouds.shape[1]! + 1)));
        return independent(normal(loc, mul(onesLike(loc), (clouds.shape[1]! + 1) ** -0.5)), 1);
      },
    },
    prior: flow({ transforms: [still], base: standardNormal(3) }),
    points: conditionalFlow({ transforms: [around], base: standardNormal(3) }),
    count: 4,
  });
  scope(() => {
    const params = exact.init(key(0));
    const clouds = normalNoise(key(1), [2, 4, 3]);
    const numbers = clouds.dataSync();
    const expected = [0, 1].map((cloud) => {
      let energy = 0;
      for (let axis = 0; axis < 3; axis++) {
        const xs = Array.from({ length: 4 }, (_, i) => numbers[12 * cloud + 3 * i + axis]!);
        const total = xs.reduce((a, b) => a + b);
        energy += xs.reduce((a, b) => a + b * b, 0) - total ** 2 / 5;
      }
      return -0.5 * (energy + 3 * Math.log(5) + 12 * Math.log(2 * Math.PI));
    });
    for (const samples of [1, 3]) {
      expectClose(exact.given(params).logProbBound(clouds, key(2), samples), expected, { absolute: 1e-4 });
    }
    return [];
  });
});

test('laws: more draws tighten the bound', () => {
  scope(() => {
    const params = small.init(key(0));
    const clouds = normalNoise(key(1), [16, 6, 3]);
    const bound = (samples: number): number =>
      mean(small.given(params).logProbBound(clouds, key(2), samples)).dataSync()[0]!;
    expect(bound(1)).toBeLessThan(bound(20));
    return [];
  });
});

test('laws: parameters have names by their parts', () => {
  scope(() => {
    const paths = leaves<Tensor>(small.init(key(0)) as unknown as Tree<Tensor>).map(([path]) => path.split('.')[0]);
    expect(new Set(paths)).toEqual(new Set(['encoder', 'prior', 'points']));
    return [];
  });
});
