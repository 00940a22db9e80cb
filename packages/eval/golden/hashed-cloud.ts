/** A cloud of points in a cube of side 1 about 0, the same as `cloud` in point-clouds.py and chamfer-loss.py gives. */
export function hashedCloud(seed: number, points: number): Float32Array {
  return Float32Array.from({ length: 3 * points }, (_, i) => {
    let bits = (i + seed * 1_000_003) >>> 0;
    for (let round = 0; round < 2; round++) bits = Math.imul(bits ^ (bits >>> 16), 0x45d9f3b) >>> 0;
    return ((bits ^ (bits >>> 16)) >>> 0) / 2 ** 32 - 0.5;
  });
}
