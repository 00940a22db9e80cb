/** The letter of each byte, as GPT-2's files write tokens: printable Latin-1 is itself, other bytes are letters from U+0100 on. */
export function byteLetters(): readonly string[] {
  let others = 0x100;
  return Array.from({ length: 256 }, (_, byte) => {
    const isPrintable = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte !== 0xad);
    return String.fromCharCode(isPrintable ? byte : others++);
  });
}
