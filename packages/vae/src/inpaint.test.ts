import { key } from '@genai/core';
import { owned, scope } from '@genai/tensor';
import { memory, type Tensor, tensor, tensor2d, tile } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { B, COVARIANCE, linearGaussian, moments, NONE, SIGMA } from '../test/linear-gaussian.js';
import { denseVae } from './dense-vae.js';
import { inpaint } from './inpaint.js';
import { vae } from './vae.js';

const ROWS = 3_000;
const KNOWN = [1.4, Number.NaN, -0.6]; // what is hidden may be anything

/** p(x₁ | x₀, x₂), by hand from the joint normal distribution. */
function conditional(): { mean: number; variance: number } {
  const c = (i: number, j: number): number => COVARIANCE[i]![j]!;
  const determinant = c(0, 0) * c(2, 2) - c(0, 2) ** 2;
  const weights = [
    (c(1, 0) * c(2, 2) - c(1, 2) * c(2, 0)) / determinant,
    (c(1, 2) * c(0, 0) - c(1, 0) * c(0, 2)) / determinant,
  ] as const;
  return {
    mean: B[1] + weights[0] * (KNOWN[0]! - B[0]) + weights[1] * (KNOWN[2]! - B[2]),
    variance: c(1, 1) - weights[0] * c(1, 0) - weights[1] * c(1, 2),
  };
}

function filled(options: { steps?: number; samples?: number; seed?: number }): Float32Array {
  const { seed = 0, ...rest } = options;
  const made = scope(() =>
    inpaint(linearGaussian, NONE, tile(tensor2d([KNOWN]), [ROWS, 1]), tensor([1, 0, 1]), { key: key(seed), ...rest }),
  );
  const values = made.dataSync() as Float32Array;
  expect(made.shape).toEqual([ROWS, 3]);
  made.dispose();
  return values;
}

describe('known answers: the hidden part of a linear Gaussian model', () => {
  const { mean, variance } = conditional();

  test('one chain gives W z + b with z of the true p(z | known): its mean and variance', () => {
    const found = moments(filled({ steps: 30 }), 3);
    const wanted = variance - SIGMA ** 2; // a draw of x would add the noise of the decoder
    expect(Math.abs(found.mean[1]! - mean)).toBeLessThan(4 * Math.sqrt(wanted / ROWS));
    expect(Math.abs(found.covariance[1]![1]! / wanted - 1)).toBeLessThan(4 * Math.sqrt(2 / ROWS));
  });

  test('many chains are their mean: the variance falls with their number', () => {
    const found = moments(filled({ steps: 30, samples: 4, seed: 1 }), 3);
    const wanted = (variance - SIGMA ** 2) / 4;
    expect(Math.abs(found.mean[1]! - mean)).toBeLessThan(4 * Math.sqrt(wanted / ROWS));
    expect(Math.abs(found.covariance[1]![1]! / wanted - 1)).toBeLessThan(4 * Math.sqrt(2 / ROWS));
  });

  test('a chain of one move is not there yet', () => {
    expect(Math.abs(moments(filled({ steps: 1 }), 3).mean[1]! - mean)).toBeGreaterThan(0.1);
  });
});

test('laws: known pixels stay as they are, the same key gives the same answer, nothing is left over', () => {
  const values = filled({ steps: 2 });
  for (let row = 0; row < ROWS; row++) {
    expect(values[3 * row]).toBe(Math.fround(1.4));
    expect(values[3 * row + 2]).toBe(Math.fround(-0.6));
  }
  expect(filled({ steps: 2 })).toEqual(values);
  expect(filled({ steps: 2, seed: 1 })).not.toEqual(values);

  using world = owned(scope(() => ({ x: tensor2d([[1, 0, 1]]), mask: tensor2d([[1, 1, 0]]) })));
  const before = memory().numTensors;
  const made = inpaint(linearGaussian, NONE, world.x, world.mask, { key: key(0), steps: 3, samples: 3 });
  expect(memory().numTensors - before).toBe(1);
  made.dispose();
});

test('laws: a mask of one channel hides all channels of its pixels', () => {
  const model = vae(denseVae({ shape: [2, 2, 3], hidden: [4], latents: 2 }));
  using params = owned(scope(() => model.init(key(0))));
  using world = owned({ x: tensor(Array(24).fill(7), [2, 2, 2, 3]), mask: tensor([1, 0, 0, 1], [2, 2, 1]) });
  const made = inpaint(model, params, world.x, world.mask, { key: key(1), steps: 2 });
  const pixels = made.arraySync() as number[][][][];
  for (const image of pixels) {
    expect([image[0]![0], image[1]![1]]).toEqual([Array(3).fill(7), Array(3).fill(7)]);
    expect([...image[0]![1]!, ...image[1]![0]!].every((p) => p > 0 && p < 1)).toBe(true);
  }
  made.dispose();
});

test('errors', () => {
  using world = owned({ x: tensor2d([[1, 0, 1]]), mask: tensor([1, 0, 1]), wrong: tensor([1, 0]) });
  const fill = (mask: Tensor, options: { steps?: number; samples?: number }) => () =>
    inpaint(linearGaussian, NONE, world.x, mask, { key: key(0), ...options });
  expect(fill(world.mask, { steps: 0 })).toThrow(/inpaint: steps must be an integer/);
  expect(fill(world.mask, { samples: 1.5 })).toThrow(/inpaint: samples must be an integer/);
  expect(fill(world.wrong, {})).toThrow(/mask has shape \[2\], x has shape \[1,3\]/);
});
