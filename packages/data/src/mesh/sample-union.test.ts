import { key } from '@genai/core';
import { describe, expect, test } from 'vitest';
import { chairs } from './chairs.js';
import type { Mesh } from './mesh.js';
import { shapeFamily } from './shape-family.js';
import { supershapes } from './supershapes.js';
import { tables } from './tables.js';
import { tori } from './tori.js';

describe('known answers: points', () => {
  const count = 20_000;

  test('moments on a torus: y² is r²/2, x² + z² is R² + 3r²/2', () => {
    const [large, small] = [1 / 1.4, 0.4 / 1.4];
    const [x, y, z] = moments(tori().surface([0.4, 1], key(0), count));
    expect(Math.abs(y! - small ** 2 / 2)).toBeLessThan(0.002);
    expect(Math.abs(x! + z! - (large ** 2 + 1.5 * small ** 2))).toBeLessThan(0.01);
    expect(Math.abs(x! - z!)).toBeLessThan(0.015);
  });

  test('moments on a sphere: a third each', () => {
    for (const moment of moments(supershapes().surface([0, 1, 1, 0, 1, 1], key(1), count))) {
      expect(Math.abs(moment - 1 / 3)).toBeLessThan(0.01);
    }
  });

  test('a table: legs, underside and top get their shares, and none lies where they touch', () => {
    const [width, depth, height, top, leg] = [1.2, 0.8, 0.7, 0.1, 0.14];
    const points = tables().surface([width, depth, height, top, leg, 0.1, 0, 0], key(2), count);
    const under = height / 2 - top;
    const shares = {
      legs: 4 * leg * (4 * (height - top) + leg),
      underside: width * depth - 4 * leg ** 2,
      top: width * depth,
      rim: 2 * (width + depth) * top,
    };
    const found = { legs: 0, underside: 0, top: 0, rim: 0 };
    for (let i = 1; i < points.length; i += 3) {
      const y = points[i]!;
      if (y < under - 1e-5) found.legs++;
      else if (y < under + 1e-5) found.underside++;
      else if (y > height / 2 - 1e-5) found.top++;
      else found.rim++;
    }
    expectShares(found, shares);
  });

  test('a chair with a back of bars and arms: the seat is free where they do not stand', () => {
    const [width, depth, sitting, seat, back, leg] = [0.8, 0.7, 0.5, 0.1, 0.6, 0.08];
    const points = chairs().surface([width, depth, sitting, seat, back, leg, 4, 1, 1], key(3), count);
    const floor = -(sitting + back) / 2;
    const [legs, armPosts, bars, footprint] = [4, 2, 4, leg ** 2];
    const [railHeight, armHeight, armLength, armRise] = [1.5 * leg, 0.6 * leg, depth - leg, 0.45 * back];
    // Legs are prisms of 32 corners.
    const [section, around] = [16 * Math.sin(Math.PI / 16) * (leg / 2) ** 2, 64 * Math.sin(Math.PI / 32) * (leg / 2)];
    const shares = {
      'below the seat': legs * (around * (sitting - seat) + section) + width * depth - legs * section,
      'edge of the seat': 2 * (width + depth) * seat,
      'top of the seat': width * depth - (armPosts + bars) * footprint,
      above:
        bars * 4 * leg * (back - railHeight) +
        2 * (width + leg) * railHeight + 2 * width * leg - bars * footprint + // the rail, less the bars' ends
        armPosts * 4 * leg * armRise +
        2 * (2 * (armLength + leg) * armHeight + 2 * armLength * leg) - // the rests
        2 * (2 * leg * armHeight) - // where a rest meets a bar, on both
        2 * footprint, // on their posts
    }; // biome-ignore format: sums
    const found = { 'below the seat': 0, 'edge of the seat': 0, 'top of the seat': 0, above: 0 };
    for (let i = 1; i < points.length; i += 3) {
      const y = points[i]! - floor;
      if (y < sitting - seat + 1e-5) found['below the seat']++;
      else if (y < sitting - 1e-5) found['edge of the seat']++;
      else if (y < sitting + 1e-5) found['top of the seat']++;
      else found.above++;
    }
    expectShares(found, shares);
  });

  test('two blocks that overlap: nothing is drawn inside', () => {
    const cube = (x: number): Mesh => {
      const corners = [0, 1, 2, 3, 4, 5, 6, 7].flatMap((i) => [x + (i & 1) / 2, ((i >> 1) & 1) / 2, (i >> 2) / 2]);
      const faces = [0, 2, 3, 0, 3, 1, 4, 5, 7, 4, 7, 6, 0, 1, 5, 0, 5, 4, 2, 6, 7, 2, 7, 3, 0, 4, 6, 0, 6, 2, 1, 3, 7, 1, 7, 5]; // biome-ignore format: six squares
      return { positions: Float32Array.from(corners), faces: Uint32Array.from(faces) };
    };
    const family = shapeFamily({
      name: 'two cubes',
      parameters: [{ name: 'shift', min: 0.1, max: 0.4 }],
      parts: ([shift]) => [cube(0), cube(shift!)],
    });
    const points = family.surface([0.25], key(5), 2_000);
    const ends = points.filter((x, i) => i % 3 === 0 && (Math.abs(x) < 1e-6 || Math.abs(x - 0.75) < 1e-6)).length;
    const inner = points.filter(
      (x, i) => i % 3 === 0 && (Math.abs(x - 0.25) < 1e-6 || Math.abs(x - 0.5) < 1e-6),
    ).length;
    expect([inner, ends > 0]).toEqual([0, true]);
  });
});

/** The means of x², y² and z². */
function moments(points: Float32Array): number[] {
  const sums = [0, 0, 0];
  for (let i = 0; i < points.length; i++) sums[i % 3]! += points[i]! ** 2;
  return sums.map((sum) => (3 * sum) / points.length);
}

/** Counts in proportion to areas, within four and a half standard deviations. */
function expectShares<K extends string>(found: Record<K, number>, areas: Record<K, number>): void {
  const names = Object.keys(areas) as K[];
  const area = names.reduce((sum, name) => sum + areas[name], 0);
  const count = names.reduce((sum, name) => sum + found[name], 0);
  for (const name of names) {
    const share = areas[name] / area;
    const deviation = Math.sqrt(count * share * (1 - share));
    expect(Math.abs(found[name] - count * share), name).toBeLessThan(4.5 * deviation);
  }
}
