import type { Tensor } from '@tensorflow/tfjs-core';
import { isFused, runFused } from './fused.js';
import { type Rule, withGradient } from './with-gradient.js';

/** What engines with fused kernels know by name. */
export type ActivationKind = 'gelu' | 'geluTanh' | 'silu' | 'softplus' | 'logSigmoid' | 'elu' | 'leakyRelu';

/**
 * A non-linearity in one kernel forwards and one backwards, where the engine has it; elsewhere by `rule`.
 *
 * `rule` without its `plain` must be differentiable itself, as `withGradient` asks; it gives the higher derivatives.
 */
export function activationBy(rule: Rule, x: Tensor, kind: ActivationKind, slope?: number): Tensor {
  if (!isFused('GenaiActivation', x)) return withGradient([x], rule);
  const attributes = slope === undefined ? { kind } : { kind, slope };
  return withGradient([x], {
    forward: (x) => ({ value: runFused('GenaiActivation', { x }, attributes)[0]! }),
    backward: (dy, [x]) => runFused('GenaiActivationGrad', { dy, x: x! }, attributes),
    plain: rule.plain ?? (([x]) => withGradient([x!], rule)),
  });
}
