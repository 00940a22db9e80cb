import { abs, add, div, exp, mul, sign, square, sub, type Tensor, tanh } from '@tensorflow/tfjs-core';
import { type Rule, withGradient } from './with-gradient.js';

/**
 * cap · tanh(x / cap), elementwise: x where it is small, never beyond ± cap.
 *
 * @example
 * const logits = softCap(raw, 30);
 * @source Gemma team 2024, "Gemma 2: improving open language models at a practical size", section 2.
 */
export function softCap(x: Tensor, cap: number): Tensor {
  // tanh |u| = (1 − t) / (1 + t) with t = e^(−2|u|): GPUs' own tanh and some engines' sigmoid are off by 1e-5, which the cap multiplies.
  const capped = (x: Tensor): Tensor => {
    const t = exp(mul(abs(x), -2 / cap));
    return mul(mul(sign(x), cap), div(sub(1, t), add(1, t)));
  };
  const rule: Rule = {
    forward: (x) => {
      const value = capped(x!);
      return { value, kept: [value] };
    },
    backward: (dy, _, [y]) => [mul(dy, sub(1, square(div(y!, cap))))],
    plain: ([x]) => mul(tanh(div(x!, cap)), cap),
  };
  return withGradient([x], rule);
}
