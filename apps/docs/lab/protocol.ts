/** What the page and its worker say to each other. */
export type Engine = 'auto' | 'webgpu' | 'webgl' | 'simd' | 'wasm' | 'cpu';

export type ToWorker =
  | {
      readonly type: 'start';
      readonly engine: Engine;
      readonly seed: number;
      readonly digits: string;
      readonly wasm: WasmFiles;
    }
  | { readonly type: 'engine'; readonly engine: Engine }
  | { readonly type: 'pause' }
  | { readonly type: 'resume' };

/** Where the files of the WASM engine are served. */
export type WasmFiles = { readonly [file: string]: string };

export type FromWorker =
  | { readonly type: 'ready'; readonly engine: string; readonly device: string }
  | {
      readonly type: 'progress';
      readonly step: number;
      readonly loss: number;
      readonly milliseconds: number;
      readonly captured: boolean;
    }
  | { readonly type: 'pictures'; readonly samples: Picture; readonly reconstructions: Picture }
  | { readonly type: 'failed'; readonly message: string };

/** A grey picture, one byte a pixel. */
export type Picture = { readonly width: number; readonly height: number; readonly pixels: Uint8Array };
