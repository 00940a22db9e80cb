/** How the engine is set up. Only what is known to matter to an application; the rest it finds out itself. */
export type SimdOptions = {
  /** How many threads compute, the calling one included; all of the machine's unless told. 1 starts no worker. */
  readonly threads?: number | undefined;
  /** Memory that threads can share; false computes on one thread. Default: where `SharedArrayBuffer` exists. */
  readonly shared?: boolean | undefined;
  /** Which build of the kernels; by default the first of these that runs here. */
  readonly variant?: Variant | undefined;
  /** The machine's own instructions in Node, where koffi and a built library are found. Default true; `GENAI_NATIVE=off` says false. */
  readonly native?: boolean | undefined;
};

/** Builds of the kernels: fused multiply-add, plain SIMD, and none. */
export type Variant = 'relaxed' | 'simd' | 'scalar';
