import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import { floatBits } from '../machine.js';
import type { SimdKernel } from '../simd-kernel.js';
import { MAT_MUL_KERNELS } from './mat-mul.js';

/** An affine map with its bias; non-linearities by kind, and their gradients from the argument, or (`…OfValue`) from the value they had. */
export const ACTIVATION_KERNELS: readonly SimdKernel[] = [
  {
    name: 'GenaiLinear',
    run: ({ inputs: { x, weight, bias }, backend }) => {
      const product = MAT_MUL_KERNELS.find(({ name }) => name === '_FusedMatMul')!;
      const inputs = { a: x!, b: weight!, ...(bias && { bias }) };
      return product.run({ inputs, attrs: { activation: 'linear' }, backend });
    },
  },
  {
    name: 'GenaiActivation',
    run: ({ inputs, attrs, backend }) => {
      const { x } = inputs as { x: TensorInfo };
      const y = backend.output(x.shape, 'float32');
      backend.launch('activate', [y], [x], numbers(x, attrs));
      return y;
    },
  },
  {
    name: 'GenaiActivationGrad',
    run: ({ inputs, attrs, backend }) => {
      const { dy, x } = inputs as { dy: TensorInfo; x: TensorInfo };
      const dx = backend.output(x.shape, 'float32');
      backend.launch('activate_grad', [dx], [dy, x], numbers(x, attrs));
      return dx;
    },
  },
];

/** In the order of the kinds in kernels/activation.c. */
const KINDS = [
  'gelu',
  'geluTanh',
  'silu',
  'softplus',
  'logSigmoid',
  'elu',
  'leakyRelu',
  'reluOfValue',
  'sigmoidOfValue',
  'tanhOfValue',
] as const;

function numbers({ shape }: TensorInfo, { kind, slope = 0 }: Readonly<Record<string, unknown>>): number[] {
  const code = KINDS.indexOf(kind as (typeof KINDS)[number]);
  if (code < 0) throw new Error(`GenaiActivation: no kind ${String(kind)}`);
  return [util.sizeFromShape(shape), code, floatBits(slope as number)];
}
