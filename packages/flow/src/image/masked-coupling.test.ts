import { GenaiError, key } from '@genai/core';
import { standardNormal } from '@genai/distributions';
import { activation, conv2d, sequential } from '@genai/nn';
import { normalNoise, owned, scope } from '@genai/tensor';
import { bijectorLaws } from '@genai/testing/bijector-laws';
import { expectClose } from '@genai/testing/expect-close';
import { layerLaws } from '@genai/testing/layer-laws';
import { concat, fill, mul, ones, reshape, slice, type Tensor, tanh, tile, zeros } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { conditionalFlow } from '../conditional-flow.js';
import { affineMap } from '../scalar/affine-map.js';
import { shiftMap } from '../scalar/shift-map.js';
import { boundedLogScale } from './bounded-log-scale.js';
import { channelHalf, checkerboard, type Mask } from './mask.js';
import { type MaskedCouplingOptions, maskedCoupling } from './masked-coupling.js';

const net = (inputs: number, outputs: number) =>
  sequential(conv2d(inputs, 3), activation(tanh), conv2d(3, outputs, { kernel: 1 }));
type Net = ReturnType<typeof net>['init'] extends (key: never) => infer P ? P : never;
const layer = (options: Partial<MaskedCouplingOptions<Net>> = {}) =>
  maskedCoupling({ shape: [2, 3, 2], passes: checkerboard(), map: affineMap({ logScale: tanh }), net, ...options });

bijectorLaws('maskedCoupling, checkerboard', () => ({ map: layer(), x: () => normalNoise(key(1), [2, 2, 3, 2]) }));
bijectorLaws('maskedCoupling, channels, beside an image', () => ({
  map: layer({ passes: channelHalf('second'), context: 3 }),
  x: () => normalNoise(key(1), [2, 2, 3, 2]),
  context: () => normalNoise(key(2), [2, 2, 3, 3]),
}));
bijectorLaws('maskedCoupling beside a vector', () => ({
  map: layer({ passes: checkerboard('odd'), context: 3, map: shiftMap() }),
  x: () => normalNoise(key(1), [2, 2, 3, 2]),
  context: () => normalNoise(key(2), [2, 3]),
}));
bijectorLaws('maskedCoupling with learned bounds of the log-scales', () => ({
  map: maskedCoupling({
    shape: [2, 2, 1],
    passes: checkerboard('odd'),
    map: affineMap({ logScale: (raw) => raw }),
    net: (inputs, outputs) => boundedLogScale(net(inputs, outputs), outputs / 2),
  }),
  x: () => normalNoise(key(1), [2, 2, 2, 1]),
  spread: 0.5,
}));
layerLaws('boundedLogScale(2)', () => ({
  layer: boundedLogScale(conv2d(1, 4), 2),
  input: () => normalNoise(key(1), [2, 2, 3, 1]),
  output: [2, 2, 3, 4],
  wrong: 'the net inside says so',
}));

const drawn = (mask: Mask, shape: readonly [number, number, number]): string[] =>
  Array.from({ length: shape[0] }, (_, i) =>
    Array.from({ length: shape[1] }, (_, j) =>
      Array.from({ length: shape[2] }, (_, c) => (mask(i, j, c, shape) ? '#' : '.')).join(''),
    ).join(' '),
  );

test('known answers: the masks', () => {
  expect(drawn(checkerboard(), [2, 3, 1])).toEqual(['# . #', '. # .']);
  expect(drawn(checkerboard('odd'), [2, 3, 2])).toEqual(['.. ## ..', '## .. ##']);
  expect(drawn(channelHalf(), [1, 2, 4])).toEqual(['##.. ##..']);
  expect(drawn(channelHalf('second'), [1, 1, 5])).toEqual(['..###']);
});

test('known answers: a shift by the sum of what passes, where nothing passes', () => {
  // A filter of ones, so that t is the sum over the 3 × 3 neighbours that pass.
  const map = maskedCoupling({
    shape: [2, 2, 1],
    passes: checkerboard(),
    map: shiftMap(),
    net: (i, o) => conv2d(i, o),
  });
  scope(() => {
    const params = { weight: ones([3, 3, 1, 1]), bias: zeros([1]) };
    const x = reshape(concat([fill([1], 1), fill([1], 2), fill([1], 3), fill([1], 4)]), [1, 2, 2, 1]);
    const { y, logDet } = map.forward(params, x);
    expect([...y.dataSync()]).toEqual([1, 2 + 5, 3 + 5, 4]);
    expect([...logDet.dataSync()]).toEqual([0]);
    return [];
  });
});

test('known answers: e^b tanh(s / e^b) has slope 1 at 0 and the bound e^b, one for each feature', () => {
  const pass = { init: () => ({}), apply: (_params: object, x: Tensor) => mul(x, 1) };
  const layer = boundedLogScale(pass, 2);
  scope(() => {
    const bound = concat([fill([1], Math.log(2)), fill([1], 0)]);
    const raw = concat([fill([1], 7), fill([1], 1e-3), fill([1], -8), fill([1], 50)]); // t, s, t, s
    expectClose(layer.apply({ net: {}, bound }, raw), [7, 1e-3, -8, 1]);
    return [];
  });
});

test('laws: in a conditional flow the context may be an image, repeated for several draws', () => {
  const made = conditionalFlow({
    transforms: [layer({ context: 1 }), layer({ context: 1, passes: checkerboard('odd') })],
    base: standardNormal([2, 3, 2]),
  });
  using params = owned(made.init(key(0)));
  scope(() => {
    const context = normalNoise(key(2), [5, 2, 3, 1]);
    const at = made.given(params, context);
    const draws = at.sample(key(1), [4]);
    expect([draws.shape, at.batchShape, at.eventShape]).toEqual([[4, 5, 2, 3, 2], [5], [2, 3, 2]]);
    const one = made.given(params, slice(context, [3, 0, 0, 0], [1, 2, 3, 1]));
    const third = reshape(slice(draws, [0, 3], [4, 1]), [4, 1, 2, 3, 2]);
    expectClose(reshape(one.logProb(third), [4]), reshape(slice(at.logProb(draws), [0, 3], [4, 1]), [4]), {
      absolute: 1e-5,
    });
    const wide = made.at(tile(context, [2, 1, 1, 1]));
    expect(wide.forward(params, normalNoise(key(3), [20, 2, 3, 2])).y.shape).toEqual([20, 2, 3, 2]);
    return [];
  });
});

test('errors: nothing passes, another size, a context missing or of another size, a net of other outputs', () => {
  expect(() => layer({ passes: () => true })).toThrow(GenaiError);
  expect(() => layer({ passes: () => false })).toThrow('maskedCoupling([2, 3, 2]): passes must let some elements pass');
  scope(() => {
    const x = normalNoise(key(1), [2, 2, 3, 2]);
    const map = layer({ context: 1 });
    const params = map.init(key(0));
    expect(() => map.forward(params, x)).toThrow(/conditionalFlow/);
    expect(() => map.forward(params, x, zeros([2, 2, 2, 1]))).toThrow(
      'maskedCoupling([2, 3, 2]), the context: got shape [2, 2, 2, 1], expected [2, 2, 3, 1]',
    );
    expect(() => map.forward(params, zeros([2, 3, 2, 2]), zeros([2, 1]))).toThrow('got shape [2, 3, 2, 2]');
    const few = layer({ net: (inputs, outputs) => net(inputs, outputs - 1) });
    expect(() => few.forward(few.init(key(0)), x)).toThrow('the net: got shape [2, 2, 3, 3], expected [2, 2, 3, 4]');
    return [];
  });
});
