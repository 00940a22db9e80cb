import type { SimdKernel } from '../simd-kernel.js';

export const NOISE_KERNELS: readonly SimdKernel[] = [];
