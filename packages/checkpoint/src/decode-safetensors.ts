import { GenaiError } from '@genai/core';
import { decodeText } from './parse-json.js';
import { ARRAYS, MAX_HEADER_BYTES, type SafetensorsDtype, type SafetensorsEntry, sizeOf } from './safetensors-dtype.js';
import { parseHeader } from './safetensors-header.js';

/** What a safetensors file holds: tensors by name, in the order of their data, and strings about them. */
export interface Safetensors {
  readonly entries: ReadonlyMap<string, SafetensorsEntry>;
  readonly metadata: { readonly [name: string]: string };
}

/**
 * Reads a safetensors file. Nothing of it is believed: what does not fit exactly is rejected before memory is taken.
 *
 * Where alignment allows, `data` is a view of `bytes`, not a copy. `where` names the file in messages.
 *
 * @example
 * const { entries, metadata } = decodeSafetensors(new Uint8Array(await file.arrayBuffer()));
 * entries.get('decoder.0.weight'); // { dtype: 'F32', shape: [16, 256], data: Float32Array }
 * @throws GenaiError if the file is cut short or too long, its header is not the JSON that the format asks for, a name stands
 *   twice or is dangerous (`__proto__`), offsets leave the file, overlap or have gaps, sizes do not agree with shape and
 *   element type, or an element type is none of `SafetensorsDtype`.
 * @source https://github.com/huggingface/safetensors, section "Format".
 */
export function decodeSafetensors(bytes: Uint8Array, where = 'decodeSafetensors'): Safetensors {
  const room = bytes.byteLength - 8;
  if (room < 0) throw new GenaiError(`${where}: got ${bytes.byteLength} bytes, a safetensors file has at least 8.`);
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true));
  if (length > room || length > MAX_HEADER_BYTES) {
    throw new GenaiError(
      `${where}: its header claims ${length} bytes, ${room} are left and at most ${MAX_HEADER_BYTES} are allowed. ` +
        'It is cut short or not a safetensors file.',
    );
  }
  const header = parseHeader(decodeText(bytes.subarray(8, 8 + length), `${where}: its header`), where);
  const sorted = [...header.entries].sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end);

  const start = 8 + length;
  const entries = new Map<string, SafetensorsEntry>();
  let at = 0;
  for (const [name, { dtype, shape, begin, end }] of sorted) {
    const tensor = `${where}: tensor "${name.slice(0, 100)}"`;
    if (begin !== at || end < begin || end > room - length) {
      throw new GenaiError(
        `${tensor} claims the bytes from ${begin} to ${end}; expected to begin at ${at} and end by ${room - length}, ` +
          'without overlaps or holes.',
      );
    }
    if (!Object.hasOwn(ARRAYS, dtype)) {
      throw new GenaiError(
        `${tensor} has the type ${JSON.stringify(dtype.slice(0, 20))}, expected one of ${Object.keys(ARRAYS).join(', ')}. ` +
          'Convert it before.',
      );
    }
    const Elements = ARRAYS[dtype as SafetensorsDtype];
    const size = sizeOf(shape);
    if (size === undefined || size * Elements.BYTES_PER_ELEMENT !== end - begin) {
      throw new GenaiError(`${tensor} of type ${dtype} and shape [${shape.join(', ')}] claims ${end - begin} bytes.`);
    }
    const from = bytes.byteOffset + start + begin;
    const data =
      from % Elements.BYTES_PER_ELEMENT === 0
        ? new Elements(bytes.buffer, from, size)
        : new Elements(new Uint8Array(bytes.subarray(start + begin, start + end)).buffer, 0, size);
    entries.set(name, { dtype, shape, data } as SafetensorsEntry);
    at = end;
  }
  if (at !== room - length) {
    throw new GenaiError(`${where}: ${room - length - at} bytes after the last tensor belong to none.`);
  }
  return { entries, metadata: header.metadata ?? {} };
}
