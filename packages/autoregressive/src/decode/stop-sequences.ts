/** The length of the longest stop sequence that the tokens end with, 0 if none. */
export function endingLength(tokens: readonly number[], stop: readonly ArrayLike<number>[]): number {
  let longest = 0;
  for (const sequence of stop) {
    if (sequence.length > longest && beginsAt(tokens, tokens.length - sequence.length, sequence))
      longest = sequence.length;
  }
  return longest;
}

/** How many of the last tokens may be the beginning of a stop sequence. */
export function heldLength(tokens: readonly number[], stop: readonly ArrayLike<number>[]): number {
  let held = 0;
  for (const sequence of stop) {
    for (let length = Math.min(sequence.length - 1, tokens.length); length > held; length--) {
      if (beginsAt(tokens, tokens.length - length, sequence)) held = length;
    }
  }
  return held;
}

/** Whether the tokens from `start` on and the sequence agree as far as both go. */
function beginsAt(tokens: readonly number[], start: number, sequence: ArrayLike<number>): boolean {
  if (start < 0) return false;
  for (let i = 0; i < sequence.length && start + i < tokens.length; i++) {
    if (tokens[start + i] !== sequence[i]) return false;
  }
  return true;
}
