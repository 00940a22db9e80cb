import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { SimdKernel } from '../simd-kernel.js';

/** act(a) b of the halves a and b of the last axis, and its gradient. */
export const GATED_ACTIVATION_KERNELS: readonly SimdKernel[] = [
  {
    name: 'GenaiGatedActivation',
    run: ({ inputs, attrs, backend }) => {
      const { x } = inputs as { x: TensorInfo };
      const [rows, width] = halves(x);
      const y = backend.output([...x.shape.slice(0, -1), width], 'float32');
      backend.launch('gated_activation', [y], [x], [rows, width, codeOf(attrs.kind as string)]);
      return y;
    },
  },
  {
    name: 'GenaiGatedActivationGrad',
    run: ({ inputs, attrs, backend }) => {
      const { dy, x } = inputs as { dy: TensorInfo; x: TensorInfo };
      const dx = backend.output(x.shape, 'float32');
      backend.launch('gated_activation_grad', [dx], [dy, x], [...halves(x), codeOf(attrs.kind as string)]);
      return dx;
    },
  },
];

/** Of the kinds in kernels/activation.h; ReLU is the leaky one of slope 0. */
const CODES: { readonly [kind: string]: number } = { gelu: 0, 'gelu-tanh': 1, silu: 2, relu: 6 };

function codeOf(kind: string): number {
  const code = CODES[kind];
  if (code === undefined) throw new Error(`GenaiGatedActivation: no kind ${kind}`);
  return code;
}

function halves({ shape }: TensorInfo): readonly [rows: number, width: number] {
  return [shape.slice(0, -1).reduce((product, size) => product * size, 1), shape.at(-1)! / 2];
}
