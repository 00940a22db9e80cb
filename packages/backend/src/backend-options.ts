/** How engines are loaded; each setting says which engine reads it. */
export type BackendOptions = {
  /**
   * wasm: where its `.wasm` files lie: a folder (a path in Node, a URL in browsers) or an address for each file
   * name. Left out, they are found beside the installed `@tensorflow/tfjs-backend-wasm`.
   */
  readonly wasmPaths?: string | Readonly<Record<string, string>>;
  /** simd: how many threads compute, the calling one included; all of the machine's unless told. */
  readonly threads?: number;
  /**
   * simd: the machine's own instructions in Node, where koffi is installed and `genai native build` was run. Default
   * true; the environment's `GENAI_NATIVE=off` says false.
   */
  readonly native?: boolean;
  /** simd: memory that threads share; false computes on one thread. Default: where `SharedArrayBuffer` exists. */
  readonly shared?: boolean;
  /** webgpu, webgl: lets 'auto' take a GPU that is only emulated by the processor. Default false: wasm is faster. */
  readonly software?: boolean;
};
