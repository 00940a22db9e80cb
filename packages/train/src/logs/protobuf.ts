/** One field of a protocol buffer, encoded. */
export type Field = Uint8Array;

const VARINT = 0;
const FIXED_64 = 1;
const BYTES = 2;
const FIXED_32 = 5;

/** Fields side by side: a message. */
export function message(...fields: readonly Field[]): Uint8Array {
  const bytes = new Uint8Array(fields.reduce((total, { length }) => total + length, 0));
  let at = 0;
  for (const field of fields) {
    bytes.set(field, at);
    at += field.length;
  }
  return bytes;
}

/** A whole number below 2⁵³, zero or more. */
export function integer(field: number, value: number): Field {
  return message(varint(field * 8 + VARINT), varint(value));
}

export function double(field: number, value: number): Field {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, value, true);
  return message(varint(field * 8 + FIXED_64), bytes);
}

export function float(field: number, value: number): Field {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return message(varint(field * 8 + FIXED_32), bytes);
}

/** Numbers without tags between them: `[packed = true]`. */
export function doubles(field: number, values: ArrayLike<number>): Field {
  const bytes = new Uint8Array(8 * values.length);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < values.length; i++) view.setFloat64(8 * i, values[i]!, true);
  return nested(field, bytes);
}

/** Text, bytes, or another message. */
export function nested(field: number, value: Uint8Array | string): Field {
  const bytes = typeof value === 'string' ? new TextEncoder().encode(value) : value;
  return message(varint(field * 8 + BYTES), varint(bytes.length), bytes);
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Uint8Array.of(...bytes, rest);
}
