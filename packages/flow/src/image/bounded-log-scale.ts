import { expectIntegers, type Layer } from '@genai/core';
import { expectShape, scope } from '@genai/tensor';
import { div, exp, mul, reshape, stack, type Tensor, tanh, unstack, zeros } from '@tensorflow/tfjs-core';

/** The parameters of the net, and `bound`: the logarithm of the largest log-scale of each feature, (features). */
export type BoundedLogScaleParams<P> = { readonly net: P; readonly bound: Tensor };

/**
 * A net for {@link affineMap} whose log-scales are e^b · tanh(s / e^b), with a bound b learned for each feature (0 at first):
 * (…, inputs) → (…, 2 · features). The map then takes them as they are, `affineMap({ logScale: (raw) => raw })`.
 *
 * @example
 * const map = affineMap({ logScale: (raw) => raw });
 * const net = (inputs: number, outputs: number) => boundedLogScale(gatedConvNet(inputs, outputs), outputs / 2);
 * @throws GenaiError if `features` is not an integer of at least 1; when applied, if the net gives other than 2 · features.
 * @source Dinh et al. 2017, "Density estimation using Real NVP", section 4.1 (a learned scale of the tanh); Lippe 2022, "UvA
 * deep learning tutorials", tutorial 11.
 */
export function boundedLogScale<P>(net: Layer<Tensor, P>, features: number): Layer<Tensor, BoundedLogScaleParams<P>> {
  const where = `boundedLogScale(${features})`;
  expectIntegers(where, { features });
  return {
    init: (key) => scope(() => ({ net: net.init(key), bound: zeros([features]) })),
    apply: (params, x, key) =>
      scope(() => {
        const raw = net.apply(params.net, x, key);
        expectShape(where, raw, ['…', 2 * features]);
        const places = raw.shape.slice(0, -1);
        const [shift, s] = unstack(reshape(raw, [...places, features, 2]), -1) as [Tensor, Tensor];
        const most = exp(params.bound); // (features)
        const logScale = mul(tanh(div(s, most)), most); // (…, features)
        return reshape(stack([shift, logScale], -1), raw.shape);
      }),
  };
}
