import { eachPair } from './each-pair.js';
import type { Rows } from './points.js';

/** Groups of the data at most, and examples that each has about at least. */
const KINDS = 50;
const LEAST = 20;
const ROUNDS = 10;
/** A kind is reached by samples that come near it so often, of how often the data do. */
const SHARE = 1 / 5;

/**
 * The share of the kinds of the data that samples reach, from 0 to 1: the data fall into groups of near examples (k-means, from examples
 * that are far from each other), and each sample counts for the group whose centre is nearest, however far that is.
 *
 * Samples that are not yet good still tell by it whether they vary as the data do.
 */
export async function kindsReached(real: Rows, fake: Rows): Promise<number> {
  const centres = await centresOf(real, Math.max(2, Math.min(KINDS, Math.floor(real.count / LEAST))));
  const [reals, fakes] = [
    countsOf(await nearestCentre(real, centres), centres.count),
    countsOf(await nearestCentre(fake, centres), centres.count),
  ];
  let [kinds, reached] = [0, 0];
  for (const [i, count] of reals.entries()) {
    if (count === 0) continue;
    kinds++;
    if (fakes[i]! / fake.count >= (SHARE * count) / real.count) reached++;
  }
  return reached / kinds;
}

/** Lloyd's centres, begun at examples each of which is the farthest from those before. */
async function centresOf(rows: Rows, count: number): Promise<Rows> {
  let centres = await farthest(rows, count);
  for (let round = 0; round < ROUNDS; round++) {
    const nearest = await nearestCentre(rows, centres);
    const counts = countsOf(nearest, count);
    const values = new Float64Array(count * rows.width);
    for (const [i, c] of nearest.entries()) {
      for (let k = 0; k < rows.width; k++) values[c * rows.width + k]! += rows.values[i * rows.width + k]! / counts[c]!;
    }
    for (const [c, members] of counts.entries()) {
      if (members > 0) continue; // an empty group stays where it was
      for (let k = 0; k < rows.width; k++) values[c * rows.width + k] = centres.values[c * rows.width + k]!;
    }
    centres = { values, count, width: rows.width };
  }
  return centres;
}

async function farthest(rows: Rows, count: number): Promise<Rows> {
  const values = new Float64Array(count * rows.width);
  const apart = new Float64Array(rows.count).fill(Number.POSITIVE_INFINITY);
  let next = 0;
  for (let c = 0; c < count; c++) {
    const row = rows.values.subarray(next * rows.width, (next + 1) * rows.width);
    values.set(row, c * rows.width);
    await eachPair(rows, { values: Float64Array.from(row), count: 1, width: rows.width }, (i, _, low, high) => {
      apart[i] = Math.min(apart[i]!, (low + high) / 2);
    });
    next = apart.reduce((best, distance, i) => (distance > apart[best]! ? i : best), 0);
  }
  return { values, count, width: rows.width };
}

async function nearestCentre(rows: Rows, centres: Rows): Promise<Uint32Array> {
  const nearest = new Uint32Array(rows.count);
  const apart = new Float64Array(rows.count).fill(Number.POSITIVE_INFINITY);
  await eachPair(rows, centres, (i, c, low, high) => {
    const distance = (low + high) / 2;
    if (distance >= apart[i]!) return;
    apart[i] = distance;
    nearest[i] = c;
  });
  return nearest;
}

function countsOf(groups: Uint32Array, count: number): Uint32Array {
  const counts = new Uint32Array(count);
  for (const group of groups) counts[group]!++;
  return counts;
}
