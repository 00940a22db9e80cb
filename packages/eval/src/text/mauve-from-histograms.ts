import { expectIntegers, GenaiError } from '@genai/core';

export interface MauveCurveOptions {
  /** c of the paper: how fast the curve falls with divergence. */
  readonly scaling?: number;
  /** Mixtures on the curve. */
  readonly points?: number;
}

/** How near two histograms are. */
export interface MauveCurve {
  /** The area under the divergence curve, 0 to 1; 1 for equal histograms. */
  readonly mauve: number;
  /** The frontier integral, 0 to 1; 0 for equal histograms. */
  readonly frontierIntegral: number;
  /** (exp(−c KL(q‖r)), exp(−c KL(p‖r))) for mixtures r from q to p, with both ends. */
  readonly curve: readonly (readonly [number, number])[];
}

/**
 * MAUVE of two histograms over the same bins, counts or shares: the area under the curve of divergences from their mixtures. Agrees
 * with the authors' program to rounding.
 *
 * @example
 * const { mauve, frontierIntegral } = mauveFromHistograms([3, 1, 0], [2, 1, 1]);
 * @throws GenaiError unless both have as many bins, numbers of at least 0 and a sum above 0.
 * @source Pillutla et al. 2021, "MAUVE: measuring the gap between neural text and human text using divergence frontiers", section 2;
 * Liu et al. 2021, "Divergence frontiers for generative models", section 2.
 */
export function mauveFromHistograms(
  p: ArrayLike<number>,
  q: ArrayLike<number>,
  { scaling = 5, points = 25 }: MauveCurveOptions = {},
): MauveCurve {
  expectIntegers('mauveFromHistograms', { points }, 2);
  if (!(scaling > 0)) throw new GenaiError(`mauveFromHistograms: scaling must be above 0, got ${scaling}.`);
  if (p.length !== q.length) {
    throw new GenaiError(`mauveFromHistograms: got ${p.length} and ${q.length} bins, expected as many.`);
  }
  const [ps, qs] = [shares(p), shares(q)];
  const mixtures = Array.from({ length: points }, (_, i): readonly [number, number] => {
    const weight = END + ((1 - 2 * END) * i) / (points - 1);
    const mixture = ps.map((share, bin) => weight * share + (1 - weight) * qs[bin]!);
    return [Math.exp(-scaling * divergence(qs, mixture)), Math.exp(-scaling * divergence(ps, mixture))];
  });
  const curve = [[1, 0] as const, ...mixtures, [0, 1] as const];
  return { mauve: areaUnder(curve), frontierIntegral: frontierIntegral(ps, qs), curve };
}

/** How near to p and q the outermost mixtures are. */
const END = 1e-6;

/** Σ p ln(p / r), in nats. */
function divergence(p: Float64Array, r: Float64Array): number {
  return p.reduce((sum, share, bin) => (share > 0 ? sum + share * Math.log(share / r[bin]!) : sum), 0);
}

/** By trapezoids; the curve falls from (1, 0) to (0, 1), whose area is the same along either axis. */
function areaUnder(curve: readonly (readonly [number, number])[]): number {
  let area = 0;
  for (let i = 1; i < curve.length; i++) {
    const [[x, y], [nextX, nextY]] = [curve[i - 1]!, curve[i]!];
    area += ((x - nextX) * (y + nextY)) / 2;
  }
  return area;
}

/** 2 ∫ λ KL(p‖r) + (1 − λ) KL(q‖r) dλ with r = λ p + (1 − λ) q, which is Σ (p + q) / 2 − p q (ln p − ln q) / (p − q). */
function frontierIntegral(p: Float64Array, q: Float64Array): number {
  return p.reduce((sum, share, bin) => {
    const other = q[bin]!;
    if (share === 0 || other === 0) return sum + (share + other) / 2;
    // The difference of nearly equal ones is 0 but for rounding.
    if (Math.abs(share - other) <= 1e-8) return sum;
    return sum + (share + other) / 2 - (share * other * Math.log(share / other)) / (share - other);
  }, 0);
}

function shares(histogram: ArrayLike<number>): Float64Array {
  const values = Float64Array.from(histogram);
  const total = values.reduce((sum, value) => sum + value, 0);
  if (!(total > 0 && total < Number.POSITIVE_INFINITY) || values.some((value) => !(value >= 0))) {
    throw new GenaiError(
      `mauveFromHistograms: got a histogram with the sum ${total} or a number below 0, expected counts or shares.`,
    );
  }
  return values.map((value) => value / total);
}
