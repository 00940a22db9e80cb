/**
 * A printable character for every byte, as GPT-2's files write tokens: printable Latin-1 stands for itself, the other 68 bytes
 * for the characters from U+0100 on. Sorted by code point, the order in which GPT-2 numbers them; a space is Ġ, a newline Ċ.
 *
 * @source Radford et al. 2019, "Language models are unsupervised multitask learners", section 2.2, and the files of its models.
 */
export interface ByteSymbols {
  /** The byte of each symbol, in the order of their code points. */
  readonly bytes: Uint8Array;
  /** The place of each byte in that order. */
  readonly places: Uint8Array;
  /** The bytes as symbols. */
  readonly write: (bytes: Uint8Array) => string;
  /** The bytes of symbols, undefined if one of them is none. */
  readonly read: (symbols: string) => Uint8Array | undefined;
}

export function byteSymbols(): ByteSymbols {
  const all = Array.from({ length: 256 }, (_, byte) => byte);
  const isPrintable = (b: number): boolean => (b >= 0x21 && b <= 0x7e) || (b >= 0xa1 && b <= 0xff && b !== 0xad);
  const printable = all.filter(isPrintable);
  const others = all.filter((byte) => !isPrintable(byte));
  const bytes = Uint8Array.from([...printable, ...others]);
  const symbols = [...printable, ...others.map((_, i) => 0x100 + i)].map((code) => String.fromCharCode(code));
  const places = new Uint8Array(256);
  for (const [place, byte] of bytes.entries()) places[byte] = place;
  const byteOf = new Map(symbols.map((symbol, place) => [symbol, bytes[place]!]));
  return {
    bytes,
    places,
    write: (given) => Array.from(given, (byte) => symbols[places[byte]!]!).join(''),
    read: (given) => {
      const found = Array.from(given, (symbol) => byteOf.get(symbol));
      return found.includes(undefined) ? undefined : Uint8Array.from(found as number[]);
    },
  };
}
