import type { Tensor } from '@tensorflow/tfjs-core';
import { runFused } from './fused.js';
import type { Rule } from './with-gradient.js';

/** More floats in a row than these are left to the composition: partial sums of the gradient need space. */
export const NORM_ROWS_WIDEST = 2 ** 17;
export const NORM_GROUPS_WIDEST = 2 ** 13;

type FusedRule = Pick<Rule, 'forward' | 'backward'>;

/** Layer norm of (x, scale, shift), RMS norm of (x, scale), in one kernel each way. */
export function fusedRows(epsilon: number): FusedRule {
  return {
    forward: (x, scale, shift) => {
      const inputs = { x: x!, scale: scale!, ...(shift && { shift }) };
      const [value, kept] = runFused('GenaiNormRows', inputs, { epsilon }) as [Tensor, Tensor];
      return { value, kept: [kept] };
    },
    backward: (dy, [x, scale, shift], [kept]) =>
      runFused('GenaiNormRowsGrad', { dy, x: x!, scale: scale!, kept: kept! }, { centred: shift !== undefined }),
  };
}

/** Group norm of (x, scale, shift) in one kernel each way. */
export function fusedGroups(groups: number, epsilon: number): FusedRule {
  return {
    forward: (x, scale, shift) => {
      const inputs = { x: x!, scale: scale!, shift: shift! };
      const [value, kept] = runFused('GenaiNormGroups', inputs, { groups, epsilon }) as [Tensor, Tensor];
      return { value, kept: [kept] };
    },
    backward: (dy, [x, scale], [kept]) =>
      runFused('GenaiNormGroupsGrad', { dy, x: x!, scale: scale!, kept: kept! }, { groups }),
  };
}
