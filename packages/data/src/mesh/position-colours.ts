/** Soft colours that tell the place of each point in a ball: red along x, green along y, blue along z; points × 3 bytes. */
export function positionColours(
  points: Float32Array,
  { centre, radius }: { readonly centre: readonly [number, number, number]; readonly radius: number },
): Uint8Array {
  const colours = new Uint8ClampedArray(points.length);
  for (let i = 0; i < points.length; i++) {
    const place = (points[i]! - centre[i % 3]!) / radius; // −1 to 1
    colours[i] = 150 + 130 * place;
  }
  return new Uint8Array(colours.buffer);
}
