import { elu, scope } from '@genai/tensor';
import {
  concat,
  customGrad,
  exp,
  type GradSaveFunc,
  minimum,
  mul,
  neg,
  split,
  sub,
  type Tensor,
} from '@tensorflow/tfjs-core';

/**
 * ELU of x and behind it of −x, (…, channels) → (…, 2 · channels): nowhere flat, so that a net can move every channel.
 *
 * For its gradient only x is kept, where the composition keeps five tensors of its size.
 *
 * @source Salimans et al. 2017, "PixelCNN++", section 2.4 and its reference code; Clevert et al. 2016, "Fast and accurate deep
 * network learning by exponential linear units", eq. 15.
 */
export function concatElu(x: Tensor): Tensor {
  const op = customGrad((...args) => {
    const [x, save] = args as unknown as [Tensor, GradSaveFunc];
    save([x]);
    return {
      value: scope(() => concat([elu(x), elu(neg(x))], -1)),
      gradFunc: (dy: Tensor, [x]: Tensor[]) => [backward(dy, x!)],
    };
  });
  return op(x);
}

/** Made of ops that have gradients of their own, and so has it. */
function backward(dy: Tensor, x: Tensor): Tensor {
  return scope(() => {
    const [up, down] = split(dy, 2, -1) as [Tensor, Tensor];
    // d elu(x) / dx = e^min(x, 0), d elu(−x) / dx = −e^min(−x, 0)
    return sub(mul(up, exp(minimum(x, 0))), mul(down, exp(minimum(neg(x), 0))));
  });
}
