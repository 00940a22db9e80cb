/**
 * z with Φ(z) = p, for p between 0 and 1 exclusively, in double precision and for few calls.
 *
 * Newton's method on Φ, which is concave above 0: from 0 it climbs to the root and never beyond.
 */
export function normalQuantile(p: number): number {
  if (p > 0.5) return -normalQuantile(1 - p);
  let z = 0; // of the upper tail: 1 − Φ(z) = p
  for (let i = 0; i < 100; i++) {
    const move = (upperTail(z) - p) / density(z);
    z += move;
    if (Math.abs(move) < 1e-14 * (1 + z)) break;
  }
  return 0 - z; // no −0
}

/** 1 − Φ(z) for z ≥ 0: a series of terms of one sign near 0, a continued fraction further out, where the former would cancel. */
function upperTail(z: number): number {
  if (z > 3) {
    let fraction = z;
    for (let n = 60; n > 0; n--) fraction = z + n / fraction;
    return density(z) / fraction;
  }
  let term = z;
  let sum = z;
  for (let n = 1; term > 1e-17 * sum; n++) {
    term *= (z * z) / (2 * n + 1);
    sum += term;
  }
  return 0.5 - density(z) * sum;
}

function density(z: number): number {
  return Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);
}
