import { GenaiError, key } from '@genai/core';
import { mlp } from '@genai/nn';
import { normalNoise, scope } from '@genai/tensor';
import { bijectorLaws } from '@genai/testing/bijector-laws';
import { tanh } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { coupling } from './coupling.js';
import { invert } from './invert.js';
import { affineMap } from './scalar/affine-map.js';
import { shiftMap } from './scalar/shift-map.js';
import { sequence } from './sequence.js';

const net = (inputs: number, outputs: number) => mlp([inputs, 6, outputs], { activation: tanh });

bijectorLaws('coupling with shifts', () => ({
  map: coupling({ features: 3, map: shiftMap(), net }),
  x: () => normalNoise(key(1), [4, 3]),
}));
bijectorLaws('coupling with scales in a context', () => ({
  map: coupling({ features: 4, context: 2, passes: 'odd', map: affineMap({ logScale: tanh }), net }),
  x: () => normalNoise(key(1), [4, 4]),
  context: () => normalNoise(key(2), [4, 2]),
}));
bijectorLaws('coupling along the channels of a map', () => ({
  map: coupling({ features: 4, context: 1, passes: 'first', map: affineMap({ logScale: tanh }), net }),
  x: () => normalNoise(key(1), [2, 2, 1, 4]),
  context: () => normalNoise(key(2), [2, 1]),
}));
bijectorLaws('a sequence, inverted', () => ({
  map: invert(
    sequence(
      coupling({ features: 2, map: affineMap({ logScale: tanh }), net }),
      coupling({ features: 2, passes: 'odd', map: shiftMap(), net }),
    ),
  ),
  x: () => normalNoise(key(1), [4, 2]),
}));

test('errors: features that all pass, a missing context, a context of another batch', () => {
  expect(() => coupling({ features: 2, passes: [true, true], map: shiftMap() })).toThrow(/some true and some false/);
  const map = coupling({ features: 2, context: 3, map: shiftMap() });
  scope(() => {
    const params = map.init(key(0));
    const x = normalNoise(key(1), [2, 2]);
    expect(() => map.forward(params, x)).toThrow(GenaiError);
    expect(() => map.forward(params, x)).toThrow(/conditionalFlow/);
    expect(() => map.forward(params, x, normalNoise(key(2), [3, 3]))).toThrow(/\[3, 3\]/);
    return [];
  });
});
