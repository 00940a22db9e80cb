/** Where and how a model is written. */
export interface WriteOptions {
  readonly path: string;
  /** The path in messages. */
  readonly shown: string;
  /** Of the weights. */
  readonly type: 'f32' | 'f16' | 'q8_0' | 'q4_0';
  readonly signal: AbortSignal;
  readonly onBytes: (written: number, all: number) => void;
}
