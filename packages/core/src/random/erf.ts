/** The error function in double precision, for few calls: a series whose terms all have one sign. */
export function erf(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x); // erfc(6) = 2e-17
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/**
 * √2 · erf⁻¹(u) in place, for |u| ≤ 1 in float32: from uniform to normal numbers.
 *
 * It rounds where XLA does, which JAX's printed numbers bear out to the last digit: the square is a float32 (so numbers
 * beyond ±3 are off by up to 2e-5 from the exact function), and the polynomial is fused, each multiply-add rounded once.
 *
 * @source Giles 2010, "Approximating the erfinv function", table 5 (single precision).
 */
export function scaledErfInv(u: Float32Array): Float32Array {
  for (let i = 0; i < u.length; i++) {
    const x = u[i]!;
    const w = f32(-Math.log(1 - f32(x * x))); // 1 − x² is exact in float64
    const p = w < 5 ? centre(f32(w - 2.5)) : tail(f32(f32(Math.sqrt(w)) - 3));
    u[i] = Math.abs(x) === 1 ? x * Number.POSITIVE_INFINITY : SQRT2 * f32(p * x);
  }
  return u;
}

/** erf⁻¹(x) / x for w = −log(1 − x²) below 5, at w − 2.5. Products of float32 are exact in float64. */
function centre(w: number): number {
  let p = f32(2.81022636e-8);
  p = f32(f32(3.43273939e-7) + p * w);
  p = f32(f32(-3.5233877e-6) + p * w);
  p = f32(f32(-4.39150654e-6) + p * w);
  p = f32(f32(2.1858087e-4) + p * w);
  p = f32(f32(-1.25372503e-3) + p * w);
  p = f32(f32(-4.17768164e-3) + p * w);
  p = f32(f32(2.46640727e-1) + p * w);
  return f32(f32(1.50140941) + p * w);
}

/** The same for w from 5, at √w − 3. */
function tail(w: number): number {
  let p = f32(-2.00214257e-4);
  p = f32(f32(1.00950558e-4) + p * w);
  p = f32(f32(1.34934322e-3) + p * w);
  p = f32(f32(-3.67342844e-3) + p * w);
  p = f32(f32(5.73950773e-3) + p * w);
  p = f32(f32(-7.6224613e-3) + p * w);
  p = f32(f32(9.43887047e-3) + p * w);
  p = f32(f32(1.00167406) + p * w);
  return f32(f32(2.83297682) + p * w);
}

const f32 = Math.fround;
const SQRT2 = 1.4142135381698608; // float32(√2)
