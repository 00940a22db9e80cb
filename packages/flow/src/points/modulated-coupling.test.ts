import { GenaiError, key } from '@genai/core';
import { normalNoise, scope } from '@genai/tensor';
import { bijectorLaws } from '@genai/testing/bijector-laws';
import { expectClose } from '@genai/testing/expect-close';
import { layerLaws } from '@genai/testing/layer-laws';
import { tanh, tensor2d, tile, zeros } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { affineMap } from '../scalar/affine-map.js';
import { modulatedCoupling } from './modulated-coupling.js';
import { modulatedMlp } from './modulated-mlp.js';

const net = modulatedMlp([2, 3, 4], { context: 2, modulation: [3], activation: tanh });

layerLaws('modulatedMlp', () => ({
  layer: {
    init: net.init,
    apply: (params, x) => scope(() => net.apply(params, { x, context: normalNoise(key(2), [3, 2]) })),
  },
  input: () => normalNoise(key(1), [6, 2]),
  output: [6, 4],
  wrong: () => zeros([6, 3]),
}));
layerLaws('the context', () => ({
  layer: {
    init: net.init,
    apply: (params, context) => scope(() => net.apply(params, { x: normalNoise(key(1), [6, 2]), context })),
  },
  input: () => normalNoise(key(2), [3, 2]),
  output: [6, 4],
  wrong: () => zeros([3, 1]),
}));
bijectorLaws('modulatedCoupling', () => ({
  map: modulatedCoupling({
    features: 3,
    context: 2,
    passes: [true, false, true],
    hidden: [4],
    map: affineMap({ logScale: tanh }),
    activation: tanh,
  }),
  x: () => normalNoise(key(1), [4, 3]),
  context: () => normalNoise(key(2), [4, 2]),
}));

test('known answers: scales and shifts by hand', () => {
  // c = 0.5 scales the hidden units by 1 ± 0.5 and shifts them by ± 1, and shifts the output by 0.25.
  const small = modulatedMlp([1, 2, 1], { context: 1, modulation: [], activation: tanh });
  scope(() => {
    const params = {
      weights: [tensor2d([[1, 2]]), tensor2d([[1], [-1]])],
      modulation: [{ weight: tensor2d([[1, -1, 2, -2, 0.5]]) }], // two scales, two shifts, one shift
    };
    const y = small.apply(params, { x: tensor2d([[0.3], [-2]]), context: tensor2d([[0.5]]) });
    const at = (x: number): number => Math.tanh(1.5 * x + 1) - Math.tanh(x - 1) + 0.25;
    expectClose(y, [at(0.3), at(-2)], { absolute: 1e-6 });
    return [];
  });
});

test('laws: a context of fewer rows is one that is repeated', () => {
  const map = modulatedCoupling({ features: 3, context: 2, map: affineMap(), hidden: [5, 5] });
  scope(() => {
    const params = map.init(key(0));
    const x = normalNoise(key(1), [6, 3]);
    const context = normalNoise(key(2), [2, 2]);
    const few = map.forward(params, x, context);
    const many = map.forward(params, x, tile(context, [3, 1]));
    expectClose(few.y, many.y, { absolute: 1e-6 });
    expectClose(few.logDet, many.logDet, { absolute: 1e-6 });
    expectClose(map.inverse(params, few.y, context).x, x, { absolute: 1e-5 });
    return [];
  });
});

test('errors: no context, rows that are no multiple of its, too few sizes', () => {
  const map = modulatedCoupling({ features: 3, context: 2, map: affineMap() });
  scope(() => {
    const params = map.init(key(0));
    const x = normalNoise(key(1), [5, 3]);
    expect(() => map.forward(params, x)).toThrow(GenaiError);
    expect(() => map.forward(params, x)).toThrow(/needs a context of \[batch, 2\]/);
    expect(() => map.forward(params, x, zeros([2, 2]))).toThrow(/5 rows and a context of 2/);
    expect(() => map.forward(params, x, zeros([5, 3]))).toThrow(/the context/);
    return [];
  });
  expect(() => modulatedMlp([3], { context: 2 })).toThrow(/got 1/);
  expect(() => modulatedMlp([3, 0], { context: 2 })).toThrow(/sizes\[1\]/);
});
