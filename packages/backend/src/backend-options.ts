/** How engines are loaded; each setting says which engine reads it. */
export type BackendOptions = {
  /**
   * wasm: where its `.wasm` files lie: a folder (a path in Node, a URL in browsers) or an address for each file
   * name. Left out, they are found beside the installed `@tensorflow/tfjs-backend-wasm`.
   */
  readonly wasmPaths?: string | Readonly<Record<string, string>>;
  /** simd: how many threads compute; all of the machine's unless told. */
  readonly threads?: number;
  /** webgpu, webgl: lets 'auto' take a GPU that is only emulated by the processor. Default false: wasm is faster. */
  readonly software?: boolean;
};
