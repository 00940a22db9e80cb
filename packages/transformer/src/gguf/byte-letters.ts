/**
 * The letter that GPT-2's files write for each byte: printable Latin-1 for itself, the others from U+0100 on.
 *
 * @source Radford et al. 2019, "Language models are unsupervised multitask learners", section 2.2, and the files of its models.
 */
export function byteLetters(): readonly string[] {
  let others = 0x100;
  return Array.from({ length: 256 }, (_, byte) => {
    const isPrintable = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte !== 0xad);
    return String.fromCharCode(isPrintable ? byte : others++);
  });
}
