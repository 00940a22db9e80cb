import type { Layer } from '@genai/core';
import { layerNorm, type NormParams, type RmsNormParams, rmsNorm } from '@genai/nn';
import { layerNorm as normalise } from '@genai/tensor';
import { ones, type Tensor, zeros } from '@tensorflow/tfjs-core';
import type { FullConfig } from '../transformer-config.js';

/** The parameters of a norm: root mean square and layer norms without biases have no shift. */
export type NormLayerParams = NormParams | RmsNormParams;

/** The norm of a config: (…, width) → same. */
export function normLayer({ norm, epsilon, width, biases }: FullConfig): Layer<Tensor, NormLayerParams> {
  if (norm === 'rms') return rmsNorm(width, { epsilon });
  if (biases.norms) return layerNorm(width, { epsilon }) as Layer<Tensor, NormLayerParams>;
  return {
    init: () => ({ scale: ones([width]) }),
    apply: ({ scale }, x) => {
      const shift = zeros([width]);
      const y = normalise(x, scale, shift, { epsilon });
      shift.dispose();
      return y;
    },
  };
}
