import { key } from '@genai/core';
import { standardNormal } from '@genai/distributions';
import { mlp } from '@genai/nn';
import { normalNoise, scope } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { add, mul, ones, slice, sub, tanh, tensor1d, zeros } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { conditionalFlow } from '../conditional-flow.js';
import { coupling } from '../coupling.js';
import { flow } from '../flow.js';
import { affineMap } from '../scalar/affine-map.js';
import { attributeDirection } from './attribute-direction.js';
import { editAttribute } from './edit-attribute.js';
import { interpolate } from './interpolate.js';
import { whatIf } from './what-if.js';

const net = (inputs: number, outputs: number) => mlp([inputs, 8, outputs], { activation: tanh });
const layer = (passes: 'even' | 'odd', context = 0) =>
  coupling({ features: 3, context, passes, map: affineMap({ logScale: tanh }), net });
const density = flow({ transforms: [layer('even'), layer('odd')], base: standardNormal(3) });

test('laws: an edit of no strength gives x back, and edits add up', () => {
  scope(() => {
    const params = density.init(key(0));
    const x = normalNoise(key(1), [4, 3]);
    const direction = tensor1d([1, -0.5, 2]);
    expectClose(editAttribute(density, params, x, direction, 0), x, { absolute: 1e-5 });
    const once = editAttribute(density, params, editAttribute(density, params, x, direction, 0.5), direction, 0.5);
    expectClose(once, editAttribute(density, params, x, direction), { absolute: 1e-4 });
    expect(() => editAttribute(density, params, x, zeros([2]))).toThrow(/\[2\]/);
    return [];
  });
});

test('known answers: the direction between two kinds leads from the mean noise of one to that of the other', () => {
  scope(() => {
    const params = density.init(key(0));
    const noise = normalNoise(key(1), [50, 3]);
    const shift = tensor1d([1, 0, -2]);
    const without = density.inverse(params, noise).x;
    const withAttribute = density.inverse(params, add(noise, shift)).x;
    expectClose(attributeDirection(density, params, { withAttribute, without }), shift, { absolute: 1e-4 });
    expect(() => attributeDirection(density, params, { withAttribute, without: zeros([0, 3]) })).toThrow(/without/);
    return [];
  });
});

test('laws: a way between examples begins and ends at them', () => {
  scope(() => {
    const params = density.init(key(0));
    const [a, b] = [normalNoise(key(1), [2, 3]), normalNoise(key(2), [2, 3])];
    const path = interpolate(density, params, a, b, { steps: 5, spherical: true });
    expect(path.shape).toEqual([5, 2, 3]);
    expectClose(slice(path, [0], [1]), a.dataSync(), { absolute: 1e-5 });
    expectClose(slice(path, [4], [1]), b.dataSync(), { absolute: 1e-5 });
    return [];
  });
});

test('known answers: where the context shifts the data, what if shifts them', () => {
  const shifting = conditionalFlow({
    transforms: [
      {
        init: () => ({}),
        forward: (_: object, x, context) => scope(() => ({ y: sub(x, context!), logDet: zeros([x.shape[0]!]) })),
        inverse: (_: object, y, context) => scope(() => ({ x: add(y, context!), logDet: zeros([y.shape[0]!]) })),
      },
    ],
    base: standardNormal(2),
  });
  scope(() => {
    const x = normalNoise(key(1), [4, 2]);
    const was = ones([4, 2]);
    const params = { transforms: [{}], base: {}, embed: {} } as never;
    expectClose(whatIf(shifting, params, x, { was, would: mul(was, 3) }), add(x, 2), { absolute: 1e-5 });
    expect(() => whatIf(shifting, params, x, { was, would: ones([3, 2]) })).toThrow(/row for each example/);
    return [];
  });
});
