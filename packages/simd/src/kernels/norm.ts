import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import { floatBits } from '../machine.js';
import type { SimdCall, SimdKernel } from '../simd-kernel.js';

/** Layer norm and RMS norm (rows), group norm, and their gradients; each keeps [mean, 1 / deviation] for its gradient. */
export const NORM_KERNELS: readonly SimdKernel[] = [
  {
    name: 'GenaiNormRows',
    run: ({ inputs, attrs, backend }) => {
      const { x, scale, shift } = inputs as { x: TensorInfo; scale: TensorInfo; shift?: TensorInfo };
      const [rows, width] = rowsOf(x);
      const made = [backend.output(x.shape, 'float32'), backend.output([rows, 2], 'float32')];
      const numbers = [rows, width, floatBits(attrs.epsilon as number), Number(shift !== undefined)];
      backend.launch('norm_rows', made, [x, scale, shift ?? 0], numbers);
      return made;
    },
  },
  {
    name: 'GenaiNormRowsGrad',
    run: ({ inputs, attrs, backend }) => {
      const { dy, x, scale, kept } = inputs as Record<'dy' | 'x' | 'scale' | 'kept', TensorInfo>;
      const made = [x, scale, ...(attrs.centred ? [scale] : [])].map(({ shape }) => backend.output(shape, 'float32'));
      backend.launch('norm_rows_grad', [made[0]!, made[1]!, made[2] ?? 0], [dy, x, scale, kept], rowsOf(x));
      return made;
    },
  },
  {
    name: 'GenaiNormGroups',
    run: ({ inputs, attrs, backend }) => {
      const { x, scale, shift } = inputs as Record<'x' | 'scale' | 'shift', TensorInfo>;
      const { groups, epsilon } = attrs as { groups: number; epsilon: number };
      const made = [backend.output(x.shape, 'float32'), backend.output([x.shape[0]!, groups, 2], 'float32')];
      backend.launch('norm_groups', made, [x, scale, shift], [...groupSizes(x, groups), floatBits(epsilon)]);
      return made;
    },
  },
  { name: 'GenaiNormGroupsGrad', run: normGroupsGrad },
];

function normGroupsGrad({ inputs, attrs, backend }: SimdCall): TensorInfo[] {
  const { dy, x, scale, kept } = inputs as Record<'dy' | 'x' | 'scale' | 'kept', TensorInfo>;
  const made = [x, scale, scale].map(({ shape }) => backend.output(shape, 'float32'));
  backend.launch('norm_groups_grad', made, [dy, x, scale, kept], groupSizes(x, attrs.groups as number));
  return made;
}

/** Rows and width. */
function rowsOf({ shape }: TensorInfo): [rows: number, width: number] {
  return [util.sizeFromShape(shape.slice(0, -1)), shape.at(-1)!];
}

/** Batch, positions, channels, groups. */
function groupSizes({ shape }: TensorInfo, groups: number): number[] {
  return [shape[0]!, util.sizeFromShape(shape.slice(1, -1)), shape.at(-1)!, groups];
}
