/** A value of the metadata of a GGUF file that is written: `encodeGguf` of `@genai/checkpoint` takes it as it is. */
export type GgufField =
  | { readonly type: 'U32' | 'F32'; readonly value: number }
  | { readonly type: 'BOOL'; readonly value: boolean }
  | { readonly type: 'STRING'; readonly value: string }
  | { readonly type: 'U8[]'; readonly value: Uint8Array }
  | { readonly type: 'I32[]'; readonly value: Int32Array }
  | { readonly type: 'F32[]'; readonly value: Float32Array }
  | { readonly type: 'STRING[]'; readonly value: readonly string[] };

/** The metadata of a GGUF file as it was read: what `decodeGguf` of `@genai/checkpoint` gives. Nothing of it is believed. */
export type GgufMetadata = ReadonlyMap<string, { readonly value: unknown }>;

/** Named fields, `undefined` for those that are not written. */
export type GgufFields = { readonly [name: string]: GgufField | undefined };

export function u32(value: number): GgufField {
  return { type: 'U32', value };
}

export function f32(value: number): GgufField {
  return { type: 'F32', value };
}

export function string(value: string): GgufField {
  return { type: 'STRING', value };
}

/** The metadata as a plain record, its 64-bit integers as numbers. */
export function recordOf(metadata: GgufMetadata): { readonly [name: string]: unknown } {
  const plain = (value: unknown): unknown => (typeof value === 'bigint' ? Number(value) : value);
  return Object.fromEntries(Array.from(metadata, ([name, { value }]) => [name, plain(value)]));
}
