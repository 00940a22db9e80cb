import { scope } from '@genai/tensor';
import { concat, customGrad, type GradSaveFunc, mul, sigmoid, split, sub, type Tensor } from '@tensorflow/tfjs-core';

/**
 * a · σ(b) of the halves a and b of the last axis, (…, 2 · channels) → (…, channels): a gated linear unit.
 *
 * For its gradient only the input is kept.
 *
 * @source Dauphin et al. 2017, "Language modeling with gated convolutional networks", eq. 1.
 */
export function gatedSigmoid(x: Tensor): Tensor {
  const op = customGrad((...args) => {
    const [x, save] = args as unknown as [Tensor, GradSaveFunc];
    save([x]);
    return {
      value: scope(() => {
        const [value, open] = split(x, 2, -1) as [Tensor, Tensor];
        return mul(value, sigmoid(open));
      }),
      gradFunc: (dy: Tensor, [x]: Tensor[]) => [backward(dy, x!)],
    };
  });
  return op(x);
}

/** Made of ops that have gradients of their own, and so has it. */
function backward(dy: Tensor, x: Tensor): Tensor {
  return scope(() => {
    const [value, open] = split(x, 2, -1) as [Tensor, Tensor];
    const gate = sigmoid(open);
    const dValue = mul(dy, gate); // (…, channels)
    return concat([dValue, mul(mul(dValue, value), sub(1, gate))], -1); // σ' = σ (1 − σ)
  });
}
