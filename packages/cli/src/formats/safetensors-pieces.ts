import { toFloat16 } from '@genai/checkpoint';

/** A tensor that is read when it is written. */
export interface LazyTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: () => Promise<Float32Array>;
}

/** How numbers are written in a safetensors file. */
export type SavedFloat = 'F32' | 'F16';

/**
 * A safetensors file piece by piece, in the order and with the head that `encodeSafetensors` of `@genai/checkpoint` gives it, so that no
 * more than one tensor is held.
 *
 * @source https://github.com/huggingface/safetensors, section "Format".
 */
export async function* safetensorsPieces(
  tensors: readonly LazyTensor[],
  { dtype = 'F32', metadata }: { readonly dtype?: SavedFloat; readonly metadata?: { readonly [name: string]: string } },
): AsyncGenerator<Uint8Array, void, undefined> {
  const sorted = [...tensors].sort(({ name: a }, { name: b }) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const lines = metadata ? [`"__metadata__":${JSON.stringify(metadata)}`] : [];
  let end = 0;
  for (const { name, shape } of sorted) {
    const begin = end;
    end += (dtype === 'F32' ? 4 : 2) * shape.reduce((size, n) => size * n, 1);
    lines.push(`${JSON.stringify(name)}:{"dtype":"${dtype}","shape":[${shape}],"data_offsets":[${begin},${end}]}`);
  }
  const header = new TextEncoder().encode(`{${lines.join(',')}}`);
  const head = new Uint8Array(8 + Math.ceil(header.length / 8) * 8).fill(0x20);
  new DataView(head.buffer).setBigUint64(0, BigInt(head.length - 8), true);
  head.set(header, 8);
  yield head;
  for (const { values } of sorted) {
    const read = await values();
    const data = dtype === 'F32' ? read : toFloat16(read);
    yield new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  }
}
