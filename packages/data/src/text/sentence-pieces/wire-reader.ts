import { GenaiError } from '@genai/core';

/** A field of a message of protocol buffers: its number, and a number or bytes. */
export type WireField = {
  readonly field: number;
  /** Of a varint; those beyond 2^53 lose their low bits. */
  readonly number: number;
  /** Of a length-delimited field or one of four or eight bytes; empty for a varint. */
  readonly bytes: Uint8Array;
};

/**
 * The fields of a message of protocol buffers, in their order. Nothing is believed: lengths are held against what is there.
 *
 * @throws GenaiError, in the name of `where`, at the byte where the message is damaged.
 * @source https://protobuf.dev/programming-guides/encoding
 */
export function* wireFields(bytes: Uint8Array, where: string): Generator<WireField, void, undefined> {
  let at = 0;
  const fail = (problem: string): never => {
    throw new GenaiError(`${where}: at byte ${at}, ${problem}. The file is cut short, damaged or of another kind.`);
  };
  const varint = (): number => {
    let [value, scale] = [0, 1];
    for (let length = 1; length <= 10; length++) {
      const byte = bytes[at];
      if (byte === undefined) return fail('a number is cut short');
      at++;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
      scale *= 128;
    }
    return fail('a number has more than ten bytes');
  };
  const taken = (length: number): Uint8Array => {
    if (length > bytes.length - at) fail(`a field claims ${length} bytes, ${bytes.length - at} are left`);
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const tag = varint();
    const [field, kind] = [Math.floor(tag / 8), tag % 8];
    if (field < 1 || field >= 2 ** 29) fail(`a field has the number ${field}`);
    if (kind === VARINT) yield { field, number: varint(), bytes: NOTHING };
    else if (kind === DELIMITED) yield { field, number: 0, bytes: taken(varint()) };
    else if (kind === FIXED32 || kind === FIXED64) yield { field, number: 0, bytes: taken(kind === FIXED32 ? 4 : 8) };
    else fail(`a field is of the unknown kind ${kind}`);
  }
}

const VARINT = 0;
const FIXED64 = 1;
const DELIMITED = 2;
const FIXED32 = 5;
const NOTHING: Uint8Array = /* @__PURE__ */ new Uint8Array(0);
