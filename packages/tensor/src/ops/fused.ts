import { engine, getKernel, type NamedAttrMap, type NamedTensorMap, type Tensor } from '@tensorflow/tfjs-core';

/**
 * Whether the current engine computes `name`, an op of this workspace (`Genai…`), in one kernel, for these inputs.
 *
 * Such kernels have no gradient of their own: call them where no tape is recorded, as in the rules of `withGradient`.
 */
export function isFused(name: string, ...inputs: readonly Tensor[]): boolean {
  const { backendName } = engine();
  return backendName != null && getKernel(name, backendName) !== undefined && inputs.every(isFloat);
}

/** As {@link isFused}, and no tape is recorded: for what stands outside every rule, such as an optimizer. */
export function isFusedHere(name: string, ...inputs: readonly Tensor[]): boolean {
  return !engine().isTapeOn() && isFused(name, ...inputs);
}

/** Runs an op that {@link isFused}. */
export function runFused(
  name: string,
  inputs: { readonly [name: string]: Tensor } | readonly Tensor[],
  attributes: object = {},
): Tensor[] {
  return [engine().runKernel(name, inputs as unknown as NamedTensorMap, attributes as NamedAttrMap)].flat() as Tensor[];
}

function isFloat({ dtype }: Tensor): boolean {
  return dtype === 'float32';
}
