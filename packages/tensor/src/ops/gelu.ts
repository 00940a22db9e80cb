import { add, erf, exp, mul, sigmoid, square, sub, type Tensor } from '@tensorflow/tfjs-core';
import { activationBy } from './fused-activation.js';
import type { Rule } from './with-gradient.js';

/**
 * x Φ(x), elementwise, with Φ the distribution function of the standard normal.
 *
 * `approximate` takes the tanh form that GPT-2 was trained with; it is several times faster on most engines.
 *
 * @example
 * const hidden = gelu(x, { approximate: true });
 * @source Hendrycks and Gimpel 2016, "Gaussian error linear units", §2.
 */
export function gelu(x: Tensor, { approximate = false }: { readonly approximate?: boolean } = {}): Tensor {
  return approximate ? activationBy(APPROXIMATE, x, 'geluTanh') : activationBy(EXACT, x, 'gelu');
}

const EXACT: Rule = {
  forward: (x) => {
    const cdf = normalCdf(x!);
    return { value: mul(x!, cdf), kept: [cdf] };
  },
  backward: (dy, [x], [cdf]) => {
    const density = mul(exp(mul(square(x!), -0.5)), 1 / Math.sqrt(2 * Math.PI));
    return [mul(dy, add(cdf!, mul(x!, density)))]; // Φ(x) + x φ(x)
  },
  plain: ([x]) => mul(x!, normalCdf(x!)),
};

function normalCdf(x: Tensor): Tensor {
  return mul(add(erf(mul(x, Math.SQRT1_2)), 1), 0.5);
}

/** 0.5 x (1 + tanh u) = x σ(2u), which loses no digits where tanh is near −1 and is cheaper than tanh. */
const APPROXIMATE: Rule = {
  forward: (x) => ({ value: mul(x!, sigmoid(doubledArgument(x!))) }),
  backward: (dy, [x]) => {
    const s = sigmoid(doubledArgument(x!));
    const slope = add(2 * C, mul(square(x!), 6 * C * A)); // d(2u)/dx
    return [mul(dy, mul(s, add(1, mul(mul(x!, slope), sub(1, s)))))];
  },
};

const A = 0.044715;
const C = 0.7978845608028654; // √(2/π)

/** 2u = 2 √(2/π) (x + 0.044715 x³) */
function doubledArgument(x: Tensor): Tensor {
  return mul(x, add(2 * C, mul(square(x), 2 * C * A)));
}
