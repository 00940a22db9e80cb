/** Numbers in [0, 1) that look drawn, the same as `hashed` in images.py and inception.py gives: number i of stream `seed`. */
export function hashed(seed: number, count: number): Float32Array {
  const numbers = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    let bits = (i + seed * 1_000_003) >>> 0;
    bits = Math.imul(bits ^ (bits >>> 16), 0x45d9f3b) >>> 0;
    bits = Math.imul(bits ^ (bits >>> 16), 0x45d9f3b) >>> 0;
    numbers[i] = ((bits ^ (bits >>> 16)) >>> 8) / 2 ** 24;
  }
  return numbers;
}
