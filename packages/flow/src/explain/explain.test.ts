import { key, split } from '@genai/core';
import { standardNormal } from '@genai/distributions';
import { mlp } from '@genai/nn';
import { normalNoise, owned, scope } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { add, mul, sum, tanh, tensor1d, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import type { Bijector } from '../bijector.js';
import { coupling } from '../coupling.js';
import { flow } from '../flow.js';
import { affineMap } from '../scalar/affine-map.js';
import { attributions } from './attributions.js';
import { flowSvg } from './flow-svg.js';
import { flowViews } from './flow-views.js';
import { logDensityTerms } from './log-density-terms.js';

const net = (inputs: number, outputs: number) => mlp([inputs, 8, outputs], { activation: tanh });
const layer = (passes: 'even' | 'odd') => coupling({ features: 2, passes, map: affineMap({ logScale: tanh }), net });
const density = flow({ transforms: [layer('even'), layer('odd')], base: standardNormal(2) });

test('known answers: the terms add up to the log-density', () => {
  scope(() => {
    const params = density.init(key(0));
    const x = normalNoise(key(1), [5, 2]);
    const terms = logDensityTerms(density, params, x);
    expect(terms.maps.shape).toEqual([5, 2]);
    expectClose(terms.logProb, density.given(params).logProb(x), { absolute: 1e-5 });
    expectClose(sum(terms.maps, 1), density.forward(params, x).logDet, { absolute: 1e-5 });
    return [];
  });
});

test('known answers: of a normal density each dimension adds −½ (x² − r²)', () => {
  scope(() => {
    const x = tensor2d([1, -2, 3, 0.5], [2, 2]);
    const reference = tensor1d([0.5, 1]);
    const normal = standardNormal(2);
    const parts = attributions(normal, {}, x, { reference, steps: 4 });
    expectClose(parts, [-0.5 * (1 - 0.25), -0.5 * (4 - 1), -0.5 * (9 - 0.25), -0.5 * (0.25 - 1)], { absolute: 1e-5 });
    return [];
  });
});

test('laws: attributions add up to the difference of log-densities', () => {
  scope(() => {
    const params = density.init(key(0));
    const x = normalNoise(key(1), [5, 2]);
    const given = density.given(params);
    const parts = sum(attributions(density, params, x, { reference: zeros([2]), steps: 256 }), 1);
    const difference = given
      .logProb(x)
      .dataSync()
      .map((p) => p - given.logProb(zeros([1, 2])).dataSync()[0]!);
    expectClose(parts, difference, { absolute: 1e-3 });
    return [];
  });
});

/** y = 2x: known densities, grids and draws. */
const doubled: Bijector<Record<string, never>> = {
  init: () => ({}),
  forward: (_, x) => scope(() => ({ y: mul(x, 2), logDet: add(sum(mul(x, 0), 1), 2 * Math.LN2) })),
  inverse: (_, y) => scope(() => ({ x: mul(y, 0.5), logDet: add(sum(mul(y, 0), 1), -2 * Math.LN2) })),
};

test('known answers: views of a flow that halves the plane', async () => {
  const halving = flow({ transforms: [doubled, doubled], base: standardNormal(2) });
  const cells = 32;
  const views = await flowViews(
    halving,
    { transforms: [{}, {}], base: {} },
    {
      cells,
      lines: 3,
      draws: { key: key(0), count: 400 },
    },
  );
  expect(views.map(({ maps }) => maps)).toEqual([0, 1, 2]);
  for (const { maps, density, grid, draws } of views) {
    const half = 0.5 ** maps;
    const cell = (8 / cells) ** 2;
    expect(density.reduce((total, p) => total + p * cell, 0)).toBeCloseTo(1, 2);
    expect(Math.max(...density)).toBeCloseTo(Math.exp(-(0.125 ** 2 / half ** 2)) / (2 * Math.PI * half ** 2), 3);
    expect([grid.length, grid[0]!.length, draws.length]).toEqual([6, 98, 800]);
    expect(grid[0]!.slice(0, 2)).toEqual(Float32Array.of(-3 * half, -3 * half));
    const spread = Math.sqrt(draws.reduce((total, v) => total + v * v, 0) / draws.length);
    expect(spread / half).toBeCloseTo(1, 1);
  }
  const svg = flowSvg(views);
  expect(svg.match(/<polyline/g)).toHaveLength(18);
  expect(svg.match(/<circle/g)).toHaveLength(1200);
  expect(svg).toContain('after 1 of 2');
  expect(svg).not.toMatch(/NaN|Infinity/);
});

test('errors: a flow that is not of the plane, a reference of another shape', async () => {
  const [a] = split(key(0));
  const space = flow({
    transforms: [coupling({ features: 3, map: affineMap(), net })],
    base: standardNormal(3),
  });
  using params = owned(space.init(a));
  await expect(flowViews(space, params)).rejects.toThrow(/flow of the plane/);
  using x = owned([normalNoise(key(1), [2, 3])]);
  using wrong = owned([zeros([2])]);
  expect(() => attributions(space, params, x[0]!, { reference: wrong[0]! })).toThrow(/\[2\], expected \[3\]/);
});
