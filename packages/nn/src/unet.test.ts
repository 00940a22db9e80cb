import { GenaiError, key, type Layer, type NoParams, split } from '@genai/core';
import { normalNoise, owned, scope, silu, valueAndGrad } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { layerLaws } from '@genai/testing/layer-laws';
import { add, concat, mul, slice, type Tensor, tensor, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { type Conditioned, conditionalNorm } from './conditional-norm.js';
import {
  activation,
  conv2d,
  conv2dTranspose,
  dense,
  downsample,
  dropout,
  groupNorm,
  sequential,
  upsample,
} from './index.js';
import { conditionalUnet, unet } from './unet.js';

const level = (inputs: number, outputs: number, inner: number) => ({
  enter: sequential(conv2d(inputs, 2, { kernel: 4, strides: 2 }), groupNorm(2, { groups: 2 }), activation(silu)),
  leave: sequential(conv2dTranspose(2 + inner, outputs, { kernel: 4, strides: 2 }), dropout(0.3)),
});

layerLaws('conv2d(1, 2)', () => ({
  layer: unet({ levels: [level(1, 1, 3), level(2, 3, 1)], middle: conv2d(2, 1) }),
  input: () => normalNoise(key(1), [1, 8, 8, 1]),
  output: [1, 8, 8, 1],
  wrong: () => zeros([1, 8, 8, 2]),
  stochastic: true,
  valueAndGrad,
}));

// Three norms of four positions one in the other are too curved for finite differences: silu stands in for them.
const ofTime = (channels: number) => conditionalNorm(channels, dense(2, 2 * channels), { normalize: silu });
layerLaws('conditionalNorm(2)', () => {
  const { init, apply } = conditionalUnet({
    levels: [{ enter: ofTime(2), leave: ofTime(4) }],
    middle: ofTime(2),
  });
  return {
    layer: {
      init,
      apply: (params: ReturnType<typeof init>, x: Tensor) =>
        scope(() => apply(params, { x, context: normalNoise(key(5), [2, 2]) })),
    },
    input: () => normalNoise(key(1), [2, 2, 2, 2]),
    output: [2, 2, 2, 4],
    wrong: () => zeros([2, 2, 2, 3]),
    valueAndGrad,
  };
});

/** A layer without parameters. */
const of = <X = Tensor>(f: (x: X) => Tensor): Layer<Tensor, NoParams, X> => ({
  init: () => ({}),
  apply: (_params, x) => scope(() => f(x)),
});

describe('known answers', () => {
  test('each level sees what it found and what is inside it, in this order', () => {
    const times = (by: number) => of((x) => mul(x, by));
    // inside level 2: 6 · 100 = 600; level 2 leaves [6, 600]; level 1 leaves [3, 6, 600].
    const net = unet({
      levels: [
        { enter: times(3), leave: of((x) => add(x, 0)) },
        { enter: times(2), leave: of((x) => add(x, 0)) },
      ],
      middle: times(100),
    });
    scope(() => expectClose(net.apply(net.init(key(0)), tensor([[1]])), [3, 6, 600]));
  });

  test('of levels that halve and double it is the composition written out', () => {
    const [down, up, middle] = [conv2d(1, 2), conv2d(4, 1), conv2d(2, 2)];
    const net = unet({
      levels: [{ enter: sequential(down, downsample()), leave: sequential(up, upsample()) }],
      middle,
    });
    scope(() => {
      const params = net.init(key(0));
      const x = normalNoise(key(1), [2, 4, 4, 1]);
      const { enter, leave } = params.levels[0]!;
      const small = downsample().apply({}, down.apply(enter[0], x)); // (2, 2, 2, 2)
      const both = concat([small, middle.apply(params.middle, small)], -1);
      expectClose(net.apply(params, x), upsample().apply({}, up.apply(leave[0], both)));
    });
  });

  test('every layer of a conditional one sees the context', () => {
    const shifted = (by: number) => of<Conditioned>(({ x, context }) => add(x, mul(context, by)));
    const net = conditionalUnet({ levels: [{ enter: shifted(1), leave: shifted(100) }], middle: shifted(10) });
    scope(() => {
      const y = net.apply(net.init(key(0)), { x: tensor([[0], [0]]), context: tensor([[1], [2]]) });
      expectClose(y, [
        [101, 111],
        [202, 222],
      ]);
    });
  });

  test('layers have keys of their own', () => {
    const keys: string[] = [];
    const noting: Layer<Tensor, NoParams> = {
      init: () => ({}),
      apply: (_params, x, k) => {
        keys.push(String(k));
        return slice(x, [0, 0], [-1, 1]);
      },
    };
    const net = unet({
      levels: [
        { enter: noting, leave: noting },
        { enter: noting, leave: noting },
      ],
      middle: noting,
    });
    scope(() => {
      net.apply(net.init(key(0)), zeros([1, 1]), key(3));
    });
    expect(new Set(keys).size).toBe(5);
    expect(keys).toContain(String(split(key(3), 5)[4])); // the middle's
  });
});

test('errors: no level, layers inside that change the positions, parameters of another depth', () => {
  expect(() => unet({ levels: [], middle: dense(1, 1) })).toThrow(GenaiError);
  expect(() => conditionalUnet({ levels: [], middle: ofTime(1) })).toThrow('conditionalUnet: needs at least one level');
  const askew = unet({ levels: [{ enter: conv2d(1, 1), leave: conv2d(2, 1) }], middle: downsample() });
  using params = owned(askew.init(key(0)));
  using world = owned({ x: zeros([1, 4, 4, 1]) });
  expect(() => askew.apply(params, world.x)).toThrow(
    'unet: inside level 1: got shape [1, 2, 2, 1], expected [1, 4, 4, channels].',
  );
  expect(() => askew.apply({ ...params, levels: [] }, world.x)).toThrow(
    'unet: got parameters of 0 levels, expected 1.',
  );
});
