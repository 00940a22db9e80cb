import type { SimdKernel } from '../simd-kernel.js';

export const ACTIVATION_KERNELS: readonly SimdKernel[] = [];
