import { fold, type Key } from '@genai/core';
import { mergeMeshes } from './merge-meshes.js';
import type { Mesh } from './mesh.js';
import { sampleSurface } from './sample-surface.js';

/**
 * Points drawn uniformly by area from the outer surface of several convex solids taken together, (count × 3): what lies within
 * another solid, or where two touch, is not drawn.
 */
export function sampleUnion(key: Key, solids: readonly Mesh[], count: number): Float32Array {
  if (solids.length === 1) return sampleSurface(key, solids[0]!, count);
  const whole = mergeMeshes(solids);
  const hulls = solids.map(hullOf);
  const points = new Float32Array(3 * count);
  for (let round = 0, kept = 0; kept < count; round++) {
    const candidates = sampleSurface(fold(key, round), whole, Math.ceil(1.25 * (count - kept)) + 8);
    for (let i = 0; i < candidates.length && kept < count; i += 3) {
      const point = candidates.subarray(i, i + 3);
      // Every point lies in the solid that it is of.
      let within = 0;
      for (const hull of hulls) if (contains(hull, point)) within++;
      if (within <= 1) points.set(point, 3 * kept++);
    }
  }
  return points;
}

/** A convex solid as its box, and the planes of its faces: outward normal and distance from the origin, four numbers each. */
type Hull = { readonly low: readonly number[]; readonly high: readonly number[]; readonly planes: Float64Array };

/** What float32 leaves of a place in the unit ball, and some more. */
const SLACK = 1e-5;

function hullOf({ positions: p, faces }: Mesh): Hull {
  const axes = [0, 1, 2].map((axis) => p.filter((_, i) => i % 3 === axis));
  const planes = new Float64Array((faces.length / 3) * 4);
  for (let face = 0; face < faces.length / 3; face++) {
    const [a, b, c] = [3 * faces[3 * face]!, 3 * faces[3 * face + 1]!, 3 * faces[3 * face + 2]!];
    const [ux, uy, uz] = [p[b]! - p[a]!, p[b + 1]! - p[a + 1]!, p[b + 2]! - p[a + 2]!];
    const [vx, vy, vz] = [p[c]! - p[a]!, p[c + 1]! - p[a + 1]!, p[c + 2]! - p[a + 2]!];
    const normal = [uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx] as const;
    const length = Math.hypot(...normal);
    const [x, y, z] = normal.map((n) => n / length) as [number, number, number];
    planes.set([x, y, z, x * p[a]! + y * p[a + 1]! + z * p[a + 2]!], 4 * face);
  }
  return {
    low: axes.map((values) => Math.min(...values) - SLACK),
    high: axes.map((values) => Math.max(...values) + SLACK),
    planes,
  };
}

function contains({ low, high, planes }: Hull, point: Float32Array): boolean {
  const [x, y, z] = [point[0]!, point[1]!, point[2]!];
  if (x < low[0]! || y < low[1]! || z < low[2]! || x > high[0]! || y > high[1]! || z > high[2]!) return false;
  for (let i = 0; i < planes.length; i += 4) {
    if (planes[i]! * x + planes[i + 1]! * y + planes[i + 2]! * z > planes[i + 3]! + SLACK) return false;
  }
  return true;
}
