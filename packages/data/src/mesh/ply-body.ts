import { GenaiError } from '@genai/core';
import type { PlyElement, PlyHeader, PlyType } from './ply-header.js';

/** Reads the numbers of a PLY file one after another; what is not there gives a GenaiError that says where. */
export class PlyBody {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #name: string;
  readonly #ascii: boolean;
  readonly #little: boolean;
  #at: number;

  constructor(bytes: Uint8Array, { format, end }: PlyHeader, name: string) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#name = name;
    this.#ascii = format === 'ascii';
    this.#little = format === 'binary_little_endian';
    this.#at = end;
  }

  /** Checks that the rows of an element fit into what is left, before memory is taken for them. */
  expectRows({ name, count, properties }: PlyElement): void {
    const left = this.#bytes.length - this.#at;
    const least = properties.reduce((sum, { type, lengthType }) => sum + sizeOfType(lengthType ?? type), 0);
    // A number and the space after it take two bytes, but the last needs none.
    if (this.#ascii ? count * 2 * properties.length <= left + 1 : count * least <= left) return;
    throw new GenaiError(
      `decodePly: ${this.#name} has ${left} bytes for ${count} rows of element "${name}", expected more. Is the file cut off?`,
    );
  }

  /** The next number, of this type where the file is binary. */
  number(type: PlyType): number {
    if (this.#ascii) {
      const value = Number(this.#word());
      return Number.isNaN(value) ? this.fail('what is not a number') : value;
    }
    const at = this.#at;
    const size = sizeOfType(type);
    if (at + size > this.#bytes.length) this.#cutOff();
    this.#at = at + size;
    switch (type) {
      case 'char':
        return this.#view.getInt8(at);
      case 'uchar':
        return this.#view.getUint8(at);
      case 'short':
        return this.#view.getInt16(at, this.#little);
      case 'ushort':
        return this.#view.getUint16(at, this.#little);
      case 'int':
        return this.#view.getInt32(at, this.#little);
      case 'uint':
        return this.#view.getUint32(at, this.#little);
      case 'float':
        return this.#view.getFloat32(at, this.#little);
      case 'double':
        return this.#view.getFloat64(at, this.#little);
    }
  }

  /** Passes over a number, whatever it is. */
  passOver(type: PlyType): void {
    if (this.#ascii) this.#word();
    else this.number(type);
  }

  /** How many numbers a list has, which is read before them. */
  length(type: PlyType): number {
    const length = this.number(type);
    return Number.isSafeInteger(length) && length >= 0 ? length : this.fail(`a list of ${length} numbers`);
  }

  fail(got: string): never {
    throw new GenaiError(`decodePly: ${this.#name} has ${got}, before byte ${this.#at}. Is it damaged?`);
  }

  #word(): string {
    const bytes = this.#bytes;
    let start = this.#at;
    while (start < bytes.length && bytes[start]! <= SPACE) start++;
    let end = start;
    while (end < bytes.length && bytes[end]! > SPACE) end++;
    if (start === end) this.#cutOff();
    this.#at = end;
    if (end - start > MOST_LETTERS) this.fail(`a number of ${end - start} letters`);
    return String.fromCharCode(...bytes.subarray(start, end));
  }

  #cutOff(): never {
    throw new GenaiError(
      `decodePly: ${this.#name} ends at byte ${this.#bytes.length}, expected further numbers. Is the file cut off?`,
    );
  }
}

const SPACE = 32;
const MOST_LETTERS = 64;

function sizeOfType(type: PlyType): number {
  if (type === 'char' || type === 'uchar') return 1;
  if (type === 'short' || type === 'ushort') return 2;
  return type === 'double' ? 8 : 4;
}
