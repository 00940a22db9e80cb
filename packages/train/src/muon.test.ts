import { readFileSync } from 'node:fs';
import { key } from '@genai/core';
import { normalNoise, scope } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { optimizerLaws } from '@genai/testing/optimizer-laws';
import { reshape, scalar, type Tensor, tensor, zeros } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { adam } from './adam.js';
import { grouped } from './grouped.js';
import { muon } from './muon.js';
import { linear } from './schedules.js';

// Recipe: golden/muon.py, torch.optim.Muon of torch 2.13 in float32.
const golden = JSON.parse(readFileSync(new URL('../golden/muon.json', import.meta.url), 'utf8')) as {
  readonly shapes: [number, number][];
  readonly start: number[][];
  readonly gradients: number[][][];
  readonly after: number[][][];
};
const isMatrix = (_: string, leaf: Tensor): boolean => leaf.rank === 2;

optimizerLaws('muon for matrices, adam for the rest', () => ({
  optimizer: grouped({ when: isMatrix, optimizer: muon(linear(0.05, 0, 300)) }, { optimizer: adam(0.05) }),
}));

test('goldens: three updates as torch.optim.Muon makes them', () => {
  scope(() => {
    const trees = (rows: number[][]): Tensor[] => rows.map((row, i) => tensor(row, golden.shapes[i]!));
    const optimizer = muon(0.02, { weightDecay: 0.1 });
    let params = trees(golden.start);
    let state = optimizer.init(params);
    for (const [i, gradient] of golden.gradients.entries()) {
      ({ params, state } = optimizer.update(trees(gradient), state, params, scalar(i)));
      for (const [j, want] of golden.after[i]!.entries()) expectClose(params[j]!, want, { absolute: 2e-6 });
    }
    return {};
  });
});

test('known answers: a first move has orthogonal rows, of length 0.7 to 1.2 whatever the gradient', () => {
  scope(() => {
    const params = [zeros([4, 4])];
    const grad = [normalNoise(key(3), [4, 4])];
    const optimizer = muon(1);
    const moved = optimizer.update(grad, optimizer.init(params), params, scalar(0)).params[0]!;
    const rows = moved.arraySync() as number[][];
    for (const [i, a] of rows.entries()) {
      for (const [j, b] of rows.entries()) {
        const product = a.reduce((sum, value, k) => sum + value * b[k]!, 0);
        if (i === j) expect(Math.abs(product - 1)).toBeLessThan(0.5);
        else expect(Math.abs(product)).toBeLessThan(0.4);
      }
    }
    return {};
  });
});

test('known answers: a filter moves as the matrix of its places and inputs', () => {
  scope(() => {
    const filter = [normalNoise(key(1), [3, 3, 2, 5])];
    const grad = [normalNoise(key(2), [3, 3, 2, 5])];
    const [flatFilter, flatGrad] = [filter, grad].map((each) => [reshape(each[0]!, [18, 5])]) as [Tensor[], Tensor[]];
    const optimizer = muon(0.1);
    const moved = optimizer.update(grad, optimizer.init(filter), filter, scalar(0)).params[0]!;
    const flat = optimizer.update(flatGrad, optimizer.init(flatFilter), flatFilter, scalar(0)).params[0]!;
    expect(moved.shape).toEqual([3, 3, 2, 5]);
    expect(moved.dataSync()).toEqual(flat.dataSync());
    return {};
  });
});

test('errors: a leaf that is no matrix, and a number out of range', () => {
  scope(() => {
    const params = { bias: tensor([1, 2]) };
    expect(() => muon(0.1).init(params)).toThrow('muon: "bias" has shape [2], expected a matrix or a filter');
    expect(() => muon(0.1, { momentum: 1 })).toThrow('muon: momentum');
    return {};
  });
});
