import { GenaiError } from '@genai/core';

/** Reads the numbers of a MIDI file one after another; what is not there gives a GenaiError that says where. */
export class MidiBytes {
  readonly #bytes: Uint8Array;
  readonly #name: string;
  readonly #offset: number;
  #at = 0;

  constructor(bytes: Uint8Array, name: string, offset = 0) {
    this.#bytes = bytes;
    this.#name = name;
    this.#offset = offset;
  }

  get done(): boolean {
    return this.#at >= this.#bytes.length;
  }

  /** Big-endian, of one to four bytes. */
  number(bytes: 1 | 2 | 3 | 4): number {
    this.#expect(bytes);
    let value = 0;
    for (let i = 0; i < bytes; i++) value = value * 256 + this.#bytes[this.#at++]!;
    return value;
  }

  /** Of variable length: seven bits a byte, of at most four bytes. */
  length(): number {
    let value = 0;
    for (let i = 0; i < 4; i++) {
      const byte = this.number(1);
      value = value * 128 + (byte & 127);
      if (byte < 128) return value;
    }
    return this.fail('a length of more than four bytes');
  }

  /** A byte whose highest bit must be clear. */
  data(): number {
    const byte = this.number(1);
    return byte < 128 ? byte : this.fail(`the byte ${byte} where data of at most 127 belongs`);
  }

  /** The next byte, left where it is. */
  peek(): number {
    this.#expect(1);
    return this.#bytes[this.#at]!;
  }

  skip(count: number): void {
    this.#expect(count);
    this.#at += count;
  }

  /** A part of the file to be read on its own; it is a view. */
  part(count: number): MidiBytes {
    const start = this.#at;
    this.skip(count);
    return new MidiBytes(this.#bytes.subarray(start, start + count), this.#name, this.#offset + start);
  }

  /** Four letters. */
  tag(): string {
    return String.fromCharCode(this.number(1), this.number(1), this.number(1), this.number(1));
  }

  fail(got: string): never {
    throw new GenaiError(`decodeMidi: ${this.#name} has ${got}, at byte ${this.#offset + this.#at}. Is it damaged?`);
  }

  #expect(count: number): void {
    const left = this.#bytes.length - this.#at;
    if (count <= left) return;
    throw new GenaiError(
      `decodeMidi: ${this.#name} has ${left} bytes left at byte ${this.#offset + this.#at}, expected ${count}. Is the file cut off?`,
    );
  }
}
