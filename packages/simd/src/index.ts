export { fuseGradients } from './fuse-gradients.js';
export { OutOfMemoryError } from './memory/out-of-memory-error.js';
export { registerSimd } from './register-simd.js';
export type { SimdOptions, Variant } from './simd-options.js';
