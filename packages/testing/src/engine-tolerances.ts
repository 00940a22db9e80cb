/** How far an engine's number may be from the reference: |got − expected| ≤ tolerance · (1 + |expected|). */
export type EngineTolerance = {
  /** One operation on each element: additions, exponentials, gathers. */
  readonly elementwise: number;
  /** Sines and cosines, which GPUs take from a table. */
  readonly trigonometry: number;
  /** Many terms in one sum: reductions, matrix products, convolutions and their gradients. */
  readonly sums: number;
  /** The losses of a short training run. */
  readonly training: number;
};

const HOUSE_RULE: EngineTolerance = { elementwise: 1e-5, trigonometry: 1e-5, sums: 1e-4, training: 1e-4 };

/**
 * The one table; an engine that is not in it keeps the house rule.
 *
 * Measured on this sheet, as |got − expected| / (1 + |expected|): wasm 7e-8 for elements, 3e-7 for sines, 2e-6 for sums;
 * webgl and webgpu on SwiftShader 2e-7, 1.3e-4 and 2e-6. Only the sines of GPUs are let loose, as WebGPU's
 * shading language promises 2⁻¹¹ of them and no more; real GPUs have not been measured.
 */
export const ENGINE_TOLERANCES: Readonly<Record<string, EngineTolerance>> = {
  cpu: { elementwise: 1e-6, trigonometry: 1e-6, sums: 1e-5, training: 1e-5 },
  wasm: HOUSE_RULE,
  webgl: { ...HOUSE_RULE, trigonometry: 1e-3 },
  webgpu: { ...HOUSE_RULE, trigonometry: 1e-3 },
};

export function toleranceOf(engine: string): EngineTolerance {
  return ENGINE_TOLERANCES[engine] ?? HOUSE_RULE;
}
