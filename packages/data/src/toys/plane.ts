import { GenaiError, type Key } from '@genai/core';
import type { Toy } from './toy.js';

/** A toy of points of the plane from the density at one point. */
export function plane(
  name: string,
  parts: {
    readonly sample: (key: Key, count: number) => Float32Array;
    /** log p(x, y) in nats. */
    readonly logProb: (x: number, y: number) => number;
    /** The entropy, worked out when it is first asked for. */
    readonly entropy: () => number;
  },
): Toy {
  let entropy: number | undefined;
  return {
    shape: [2],
    sample: (key, count) => {
      if (!Number.isInteger(count) || count < 0) {
        throw new GenaiError(`${name}.sample: count must be an integer of at least 0, got ${count}.`);
      }
      return parts.sample(key, count);
    },
    logProb: (points) => {
      if (points.length % 2 !== 0) {
        throw new GenaiError(`${name}.logProb: got ${points.length} numbers, expected pairs x, y. Pass (count × 2).`);
      }
      return Float64Array.from({ length: points.length / 2 }, (_, i) =>
        parts.logProb(points[2 * i]!, points[2 * i + 1]!),
      );
    },
    get entropy() {
      entropy ??= parts.entropy();
      return entropy;
    },
  };
}

/** Checks that a parameter of a toy is a positive number. */
export function expectPositive(name: string, values: { readonly [parameter: string]: number }): void {
  for (const [parameter, value] of Object.entries(values)) {
    if (!(value > 0 && Number.isFinite(value))) {
      throw new GenaiError(`${name}: ${parameter} must be a positive number, got ${value}.`);
    }
  }
}

/** log Σ exp of a few numbers, none of them +∞. */
export function logSumExp(values: readonly number[]): number {
  const top = Math.max(...values);
  if (top === Number.NEGATIVE_INFINITY) return top;
  return top + Math.log(values.reduce((sum, v) => sum + Math.exp(v - top), 0));
}

/** log N(x; 0, scale²). */
export function logNormal(x: number, scale: number): number {
  return -0.5 * (x / scale) ** 2 - Math.log(scale) - 0.5 * Math.log(2 * Math.PI);
}

/**
 * ∫ f over [from, to] by the trapezoid rule, which converges faster than any power for smooth f that vanish at both ends.
 */
export function integrate(f: (x: number) => number, from: number, to: number, steps: number): number {
  const h = (to - from) / steps;
  let sum = (f(from) + f(to)) / 2;
  for (let i = 1; i < steps; i++) sum += f(from + i * h);
  return sum * h;
}

/** −p log p from log p, 0 where p is. */
export function surprise(logProb: number): number {
  return logProb === Number.NEGATIVE_INFINITY ? 0 : -Math.exp(logProb) * logProb;
}
