import { key, leaves, mapLeaves, type Tree } from '@genai/core';
import { scope, valueAndGrad } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { mul, sum, type Tensor, tensor } from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import type { PixelNet } from '../src/pictures/pixel-net.js';

export interface PixelNetGolden {
  readonly shape: readonly number[];
  readonly outputs: readonly number[];
  readonly grads: readonly (readonly number[])[];
}

/** Outputs and gradients are those of golden/pixel-nets.py, where the recipe of the numbers stands. */
export function expectPixelGolden<P extends Tree<Tensor>, S>(net: PixelNet<P, S>, golden: PixelNetGolden): void {
  scope(() => {
    const wave = (f: (x: number) => number, shape: readonly number[]): Tensor =>
      tensor(
        Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => f(i + 1)),
        [...shape],
      );
    let n = 0;
    const params = mapLeaves<Tensor, P>(net.init(key(0)), (leaf) => {
      n++;
      return wave((k) => 0.4 * Math.sin(0.37 * n * k), leaf.shape);
    });
    const x = wave(Math.sin, golden.shape);
    const context = net.context ? wave((k) => Math.sin(2 * k), [golden.shape[0]!, net.context]) : undefined;
    const outputs = net.run(params, x, context);
    expectClose(outputs, golden.outputs, { absolute: 1e-5 });
    const weights = wave(Math.cos, outputs.shape);
    const { grad } = valueAndGrad((params: P) => ({ loss: sum(mul(net.run(params, x, context), weights)) }), params);
    const found = leaves<Tensor>(grad);
    expect(found.length).toBe(golden.grads.length);
    for (const [i, [, leaf]] of found.entries())
      expectClose(leaf, golden.grads[i]!, { absolute: 2e-5, relative: 1e-4 });
  });
}
