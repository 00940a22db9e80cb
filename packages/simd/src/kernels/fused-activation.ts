/** The activations that kernels/gemm-activation.h knows, by TensorFlow.js' names, in the order of its numbers. */
const ACTIVATIONS = ['linear', 'relu', 'relu6', 'leakyrelu', 'elu', 'sigmoid'];

/** The number of an activation that a product may end with; undefined for one that it cannot. */
export function activationCode(name: string | undefined): number | undefined {
  const code = ACTIVATIONS.indexOf(name ?? 'linear');
  return code < 0 ? undefined : code;
}
