import { add, matMul, reshape, sum, type Tensor } from '@tensorflow/tfjs-core';
import { expectShape } from '../expect-shape.js';
import { scope } from '../scope.js';
import { isFused, runFused } from './fused.js';
import { withGradient } from './with-gradient.js';

/**
 * x · weight + bias, an affine map of the last axis.
 *
 * x: (…, inputs), weight: (inputs, outputs), bias: (outputs) or none; result: (…, outputs). All axes but the last are
 * taken as one, since engines are slow at batches of matrix products.
 *
 * @example
 * const logits = linear(x, params.weight, params.bias); // (batch, time, 64) → (batch, time, 256)
 * @throws GenaiError if the shapes do not fit together.
 */
export function linear(x: Tensor, weight: Tensor, bias?: Tensor): Tensor {
  const [inputs, outputs] = expectShape('linear: weight', weight, ['inputs', 'outputs']);
  expectShape('linear: x', x, ['…', inputs]);
  if (bias) expectShape('linear: bias', bias, [outputs]);
  return scope(() => {
    const rows = x.rank === 2 ? x : reshape(x, [x.size / inputs, inputs]);
    const y = affine(rows, weight, bias); // (rows, outputs)
    return x.rank === 2 ? y : reshape(y, [...x.shape.slice(0, -1), outputs]);
  });
}

function affine(x: Tensor, weight: Tensor, bias: Tensor | undefined): Tensor {
  if (!bias) return matMul(x, weight);
  if (!isFused('GenaiLinear', x, weight, bias)) return add(matMul(x, weight), bias);
  return withGradient([x, weight, bias], {
    forward: (x, weight, bias) => ({ value: runFused('GenaiLinear', { x: x!, weight: weight!, bias: bias! })[0]! }),
    backward: (dy, [x, weight]) => [matMul(dy, weight!, false, true), matMul(x!, dy, true, false), sum(dy, 0)],
  });
}
