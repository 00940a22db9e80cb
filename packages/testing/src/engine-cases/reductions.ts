import {
  addN,
  all,
  any,
  argMax,
  argMin,
  cast,
  cumsum,
  logSoftmax,
  max,
  mean,
  min,
  mul,
  prod,
  softmax,
  sum,
  type Tensor,
  topk,
} from '@tensorflow/tfjs-core';
import type { EngineCase } from '../engine-cases.js';
import { bools, integers, reduceOnHost, signed, spaced } from '../engine-host.js';

type Unary = (x: Tensor) => Tensor;

/** Sums and their like over axes. */
export function reductions(): EngineCase[] {
  const shape = [2, 3, 4];
  const axes: [string, number | number[] | undefined, boolean][] = [
    ['all axes', undefined, false],
    ['the last axis', -1, false],
    ['the first axis, kept', 0, true],
    ['two axes', [0, 2], false],
  ];
  const over = (
    name: string,
    run: (x: Tensor, axis?: number | number[], keep?: boolean) => Tensor,
    host: (xs: number[]) => number,
  ): EngineCase[] =>
    axes.map(([how, axis, keep]) => ({
      family: 'reductions',
      name: `${name} over ${how}`,
      inputs: [spaced(shape)],
      run: (x) => run(x, axis, keep),
      kind: 'sums',
      gradient: true,
      host: (x) => reduceOnHost(x, shape, axis, host),
    }));
  const own = (name: string, run: Unary, gradient: boolean, from = signed(shape)): EngineCase => ({
    family: 'reductions',
    name,
    inputs: [from],
    run,
    kind: 'sums',
    gradient,
  });
  const total = (xs: number[]): number => xs.reduce((a, b) => a + b, 0);
  const truths = bools([1, 0, 1, 1, 0, 0], [2, 3]);
  return [
    ...over('sum', sum, total),
    ...over('mean', mean, (xs) => total(xs) / xs.length),
    ...over('max', max, (xs) => Math.max(...xs)),
    ...over('min', min, (xs) => Math.min(...xs)),
    ...over('prod', prod, (xs) => xs.reduce((a, b) => a * b, 1))
      .slice(1, 2)
      .map((one) => ({ ...one, gradient: false })),
    own('sum of int32', (x) => sum(x, 1), false, integers([1, 2, 3, 4, 5, 6], [2, 3])),
    own('mean of bool', (x) => mean(cast(x, 'float32'), 0), false, truths),
    own('argMax', (x) => argMax(x, 1), false),
    own('argMin', (x) => argMin(x, -1), false),
    own('any', (x) => any(x, 1), false, truths),
    own('all', (x) => all(x, 0), false, truths),
    own('softmax', (x) => softmax(x), true),
    own('logSoftmax', (x) => logSoftmax(x), true),
    own('cumsum', (x) => cumsum(x, 1), true),
    own('cumsum, exclusive', (x) => cumsum(x, 0, true), true),
    own('cumsum, exclusive and reverse', (x) => cumsum(x, 2, true, true), true),
    own('addN of twenty', (x) => addN(Array.from({ length: 20 }, (_, i) => mul(x, i))), true),
    own('addN of twenty scalars', (x) => addN(Array.from({ length: 20 }, (_, i) => mul(sum(x), i))), true),
    own('topk', (x) => topk(x, 2).values, false),
  ];
}
