/** What computes, in plain data; `describeBackend()` of @genai/backend shows it. */
export type SimdDescription = {
  /** The version of this package. */
  readonly version: string;
  /** `native AVX-512`, `WebAssembly relaxed SIMD`, … */
  readonly device: string;
  /** How many threads compute, the calling one included. */
  readonly threads: number;
  /** Whether the machine's own instructions compute, not WebAssembly. */
  readonly native: boolean;
  /** The file of the native kernels. */
  readonly library?: string;
  /** The BLAS of the system that computes large products, where `GENAI_BLAS` asks for one. */
  readonly blas?: string;
  readonly notes: readonly string[];
};
