const NAMES = ['C', 'C sharp', 'D', 'E flat', 'E', 'F', 'F sharp', 'G', 'A flat', 'A', 'B flat', 'B'];

/** A pitch as it is spoken: 61 is 'C sharp 4'. */
export function pitchName(pitch: number): string {
  return `${NAMES[pitch % 12]} ${Math.floor(pitch / 12) - 1}`;
}
