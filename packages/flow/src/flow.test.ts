import { key } from '@genai/core';
import { independent, normal, standardNormal } from '@genai/distributions';
import { dense, mlp } from '@genai/nn';
import { normalNoise, owned, scope } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { modelLaws } from '@genai/testing/model-laws';
import { add, mean, mul, onesLike, reshape, slice, type Tensor, tanh, tensor2d } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { conditionalFlow } from './conditional-flow.js';
import { conditionalNll } from './conditional-nll.js';
import { coupling, type Passes } from './coupling.js';
import { flow } from './flow.js';
import { nll } from './nll.js';
import { affineMap } from './scalar/affine-map.js';

const net = (inputs: number, outputs: number) => mlp([inputs, 8, outputs], { activation: tanh });
const layer = (passes: Passes, context = 0) =>
  coupling({ features: 3, context, passes, map: affineMap({ logScale: tanh }), net });
const plain = () => flow({ transforms: [layer('even'), layer('odd')], base: standardNormal(3) });
const inContext = () =>
  conditionalFlow({
    transforms: [layer('even', 2), layer('odd', 2)],
    base: standardNormal(3),
    embed: dense(4, 2),
  });

modelLaws('flow', () => ({ model: plain(), context: () => undefined, data: () => normalNoise(key(1), [5, 3]) }));
modelLaws('conditionalFlow', () => ({
  model: inContext(),
  context: () => normalNoise(key(2), [5, 4]),
  data: () => normalNoise(key(1), [5, 3]),
}));

test('known answers: the density integrates to one', () => {
  const density = flow({
    transforms: [
      coupling({ features: 2, map: affineMap({ logScale: tanh }), net }),
      coupling({ features: 2, passes: 'odd', map: affineMap({ logScale: tanh }), net }),
    ],
    base: standardNormal(2),
  });
  using params = owned(density.init(key(3)));
  const side = 161;
  const h = 0.1;
  const points = Float32Array.from({ length: 2 * side * side }, (_, i) => {
    const cell = i >> 1;
    return h * ((i & 1 ? Math.floor(cell / side) : cell % side) - (side - 1) / 2);
  });
  using logs = owned([scope(() => density.given(params).logProb(tensor2d(points, [side * side, 2])))]);
  const total = [...logs[0]!.dataSync()].reduce((sum, log) => sum + Math.exp(log) * h * h, 0);
  expect(total).toBeCloseTo(1, 3);
});

test('laws: axes before the batch, one event alone, a context for several draws', () => {
  scope(() => {
    const x = normalNoise(key(1), [2, 5, 3]);
    const density = plain();
    const plainly = density.given(density.init(key(0)));
    const many = plainly.logProb(x);
    expect(many.shape).toEqual([2, 5]);
    const single = plainly.logProb(reshape(slice(x, [1, 2], [1, 1]), [3]));
    expect(single.shape).toEqual([]);
    expect(single.dataSync()[0]).toBeCloseTo(many.dataSync()[7]!, 5);

    const conditional = inContext();
    const at = conditional.given(conditional.init(key(0)), normalNoise(key(2), [5, 4]));
    expect([at.batchShape, at.eventShape]).toEqual([[5], [3]]);
    const second = at.logProb(reshape(slice(x, [1], [1]), [5, 3]));
    expect([...at.logProb(x).dataSync()].slice(5)).toEqual([...second.dataSync()]);
    return [];
  });
});

test('laws: the maps one by one are the whole, and lead back', () => {
  const density = plain();
  using params = owned(density.init(key(0)));
  using x = owned([normalNoise(key(1), [4, 3])]);
  scope(() => {
    const whole = density.forward(params, x[0]!);
    const steps = density.steps(params);
    let y: Tensor = x[0]!;
    let logDet: Tensor | undefined;
    for (const step of steps) {
      const moved = step.forward(y);
      y = moved.y;
      logDet = logDet ? add(logDet, moved.logDet) : moved.logDet;
    }
    expectClose(y, whole.y, { absolute: 1e-5 });
    expectClose(logDet!, whole.logDet, { absolute: 1e-5 });
    expectClose(density.inverse(params, y).x, x[0]!, { absolute: 1e-5 });
    return [];
  });
});

test('known answers: the objectives are means of −log p', () => {
  const density = plain();
  const conditional = inContext();
  scope(() => {
    const x = normalNoise(key(1), [5, 3]);
    const context = normalNoise(key(2), [5, 4]);
    const params = density.init(key(0));
    const step = mean(x);
    expectClose(nll(density).loss(params, x, key(1), step).loss, mul(mean(density.given(params).logProb(x)), -1), {
      absolute: 1e-5,
    });
    const held = conditional.init(key(0));
    const { loss } = conditionalNll(conditional).loss(held, { x, context }, key(1), step);
    expectClose(loss, mul(mean(conditional.given(held, context).logProb(x)), -1), { absolute: 1e-5 });
    return [];
  });
});

test('known answers: a base with a context of its own', () => {
  const shifted = conditionalFlow({
    transforms: [layer('even', 3)],
    base: {
      init: () => ({}),
      given: (_params: object, context: Tensor) => independent(normal(context, onesLike(context)), 1),
    },
  });
  scope(() => {
    const params = shifted.init(key(0));
    const context = normalNoise(key(2), [2, 3]);
    const at = shifted.given(params, context);
    const drawn = at.sample(key(1), [7]);
    expect(drawn.shape).toEqual([7, 2, 3]);
    const { y, logDet } = shifted.at(context).forward(params, reshape(drawn, [14, 3]));
    const base = independent(normal(context, onesLike(context)), 1);
    expectClose(at.logProb(drawn), add(base.logProb(reshape(y, [7, 2, 3])), reshape(logDet, [7, 2])), {
      absolute: 1e-5,
    });
    return [];
  });
});
