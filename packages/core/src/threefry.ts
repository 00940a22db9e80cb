/**
 * The Threefry-2x32 block function with 20 rounds: two key words and two counter words to two random words.
 *
 * @source Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3".
 */
export function threefry2x32(key: readonly [number, number], c0: number, c1: number): [number, number] {
  const [k0, k1] = key;
  const schedule = [k0, k1, (k0 ^ k1 ^ 0x1bd11bda) >>> 0] as const;
  let x0 = (c0 + k0) >>> 0;
  let x1 = (c1 + k1) >>> 0;
  for (let block = 0; block < 5; block++) {
    for (const r of ROTATIONS[block % 2]!) {
      x0 = (x0 + x1) >>> 0;
      x1 = (((x1 << r) | (x1 >>> (32 - r))) ^ x0) >>> 0;
    }
    x0 = (x0 + schedule[(block + 1) % 3]!) >>> 0;
    x1 = (x1 + schedule[(block + 2) % 3]! + block + 1) >>> 0;
  }
  return [x0, x1];
}

const ROTATIONS = [
  [13, 15, 26, 6],
  [17, 29, 16, 24],
] as const;
