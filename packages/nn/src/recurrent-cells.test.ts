import { key, leaves, type Tree } from '@genai/core';
import { normalNoise, owned, scope, valueAndGrad } from '@genai/tensor';
import { expectClose, type Numbers } from '@genai/testing/expect-close';
import { layerLaws } from '@genai/testing/layer-laws';
import { relu, reshape, square, sum, type Tensor, type TensorLike, tensor, zeros } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import golden from '../golden/recurrent-cells.json' with { type: 'json' };
import { layerNormGruCell, layerNormLstmCell, type Recurrent, recurrent, rnn, rnnCell } from './index.js';

// The values in golden/ are PyTorch's; golden/recurrent-cells.py makes them.

const input = (): Tensor => normalNoise(key(1), [2, 3, 3]);
const wrong = (): Tensor => zeros([2, 5, 4]);

layerLaws('rnn(3, 4)', () => ({ layer: rnn(3, 4), input, output: [2, 3, 4], wrong, valueAndGrad }));
layerLaws('layerNormLstm(3, 4)', () => ({
  layer: recurrent(layerNormLstmCell(3, 4)),
  input,
  output: [2, 3, 4],
  wrong,
  valueAndGrad,
}));
layerLaws('layerNormGru(3, 4)', () => ({
  layer: recurrent(layerNormGruCell(3, 4)),
  input,
  output: [2, 3, 4],
  wrong,
  valueAndGrad,
}));

test.each(['tanh', 'relu'] as const)('parity: rnn with nn.RNN of %s, outputs and gradients', (kind) => {
  const { weights, y, gradients } = golden[kind];
  const layer = kind === 'relu' ? rnn(3, 4, { activation: relu }) : rnn(3, 4);
  expectParity(layer, fromRecurrent(weights), { hidden: golden.hidden }, y, fromRecurrent(gradients));
});

test('parity: layerNormLstmCell with its equations in PyTorch, outputs and gradients', () => {
  const { params, y, gradients } = golden.layerNormLstm;
  const layer = recurrent(layerNormLstmCell(3, 4));
  expectParity(layer, params, { hidden: golden.hidden, cell: golden.cell }, y, gradients);
});

test('parity: layerNormGruCell with its equations in PyTorch, outputs and gradients', () => {
  const { params, y, gradients } = golden.layerNormGru;
  expectParity(recurrent(layerNormGruCell(3, 4)), params, { hidden: golden.hidden }, y, gradients);
});

test('known answers: a step of rnnCell is one of the layer, from the same state', () => {
  const cell = rnnCell(3, 4);
  using params = owned(cell.init(key(0)));
  using x = owned(normalNoise(key(1), [2, 1, 3]));
  using state = owned({ hidden: normalNoise(key(2), [2, 4]) });
  scope(() => {
    const stepped = cell.apply(params, { x: reshape(x, [2, 3]), state });
    expectClose(stepped.hidden, recurrent(cell).run(params, x, state).state.hidden);
  });
});

test('known answers: a fresh layerNormLstmCell remembers: its forget gate is shifted by 1, nothing else is, and nothing is scaled', () => {
  using params = owned(layerNormLstmCell(2, 3).init(key(0)));
  expect(Array.from(params.inputNorm.shift.dataSync())).toEqual([0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0]);
  for (const { shift } of [params.hiddenNorm, params.cellNorm]) {
    expect(shift.dataSync().every((value) => value === 0)).toBe(true);
  }
  for (const { scale } of [params.inputNorm, params.hiddenNorm, params.cellNorm]) {
    expect(scale.dataSync().every((value) => value === 1)).toBe(true);
  }
});

test('errors: sizes', () => {
  expect(() => rnn(3, 0)).toThrow('rnn(3, 0): width must be an integer of at least 1, got 0.');
  expect(() => layerNormLstmCell(0, 3)).toThrow('layerNormLstm(0, 3): inputs must be an integer of at least 1, got 0.');
  expect(() => layerNormGruCell(3, 1.5)).toThrow(
    'layerNormGru(3, 1.5): width must be an integer of at least 1, got 1.5.',
  );
});

/** A tree of numbers in the form of parameters or states. */
type Host = TensorLike | { readonly [name: string]: Host };

function expectParity<P extends Tree<Tensor>, S>(
  layer: Recurrent<P, S>,
  weights: Host,
  state: Host,
  y: Numbers,
  gradients: Host,
): void {
  scope(() => {
    const params = onEngine(weights) as P;
    const run = (p: P): Tensor => layer.run(p, tensor(golden.x), onEngine(state) as S).output;
    expectClose(run(params), y, { absolute: 1e-5 });
    const { grad } = valueAndGrad((p) => ({ loss: sum(square(run(p))) }), params);
    const want = new Map(leaves<Tensor>(onEngine(gradients)));
    const got = leaves<Tensor>(grad);
    expect(got).toHaveLength(want.size);
    for (const [path, leaf] of got) expectClose(leaf, want.get(path)!, { absolute: 2e-5, relative: 1e-4 });
  });
}

function onEngine(host: Host): Tree<Tensor> {
  if (typeof host !== 'object' || Array.isArray(host) || ArrayBuffer.isView(host)) return tensor(host as TensorLike);
  return Object.fromEntries(Object.entries(host).map(([name, part]) => [name, onEngine(part)]));
}

function fromRecurrent(weights: (typeof golden)['tanh']['weights']): Host {
  return {
    input: { weight: transposed(weights.weight_ih_l0), bias: weights.bias_ih_l0 },
    hidden: { weight: transposed(weights.weight_hh_l0), bias: weights.bias_hh_l0 },
  };
}

/** (outputs, inputs) → (inputs, outputs). */
function transposed(weight: number[][]): number[][] {
  return weight[0]!.map((_, column) => weight.map((row) => row[column]!));
}
