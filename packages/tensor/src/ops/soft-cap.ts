import { abs, add, div, exp, less, mul, sign, square, sub, type Tensor, tanh, where } from '@tensorflow/tfjs-core';
import { scope } from '../scope.js';
import { type Rule, withGradient } from './with-gradient.js';

/**
 * cap · tanh(x / cap), elementwise: x where it is small, never beyond ± cap.
 *
 * @example
 * const logits = softCap(raw, 30);
 * @source Gemma team 2024, "Gemma 2: improving open language models at a practical size", section 2.
 */
export function softCap(x: Tensor, cap: number): Tensor {
  const rule: Rule = {
    forward: (x) => {
      const value = scope(() => mul(preciseTanh(div(x!, cap)), cap));
      return { value, kept: [value] };
    },
    backward: (dy, _, [y]) => [mul(dy, sub(1, square(div(y!, cap))))],
    plain: ([x]) => mul(tanh(div(x!, cap)), cap),
  };
  return withGradient([x], rule);
}

/** GPUs' own tanh, exp and sigmoid are off by up to 2e-5, which the cap multiplies and small u cannot bear. */
function preciseTanh(u: Tensor): Tensor {
  const s = square(u);
  // Lambert's continued fraction after seven terms, |u| < 1: to the last digit of a float.
  const near = scope(() => {
    const above = add(135_135, mul(s, add(17_325, mul(s, add(378, s)))));
    return div(mul(u, above), add(135_135, mul(s, add(62_370, mul(s, add(3_150, mul(s, 28)))))));
  });
  // tanh |u| = (1 − t) / (1 + t) with t = e^(−2|u|), |u| ≥ 1.
  const far = scope(() => {
    const t = exp(mul(abs(u), -2));
    return mul(sign(u), div(sub(1, t), add(1, t)));
  });
  return where(less(s, 1), near, far);
}
