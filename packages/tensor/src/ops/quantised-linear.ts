import { add, matMul, reshape, sum, type Tensor } from '@tensorflow/tfjs-core';
import { expectShape } from '../expect-shape.js';
import { scope } from '../scope.js';
import { dequantised, expectQuantised } from './dequantised.js';
import { isFused, runFused } from './fused.js';
import { withGradient } from './with-gradient.js';

/**
 * x · Wᵀ + bias with quantised weights W (outputs, inputs) in the layout of `quantise`; the activations stay float32 (of few rows the
 * engine simd, on WebAssembly, rounds them to 2⁻¹⁶ of the largest of each 32).
 *
 * x: (…, inputs), codes: (outputs, inputs · bits / 32) of int32, scales: (outputs, inputs / 32) or none for 16 bits, bias:
 * (outputs) or none; result: (…, outputs). The gradient flows to x and bias, none to codes and scales.
 *
 * @example
 * const y = quantisedLinear(x, codes, scales, bias); // (batch, time, 768) → (batch, time, 2304)
 * const same = quantisedLinear(x, halves, undefined, bias); // of 16 bits
 * @throws GenaiError if shapes or dtypes do not fit together, or on WebGL, whose integers have 24 bits.
 */
export function quantisedLinear(x: Tensor, codes: Tensor, scales: Tensor | undefined, bias?: Tensor): Tensor {
  const { rows: outputs, inputs } = expectQuantised('quantisedLinear', codes, scales);
  expectShape('quantisedLinear: x', x, ['…', inputs]);
  if (bias) expectShape('quantisedLinear: bias', bias, [outputs]);
  return scope(() => {
    const y = affine(reshape(x, [x.size / inputs, inputs]), codes, scales, bias); // (rows, outputs)
    return reshape(y, [...x.shape.slice(0, -1), outputs]);
  });
}

function affine(x: Tensor, codes: Tensor, scales: Tensor | undefined, bias: Tensor | undefined): Tensor {
  const given = bias ? [x, bias] : [x];
  const weights = scales ? [codes, scales] : [codes];
  return withGradient(given, {
    forward: (x, bias) => {
      const value = isFused('GenaiQuantisedLinear', ...weights.slice(1), ...given)
        ? runFused('GenaiQuantisedLinear', { x: x!, codes, ...(scales && { scales }), ...(bias && { bias }) })[0]!
        : composition(x!, codes, scales, bias);
      return { value, kept: weights };
    },
    backward: (dy, _, [codes, scales]) => [matMul(dy, dequantised(codes!, scales)), ...(bias ? [sum(dy, 0)] : [])],
  });
}

function composition(x: Tensor, codes: Tensor, scales: Tensor | undefined, bias: Tensor | undefined): Tensor {
  return scope(() => {
    const y = matMul(x, dequantised(codes, scales), false, true);
    return bias ? add(y, bias) : y;
  });
}
