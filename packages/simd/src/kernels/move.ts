import type { SimdKernel } from '../simd-kernel.js';

export const MOVE_KERNELS: readonly SimdKernel[] = [];
