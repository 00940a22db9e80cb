/** Colours that tell the place of each point in the ball, red along x, green along y, blue along z: 3 bytes a point. */
export function coloursOf(cloud: Float32Array, dark: boolean): Uint8Array<ArrayBuffer> {
  const [middle, range] = dark ? [165, 90] : [108, 95];
  const bytes = new Uint8ClampedArray(cloud.length);
  for (let i = 0; i < cloud.length; i++) bytes[i] = middle + range * cloud[i]!;
  return new Uint8Array(bytes.buffer);
}

/** What they stand on. */
export function backgroundOf(dark: boolean): readonly [number, number, number] {
  return dark ? [20, 22, 27] : [255, 255, 255];
}
