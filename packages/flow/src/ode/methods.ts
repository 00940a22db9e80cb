/**
 * An explicit Runge-Kutta method as numbers (Butcher's tableau): for stages i = 1 … s,
 *
 * kᵢ = f(t + cᵢ h, y + h Σⱼ aᵢⱼ kⱼ), and y(t + h) ≈ y + h Σᵢ bᵢ kᵢ.
 *
 * @source Hairer, Nørsett and Wanner 1993, "Solving ordinary differential equations I", II.1, definition 1.1.
 */
export interface Method {
  /** The error after a fixed time falls as the step to this power. */
  readonly order: number;
  /** cᵢ, the first 0. */
  readonly nodes: readonly number[];
  /** aᵢⱼ, row i with i − 1 entries. */
  readonly stages: readonly (readonly number[])[];
  /** bᵢ. */
  readonly weights: readonly number[];
}

/** A method that tells its own error. */
export interface EmbeddedMethod extends Method {
  /** bᵢ − b̂ᵢ, where b̂ is a method of lower order; the last belongs to the slope at the end of the step. */
  readonly error: readonly number[];
}

/** y + h f(t, y). Order 1, one evaluation a step. */
export const euler: Method = { order: 1, nodes: [0], stages: [[]], weights: [1] };

/** The slope half a step ahead. Order 2, two evaluations. */
export const midpoint: Method = { order: 2, nodes: [0, 1 / 2], stages: [[], [1 / 2]], weights: [0, 1] };

/** The mean of the slopes at both ends, the explicit trapezoid. Order 2, two evaluations. */
export const heun: Method = { order: 2, nodes: [0, 1], stages: [[], [1]], weights: [1 / 2, 1 / 2] };

/** The classical method. Order 4, four evaluations. */
export const rungeKutta4: Method = {
  order: 4,
  nodes: [0, 1 / 2, 1 / 2, 1],
  stages: [[], [1 / 2], [0, 1 / 2], [0, 0, 1]],
  weights: [1 / 6, 1 / 3, 1 / 3, 1 / 6],
};

/**
 * Order 5, six evaluations, and an error of order 4 of the slope at the end, which is the next step's first.
 *
 * @source Dormand and Prince 1980, "A family of embedded Runge-Kutta formulae", table 2.
 */
export const dormandPrince: EmbeddedMethod = {
  order: 5,
  nodes: [0, 1 / 5, 3 / 10, 4 / 5, 8 / 9, 1],
  stages: [
    [],
    [1 / 5],
    [3 / 40, 9 / 40],
    [44 / 45, -56 / 15, 32 / 9],
    [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729],
    [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656],
  ],
  weights: [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84],
  error: [71 / 57600, 0, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40],
};
