/**
 * Another size for an image of (height, width, channels), where each new pixel is the average of the area that it covers, parts
 * of pixels by their share. The mean of the image is kept.
 */
export function averageAreas(
  values: Float32Array,
  [height, width, channels]: readonly [height: number, width: number, channels: number],
  [newHeight, newWidth]: readonly [height: number, width: number],
): Float32Array {
  const down = alongAxis(values, { outer: 1, length: height, inner: width * channels }, newHeight);
  return alongAxis(down, { outer: newHeight, length: width, inner: channels }, newWidth);
}

/** The same of one axis: (outer, length, inner) → (outer, newLength, inner). */
function alongAxis(
  values: Float32Array,
  { outer, length, inner }: { readonly outer: number; readonly length: number; readonly inner: number },
  newLength: number,
): Float32Array {
  if (newLength === length) return values;
  const out = new Float32Array(outer * newLength * inner);
  for (let to = 0; to < newLength; to++) {
    // In units of 1 / newLength all borders are integers, so that no share is lost to rounding.
    const [begin, end] = [to * length, (to + 1) * length];
    for (let from = Math.floor(begin / newLength); from * newLength < end; from++) {
      const covered = Math.min(end, (from + 1) * newLength) - Math.max(begin, from * newLength);
      if (covered <= 0) continue;
      const share = covered / length;
      for (let o = 0; o < outer; o++) {
        const source = (o * length + from) * inner;
        const target = (o * newLength + to) * inner;
        for (let i = 0; i < inner; i++) out[target + i] = out[target + i]! + share * values[source + i]!;
      }
    }
  }
  return out;
}
