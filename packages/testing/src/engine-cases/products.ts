import { einsum, matMul } from '@tensorflow/tfjs-core';
import type { EngineCase } from '../engine-cases.js';
import { matMulOnHost, signed } from '../engine-host.js';

/** Matrix products in every transposition and batch, and einsum. */
export function products(): EngineCase[] {
  const make = (a: number[], b: number[], transposeA: boolean, transposeB: boolean): EngineCase => ({
    family: 'matMul',
    name: `[${a}] · [${b}]${transposeA ? ', a transposed' : ''}${transposeB ? ', b transposed' : ''}`,
    inputs: [signed(a), signed(b, 1)],
    run: (x, y) => matMul(x, y, transposeA, transposeB),
    kind: 'sums',
    gradient: true,
    ...(a.length === 2 && { host: (x: number[], y: number[]) => matMulOnHost(x, a, y, b, transposeA, transposeB) }),
  });
  const sums = (equation: string, ...shapes: number[][]): EngineCase => ({
    family: 'einsum',
    name: equation,
    inputs: shapes.map((shape, i) => signed(shape, i)),
    run: (...xs) => einsum(equation, ...xs),
    kind: 'sums',
    gradient: false, // TensorFlow.js has none
  });
  const both = [false, true];
  const flip = (shape: number[], yes: boolean): number[] =>
    yes ? [...shape.slice(0, -2), shape.at(-1)!, shape.at(-2)!] : shape;
  const all4 = (a: number[], b: number[]): EngineCase[] =>
    both.flatMap((ta) => both.map((tb) => make(flip(a, ta), flip(b, tb), ta, tb)));
  return [
    ...all4([3, 5], [5, 4]),
    make([33, 47], [47, 29], false, false), // past the edges of a GPU's tiles
    make([47, 33], [29, 47], true, true),
    ...all4([2, 3, 5], [2, 5, 4]),
    make([2, 2, 3, 5], [2, 2, 4, 5], false, true),
    make([4, 3, 5], [1, 5, 2], false, false),
    make([4, 5, 3], [1, 2, 5], true, true),
    make([1, 3, 5], [4, 5, 2], false, false),
    sums('ij,jk->ik', [3, 4], [4, 5]),
    sums('bhqd,bhkd->bhqk', [2, 2, 3, 4], [2, 2, 5, 4]),
    sums('bqhd,bkhd->bhqk', [2, 3, 2, 4], [2, 5, 2, 4]),
    sums('ij->j', [3, 4]),
    sums('ij->ji', [3, 4]),
    sums('i,j->ij', [3], [4]),
    sums('ijk,jil->kl', [2, 3, 4], [3, 2, 5]),
    sums('ij,j->i', [3, 4], [4]),
  ];
}
