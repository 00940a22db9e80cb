import type { SafetensorsEntry } from '../src/index.js';

/**
 * The tensors of golden/reference.safetensors, which the reference implementation wrote: `serialize` of the Rust crate
 * safetensors 0.8.0-dev.0 (commit 24b0b28), given these tensors in this order and the metadata below.
 */
export const REFERENCE: { readonly [name: string]: SafetensorsEntry } = {
  'decoder.0.weight': {
    dtype: 'F32',
    shape: [2, 3],
    data: Float32Array.of(1.5, -0, Number.POSITIVE_INFINITY, 1e-45, 3.4028235e38, -2.25),
  },
  'decoder.0.half': { dtype: 'F16', shape: [3], data: Uint16Array.of(0x3c00, 0x0001, 0x7bff) },
  'decoder.0.brain': { dtype: 'BF16', shape: [1, 2], data: Uint16Array.of(0x3f80, 0x0001) },
  counts: { dtype: 'I32', shape: [2, 2], data: Int32Array.of(-1, -(2 ** 31), 2 ** 31 - 1, 7) },
  long: { dtype: 'I64', shape: [3], data: BigInt64Array.of(-1n, -(2n ** 63n), 2n ** 63n - 1n) },
  bytes: { dtype: 'U8', shape: [3], data: Uint8Array.of(0, 255, 128) },
  mask: { dtype: 'BOOL', shape: [5], data: Uint8Array.of(1, 0, 1, 1, 0) },
  scalar: { dtype: 'F64', shape: [], data: Float64Array.of(0.1) },
  empty: { dtype: 'F32', shape: [0, 3], data: new Float32Array(0) },
  'na"me\\\n\u001f\u007fé\u2028😀': { dtype: 'U8', shape: [1, 3], data: Uint8Array.of(0, 255, 128) },
  '\uff5e': { dtype: 'U8', shape: [3, 1], data: Uint8Array.of(0, 255, 128) },
};

export const REFERENCE_METADATA = { note: 'a "quoted" line\n' };

/** A file with any header and any data, well-formed or not. */
export function file(header: string | Uint8Array, data: Uint8Array | number = 0, length?: bigint): Uint8Array {
  const head = typeof header === 'string' ? new TextEncoder().encode(header) : header;
  const body = typeof data === 'number' ? new Uint8Array(data) : data;
  const bytes = new Uint8Array(8 + head.length + body.length);
  new DataView(bytes.buffer).setBigUint64(0, length ?? BigInt(head.length), true);
  bytes.set(head, 8);
  bytes.set(body, 8 + head.length);
  return bytes;
}
