/**
 * Turns each point about the origin by `rate` radians for every unit of its distance, in place.
 *
 * The distance stays, so the map is undone by `-rate`; and it keeps areas, so densities and entropies go with it unchanged.
 */
export function swirl(points: Float32Array, rate: number): Float32Array {
  for (let i = 0; i < points.length; i += 2) {
    const [x, y] = swirled(points[i]!, points[i + 1]!, rate);
    points[i] = x;
    points[i + 1] = y;
  }
  return points;
}

/** One point turned. */
export function swirled(x: number, y: number, rate: number): [number, number] {
  const angle = rate * Math.hypot(x, y);
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  return [c * x - s * y, s * x + c * y];
}
