import { download } from '../lab/download.js';
import { coloursOf } from './colours.js';

/** Saves clouds, side by side, as one PLY file that `encode` makes of points and colours, and says so. */
export async function saveClouds(
  clouds: readonly Float32Array[],
  step: number,
  encode: (points: Float32Array, colours: Uint8Array) => Promise<Uint8Array>,
): Promise<string> {
  const points = new Float32Array(clouds.reduce((size, { length }) => size + length, 0));
  const colours = new Uint8Array(points.length);
  let at = 0;
  for (const [i, cloud] of clouds.entries()) {
    points.set(
      cloud.map((v, place) => (place % 3 === 0 ? v + i * APART : v)),
      at,
    );
    colours.set(coloursOf(cloud, false), at);
    at += cloud.length;
  }
  const name = `shapes-${step}.ply`;
  download(name, 'application/octet-stream', await encode(points, colours));
  return `Saved ${name}: ${points.length / 3} points.`;
}

/** Shapes lie in the ball of radius 1. */
const APART = 2.4;
