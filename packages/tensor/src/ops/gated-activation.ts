import { GenaiError } from '@genai/core';
import { mul, relu, split, type Tensor } from '@tensorflow/tfjs-core';
import { scope } from '../scope.js';
import { isFused, runFused } from './fused.js';
import { gelu } from './gelu.js';
import { silu } from './silu.js';
import { withGradient } from './with-gradient.js';

/** What a gate is put through. */
export type GateActivation = 'gelu' | 'gelu-tanh' | 'silu' | 'relu';

/**
 * f(a) b of the two halves a (the gate) and b of the last axis: (…, 2 n) → (…, n).
 *
 * @example
 * const hidden = gatedActivation(linear(x, params.weight), 'silu'); // SwiGLU: (batch, time, 512) → (batch, time, 256)
 * @throws GenaiError if the last axis has no two halves.
 * @source Shazeer 2020, "GLU variants improve Transformer", eq. 5.
 */
export function gatedActivation(x: Tensor, activation: GateActivation): Tensor {
  const width = x.shape.at(-1);
  if (width === undefined || width % 2 !== 0) {
    throw new GenaiError(`gatedActivation: the last axis must have an even size, got shape [${x.shape.join(', ')}].`);
  }
  const plain = (x: Tensor): Tensor =>
    scope(() => {
      const [a, b] = split(x, 2, -1) as [Tensor, Tensor];
      return mul(ACTIVATIONS[activation](a), b);
    });
  if (!isFused('GenaiGatedActivation', x)) return plain(x);
  const attributes = { kind: activation };
  return withGradient([x], {
    forward: (x) => ({ value: runFused('GenaiGatedActivation', { x: x! }, attributes)[0]! }),
    backward: (dy, [x]) => runFused('GenaiGatedActivationGrad', { dy, x: x! }, attributes),
    plain: ([x]) => plain(x!),
  });
}

const ACTIVATIONS: { readonly [name in GateActivation]: (x: Tensor) => Tensor } = {
  gelu: (x) => gelu(x),
  'gelu-tanh': (x) => gelu(x, { approximate: true }),
  silu,
  relu,
};
