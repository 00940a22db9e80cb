import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { SimdKernel } from '../simd-kernel.js';

/** f(a) σ(b) of the halves a and b of the last axis, and its gradient, by the codes of f in kernels/gate.c. */
export const GATE_KERNELS: readonly SimdKernel[] = [...gate('GenaiGate', 0), ...gate('GenaiGatedSigmoid', 1)];

function gate(name: string, kind: number): SimdKernel[] {
  return [
    {
      name,
      run: ({ inputs, backend }) => {
        const { x } = inputs as { x: TensorInfo };
        const [rows, width] = halves(x);
        const y = backend.output([...x.shape.slice(0, -1), width], 'float32');
        backend.launch('gate', [y], [x], [rows, width, kind]);
        return y;
      },
    },
    {
      name: `${name}Grad`,
      run: ({ inputs, backend }) => {
        const { dy, x } = inputs as { dy: TensorInfo; x: TensorInfo };
        const dx = backend.output(x.shape, 'float32');
        backend.launch('gate_grad', [dx], [dy, x], [...halves(x), kind]);
        return dx;
      },
    },
  ];
}

function halves({ shape }: TensorInfo): readonly [rows: number, width: number] {
  return [shape.slice(0, -1).reduce((product, size) => product * size, 1), shape.at(-1)! / 2];
}
