import { key } from '@genai/core';
import { conv2d, normalNoise, scope, valueAndGrad } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { layerLaws } from '@genai/testing/layer-laws';
import { add, concat, div, matMul, mul, reshape, slice, sqrt, square, sum, zeros } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { inContext } from '../test/layers.js';
import { modulatedConv2d } from './modulated-conv2d.js';

const style = () => normalNoise(key(3), [2, 4]);

layerLaws('modulatedConv2d(2, 3)', () => ({
  layer: inContext(modulatedConv2d(2, 3, { context: 4 }), style),
  input: () => normalNoise(key(1), [2, 4, 3, 2]),
  output: [2, 4, 3, 3],
  wrong: () => zeros([3, 4, 4, 2]),
  valueAndGrad,
}));
layerLaws('modulatedConv2d(2, 1)', () => ({
  layer: inContext(modulatedConv2d(2, 1, { context: 4, kernel: 1, demodulate: false }), style),
  input: () => normalNoise(key(1), [2, 4, 3, 2]),
  output: [2, 4, 3, 1],
  wrong: () => zeros([2, 4, 4, 1]),
  valueAndGrad,
}));

test.each([true, false])('known answers: a filter scaled for each example, demodulate %s', (demodulate) => {
  scope(() => {
    const layer = modulatedConv2d(2, 3, { context: 4, demodulate });
    const { filter, style: affine } = layer.init(key(0));
    const x = normalNoise(key(1), [2, 4, 3, 2]);
    const context = style();
    const s = add(matMul(context, affine.weight), 1);
    const each = [0, 1].map((i) => {
      const scaled = mul(filter.weight, reshape(slice(s, [i, 0], [1, 2]), [1, 1, 2, 1])); // eq. 1
      const w = demodulate ? div(scaled, sqrt(add(sum(square(scaled), [0, 1, 2], true), 1e-8))) : scaled; // eq. 3
      return conv2d(slice(x, [i, 0, 0, 0], [1, 4, 3, 2]), w);
    });
    expectClose(layer.apply({ filter, style: affine }, { x, context }), concat(each, 0), { absolute: 1e-5 });
  });
});

test('errors: a context of another width', () => {
  scope(() => {
    const layer = modulatedConv2d(2, 3, { context: 4 });
    const input = { x: zeros([2, 4, 4, 2]), context: zeros([2, 5]) };
    expect(() => layer.apply(layer.init(key(0)), input)).toThrow(
      'modulatedConv2d(2, 3): the context: got shape [2, 5], expected [2, 4].',
    );
  });
});
