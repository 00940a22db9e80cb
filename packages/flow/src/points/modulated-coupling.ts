import { GenaiError, type Layer } from '@genai/core';
import { silu } from '@genai/tensor';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Bijector } from '../bijector.js';
import { type CouplingOptions, coupling } from '../coupling.js';
import { type ModulatedMlpParams, modulatedMlp } from './modulated-mlp.js';

/** How {@link modulatedCoupling} works. */
export interface ModulatedCouplingOptions extends Omit<CouplingOptions<ModulatedMlpParams>, 'context' | 'net'> {
  /** Features of the context. */
  readonly context: number;
  /** Widths of the net that sees what passes: [64, 64] unless given. */
  readonly hidden?: readonly number[];
  /** Widths of the net that sees the context: [64] unless given. */
  readonly modulation?: readonly number[];
  /** What stands between the layers: SiLU unless given. */
  readonly activation?: (x: Tensor) => Tensor;
}

/**
 * A coupling whose net the context rules, instead of standing beside what the net sees: {@link modulatedMlp}.
 *
 * The context, (batch, features), may have fewer rows than x, (rows, features), which then repeat it as (…, batch).
 *
 * @example
 * const layer = modulatedCoupling({ features: 3, context: 16, passes: [true, false, true], map: rationalQuadraticMap() });
 * @throws GenaiError as {@link coupling}; when applied, if there is no context, or the rows are no multiple of its.
 * @source Dinh et al. 2017, "Density estimation using Real NVP", eq. 4 to 8; Perez et al. 2018, "FiLM", eq. 2.
 */
export function modulatedCoupling({
  context: size,
  hidden = [64, 64],
  modulation = [64],
  activation = silu,
  ...options
}: ModulatedCouplingOptions): Bijector<ModulatedMlpParams> {
  const at = (context?: Tensor): Bijector<ModulatedMlpParams> =>
    coupling({
      ...options,
      net: (inputs, outputs): Layer<Tensor, ModulatedMlpParams> => {
        const net = modulatedMlp([inputs, ...hidden, outputs], { context: size, modulation, activation });
        return { init: net.init, apply: (params, x) => net.apply(params, { x, context: given(context, size) }) };
      },
    });
  const { init, tolerance } = at();
  return {
    init,
    forward: (params, x, context) => at(context).forward(params, x),
    inverse: (params, y, context) => at(context).inverse(params, y),
    ...(tolerance !== undefined && { tolerance }),
  };
}

function given(context: Tensor | undefined, size: number): Tensor {
  if (context) return context;
  throw new GenaiError(
    `modulatedCoupling: it needs a context of [batch, ${size}] and got none. Use conditionalFlow and pass it.`,
  );
}
