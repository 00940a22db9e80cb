/** A WebAssembly module in base64. */
export declare const WASM: string;
