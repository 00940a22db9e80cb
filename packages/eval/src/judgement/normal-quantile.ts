/** Below which number a standard normal variable lies with probability `p`, in double precision for 1e-8 < p < 1 − 1e-8. */
export function normalQuantile(p: number): number {
  let z = 0;
  for (let i = 0; i < 100; i++) {
    // Newton's step on Φ(z) = p, held back where the density is small and the step would fly off.
    const step = Math.max(-1, Math.min(1, (p - 0.5 - aboveHalf(z)) / density(z)));
    z += step;
    if (Math.abs(step) < 1e-15 * Math.max(1, Math.abs(z))) break;
  }
  return z;
}

/** Φ(z) − 1/2, by the series φ(z) · (z + z³/3 + z⁵/(3·5) + …), whose terms all have one sign. */
function aboveHalf(z: number): number {
  let term = z;
  let sum = z;
  for (let n = 3; Math.abs(term) > 1e-17 * Math.abs(sum); n += 2) {
    term *= (z * z) / n;
    sum += term;
  }
  return density(z) * sum;
}

function density(z: number): number {
  return Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
}
