import { fold, key } from '@genai/core';
import { independent, normal, standardNormal } from '@genai/distributions';
import { conv2d } from '@genai/nn';
import { normalNoise, owned, scope } from '@genai/tensor';
import { bijectorLaws } from '@genai/testing/bijector-laws';
import { expectClose } from '@genai/testing/expect-close';
import {
  add,
  exp,
  mean,
  mul,
  neg,
  reshape,
  slice,
  split,
  sub,
  type Tensor,
  tanh,
  unstack,
  zeros,
} from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import type { Bijector } from '../bijector.js';
import { coupling, type Passes } from '../coupling.js';
import { flow } from '../flow.js';
import { affineMap } from '../scalar/affine-map.js';
import { sequence } from '../sequence.js';
import { factorOut } from './factor-out.js';
import { flattenEvent } from './flatten-event.js';
import { squeeze } from './squeeze.js';

const net = (inputs: number, outputs: number) => conv2d(inputs, outputs, { kernel: 1 });
const layer = (features: number, passes: Passes) =>
  coupling({ features, passes, map: affineMap({ logScale: tanh }), net });
const scales = () =>
  sequence(
    squeeze(),
    layer(4, 'first'),
    factorOut({ shape: [2, 2, 4], rest: sequence(squeeze(), layer(8, 'even'), flattenEvent([1, 1, 8])) }),
  );

bijectorLaws('factorOut before a rest that keeps its shape', () => ({
  map: factorOut({ shape: [2, 1, 4], rest: layer(2, 'even') }),
  x: () => normalNoise(key(1), [3, 2, 1, 4]),
  spread: 0.5,
}));
bijectorLaws('two scales', () => ({ map: scales(), x: () => normalNoise(key(1), [2, 4, 4, 1]), spread: 0.5 }));
bijectorLaws('three scales', () => ({
  map: sequence(squeeze(), factorOut({ shape: [2, 2, 4], rest: factorOut({ shape: [2, 2, 2], rest: shifted() }) })),
  x: () => normalNoise(key(1), [2, 4, 4, 1]),
}));

/** A map of one channel, moved as a whole. */
function shifted(): Bijector<Tensor> {
  return {
    init: () => zeros([1]),
    forward: (shift, x) => scope(() => ({ y: add(x, shift), logDet: zeros([x.shape[0]!]) })),
    inverse: (shift, y) => scope(() => ({ x: sub(y, shift), logDet: zeros([y.shape[0]!]) })),
    start: (_shift, x) => scope(() => reshape(mean(x), [1])),
  };
}

test('known answers: the last channels leave first and unchanged', () => {
  const cut = factorOut({ shape: [2, 2, 3], leaves: 1, rest: layer(2, 'even') });
  using params = owned(cut.init(key(0)));
  scope(() => {
    const x = normalNoise(key(1), [5, 2, 2, 3]);
    const { y } = cut.forward(params, x);
    const [stays, goes] = split(x, [2, 1], 3) as [Tensor, Tensor];
    const inner = layer(2, 'even').forward(params, stays);
    expectClose(slice(y, [0, 0], [5, 4]), reshape(goes, [5, 4]));
    expectClose(slice(y, [0, 4], [5, 8]), reshape(inner.y, [5, 8]));
    return [];
  });
});

// Glow, section 3.6 of its reference code: what leaves is N(μ, σ) of a net of what stays.
test('known answers: an affine coupling before the cut is a learned prior of what leaves', () => {
  const prior = layer(4, 'first');
  const density = flow({
    transforms: [prior, factorOut({ shape: [2, 2, 4], rest: layer(2, 'even') })],
    base: standardNormal(16),
  });
  using params = owned(density.init(key(3)));
  scope(() => {
    const x = normalNoise(key(1), [5, 2, 2, 4]);
    const [stays, goes] = split(x, 2, 3) as [Tensor, Tensor]; // (5, 2, 2, 2)
    const raw = net(2, 4).apply(params.transforms[0], stays);
    const [shift, scale] = unstack(reshape(raw, [5, 2, 2, 2, 2]), 4) as [Tensor, Tensor];
    const deviation = exp(neg(tanh(scale))); // z = x eˢ + t: μ = −t e⁻ˢ, σ = e⁻ˢ
    const leaving = independent(normal(mul(neg(shift), deviation), deviation), 3).logProb(goes);
    const { y, logDet } = layer(2, 'even').forward(params.transforms[1], stays);
    const staying = add(standardNormal([2, 2, 2]).given({}).logProb(y), logDet);
    expectClose(density.given(params).logProb(x), add(leaving, staying), { absolute: 1e-4 });
    return [];
  });
});

test('laws: a start goes through to the rest, and sees what stays', () => {
  const map = factorOut({ shape: [1, 1, 2], rest: shifted() });
  using params = owned([map.init(key(0))]);
  using x = owned([normalNoise(fold(key(1), 0), [50, 1, 1, 2])]);
  using started = owned([map.start!(params[0]!, x[0]!)]);
  const stays = scope(() => mean(slice(x[0]!, [0, 0, 0, 0], [50, 1, 1, 1])));
  expectClose(started[0]!, [stays.dataSync()[0]!]);
  stays.dispose();
});

test('errors: no channel left, a rest that ends in images of another size', () => {
  expect(() => factorOut({ shape: [2, 2, 3], rest: shifted() })).toThrow('1.5 of 3 channels cannot leave. Pass leaves');
  expect(() => factorOut({ shape: [2, 2, 2], leaves: 2, rest: shifted() })).toThrow('2 of 2 channels cannot leave');
  const open = factorOut({ shape: [2, 2, 4], rest: squeeze() });
  scope(() => {
    const x = normalNoise(key(1), [1, 2, 2, 4]);
    expect(() => open.forward({}, x)).toThrow(
      'factorOut([2, 2, 4]): rest gave [1, 1, 1, 8], expected [batch, 8]. End it with flattenEvent.',
    );
    expect(() => open.forward({}, slice(x, [0, 0, 0, 0], [1, 1, 2, 4]))).toThrow('got shape [1, 1, 2, 4]');
    return [];
  });
});
