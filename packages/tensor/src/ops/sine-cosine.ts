import { add, mul, round, sub, type Tensor } from '@tensorflow/tfjs-core';

/**
 * sin and cos of angles, each good to about 1e-6 beyond the rounding of the angle itself, on every engine.
 *
 * GPUs' own are off by up to 5e-4. The angle less its whole turns, x, is quartered; short series give sin and cos of that, and the
 * formulae of doubled angles lead back.
 */
export function sineCosine(angles: Tensor): { readonly sine: Tensor; readonly cosine: Tensor } {
  const turns = round(mul(angles, 1 / (2 * Math.PI)));
  const x = sub(sub(angles, mul(turns, TURN)), mul(turns, 2 * Math.PI - TURN)); // −π … π
  const quarter = mul(x, 0.25);
  const square = mul(quarter, quarter);
  // x − x³/3! + x⁵/5! − x⁷/7!, and 1 − x²/2! + x⁴/4! − x⁶/6! + x⁸/8!
  const once = {
    sine: mul(quarter, polynomial(square, [1, -1 / 6, 1 / 120, -1 / 5_040])),
    cosine: polynomial(square, [1, -1 / 2, 1 / 24, -1 / 720, 1 / 40_320]),
  };
  return doubled(doubled(once));
}

/** Nearly 2π, of so few binary digits that its product with a whole number below 2¹⁶ is exact. */
const TURN = 6.28125;

function doubled({ sine, cosine }: { readonly sine: Tensor; readonly cosine: Tensor }): {
  readonly sine: Tensor;
  readonly cosine: Tensor;
} {
  return { sine: mul(mul(sine, cosine), 2), cosine: sub(1, mul(mul(sine, sine), 2)) };
}

/** c₀ + c₁ x + c₂ x² + … */
function polynomial(x: Tensor, coefficients: readonly number[]): Tensor {
  const [last, ...rest] = [...coefficients].reverse() as [number, ...number[]];
  let value: Tensor | number = last;
  for (const c of rest) value = add(mul(x, value), c);
  return value as Tensor;
}
