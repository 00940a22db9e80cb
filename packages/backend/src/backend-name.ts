/** The engines by the names that `useBackend` takes. */
export type BackendName = 'webgpu' | 'webgl' | 'simd' | 'wasm' | 'node' | 'cpu';

/** In the order in which `useBackend('auto')` tries them. */
export const BACKEND_NAMES: readonly BackendName[] = ['webgpu', 'webgl', 'simd', 'wasm', 'node', 'cpu'];
