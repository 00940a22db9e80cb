import { setFlagsFromString } from 'node:v8';

// As the engine simd does on Node 20, where it is behind a flag: products and sums round once. Before the first kernel is compiled, or it has no effect.
setFlagsFromString('--experimental-wasm-relaxed-simd');
