import { GenaiError, key, type Layer, type NoParams, split } from '@genai/core';
import { normalNoise, owned, scope, uniformNoise } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { modelLaws } from '@genai/testing/model-laws';
import {
  add,
  matMul,
  max,
  memory,
  min,
  mul,
  ones,
  reshape,
  round,
  sigmoid,
  type Tensor,
  tensor2d,
  zeros,
} from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { kl } from '../kl.js';
import { binary } from './binary.js';
import { gaussian } from './gaussian.js';
import { pixelOutputs, pixels } from './pixels.js';
import { standardNormal } from './standard-normal.js';

type Linear = { weight: Tensor; bias: Tensor };

/** A dense layer whose output may have more axes. */
function linear(inputs: number, shape: readonly number[]): Layer<Tensor, Linear> {
  const outputs = shape.reduce((a, b) => a * b, 1);
  return {
    init: (k) => {
      const [a, b] = split(k);
      return { weight: mulOnce(normalNoise(a, [inputs, outputs]), 0.3), bias: normalNoise(b, [outputs]) };
    },
    apply: ({ weight, bias }, x) => reshape(add(matMul(x as never, weight as never), bias), [x.shape[0]!, ...shape]),
  };
}

function mulOnce(x: Tensor, factor: number): Tensor {
  return scope(() => {
    const y = mul(x, factor);
    x.dispose();
    return y;
  });
}

const context = (): Tensor => normalNoise(key(1), [5, 3]);

modelLaws('standardNormal', () => ({
  model: standardNormal(4),
  context: () => undefined,
  data: () => normalNoise(key(2), [7, 4]),
}));
modelLaws('standardNormal of a map', () => ({
  model: standardNormal([4, 4, 2]),
  context: () => undefined,
  data: () => normalNoise(key(2), [7, 4, 4, 2]),
}));
modelLaws('gaussian', () => ({ model: gaussian(linear(3, [8])), context, data: () => normalNoise(key(2), [5, 4]) }));
modelLaws('gaussian of images', () => ({
  model: gaussian(linear(3, [2, 2, 6])),
  context,
  data: () => normalNoise(key(2), [5, 2, 2, 3]),
}));
modelLaws('binary', () => ({
  model: binary(linear(3, [8])),
  context,
  data: () => round(uniformNoise(key(2), [5, 8])),
}));
modelLaws('pixels, grey', () => ({
  model: pixels(linear(3, [2, 2, 9]), { mixtures: 3 }),
  context,
  data: () => uniformNoise(key(2), [5, 2, 2, 1]),
}));
modelLaws('pixels, colour', () => ({
  model: pixels(linear(3, [2, 2, 20]), { mixtures: 2 }),
  context,
  data: () => uniformNoise(key(2), [5, 2, 2, 3]),
}));

const identity: Layer<Tensor, Record<string, never>> = { init: () => ({}), apply: (_, x) => x };

test('known answers: gaussian cuts the last axis into loc and a scale that cannot vanish', () => {
  scope(() => {
    const d = gaussian(identity).given({}, tensor2d([[3, 4, 0, -200]]));
    expectClose(d.mean(), [3, 4]);
    expectClose(d.base.scale, [Math.LN2 + 1e-3, 1e-3]);
    expect([d.batchShape, d.eventShape]).toEqual([[1], [2]]);
    expect(Number.isFinite(kl(d, standardNormal(2).given({})).dataSync()[0])).toBe(true);
    const sequence = gaussian(identity, { batchAxes: 2, floor: 0.5 }).given({}, zeros([2, 3, 8]));
    expect([sequence.batchShape, sequence.eventShape]).toEqual([[2, 3], [4]]);
    expectClose(min(sequence.base.scale), [Math.LN2 + 0.5]);
  });
});

test('known answers: binary takes the net as logits, every axis behind the batch as event', () => {
  scope(() => {
    const logits = normalNoise(key(0), [2, 3, 4, 1]);
    const d = binary(identity).given({}, logits);
    expectClose(d.mean(), sigmoid(logits));
    expect([d.batchShape, d.eventShape]).toEqual([[2], [3, 4, 1]]);
    expect(binary(identity, { batchAxes: 3 }).given({}, logits).eventShape).toEqual([1]);
  });
});

test('known answers: pixels finds the channels, keeps scales above e^-7 and coefficients within ±1', () => {
  scope(() => {
    expect([1, 2, 3, 4].map((channels) => pixelOutputs({ mixtures: 10, channels }))).toEqual([30, 60, 100, 150]);
    for (const channels of [1, 2, 3]) {
      const d = pixels(identity, { mixtures: 5 }).given(
        {},
        mul(ones([2, 6, 7, pixelOutputs({ mixtures: 5, channels })]), -50),
      );
      expect([d.batchShape, d.eventShape]).toEqual([[2], [6, 7, channels]]);
      const { logits, loc, logScale, coefficients } = d.base.parts;
      expect(logits.shape).toEqual([2, 6, 7, 5]);
      expect(loc.shape).toEqual([2, 6, 7, 5, channels]);
      expectClose(max(logScale), [-7]);
      if (channels > 1) expectClose(min(coefficients!), [-1]);
      else expect(coefficients).toBeUndefined();
    }
  });
});

test('errors: what the net gave is freed where it does not fit', () => {
  using context = owned(ones([2, 4]));
  const before = memory().numTensors;
  const fresh: Layer<Tensor, NoParams> = { init: () => ({}), apply: (_params, x) => mul(x, 2) };
  for (const make of [
    () => gaussian(fresh, { batchAxes: 2 }).given({}, context),
    () => binary(fresh, { batchAxes: 2 }).given({}, context),
    () => pixels(fresh, { mixtures: 3 }).given({}, context),
  ]) {
    expect(make).toThrow(GenaiError);
    expect(memory().numTensors).toBe(before);
  }
});

test('errors: nets that give the wrong shape, and options out of range', () => {
  scope(() => {
    expect(() => gaussian(identity).given({}, zeros([2, 3]))).toThrow(GenaiError);
    expect(() => gaussian(identity).given({}, zeros([2, 3]))).toThrow(
      'gaussian: the net gives shape [2, 3], expected an even',
    );
    expect(() => gaussian(identity, { batchAxes: 2 }).given({}, zeros([2, 4]))).toThrow('gaussian: batchAxes');
    expect(() => binary(identity, { batchAxes: -1 }).given({}, zeros([2, 4]))).toThrow('binary: batchAxes');
    expect(() => gaussian(identity, { floor: -1 })).toThrow('gaussian: floor must be a finite number of at least 0');
    expect(() => pixels(identity, { mixtures: 2, bins: 1 })).toThrow('pixels: bins must be an integer of at least 2');
    expect(() => pixels(identity, { mixtures: 2, min: 1 })).toThrow('pixels: min must be below max, got min 1, max 1.');
    expect(() => pixels(identity, { mixtures: 0 })).toThrow('pixels: mixtures must be an integer of at least 1, got 0');
    expect(() => pixels(identity, { mixtures: 2 }).given({}, zeros([1, 2, 2, 7]))).toThrow(
      'expected the last axis to be 6 (channels: 1) or 20 (channels: 3) for 2 mixtures',
    );
    expect(() => standardNormal(0)).toThrow('standardNormal([0]): each size must be an integer of at least 1, got 0.');
  });
});
