import { fold, GenaiError, key } from '@genai/core';
import { describe, expect, test } from 'vitest';
import { chairs } from './chairs.js';
import { knots } from './knots.js';
import type { Mesh } from './mesh.js';
import type { ShapeFamily } from './shape-family.js';
import { supershapes } from './supershapes.js';
import { tables } from './tables.js';
import { tori } from './tori.js';
import { triangleAreas } from './triangle-areas.js';

const FAMILIES: readonly ShapeFamily[] = [supershapes(), tori(), knots(), tables(), chairs()];

describe.each(FAMILIES.map((family) => [family.name, family] as const))('laws: %s', (_name, family) => {
  const draws = Array.from({ length: 12 }, (_, i) => family.draw(fold(key(0), i)));

  test('parameters are drawn in their ranges, and differ', () => {
    for (const draw of draws) {
      expect(draw).toHaveLength(family.parameters.length);
      for (const [i, { min, max, integer }] of family.parameters.entries()) {
        expect(draw[i]!).toBeGreaterThanOrEqual(min);
        expect(draw[i]!).toBeLessThanOrEqual(max);
        if (integer) expect(Number.isInteger(draw[i])).toBe(true);
      }
    }
    expect(new Set(draws.map(String)).size).toBe(draws.length);
    expect(family.draw(key(1))).toEqual(family.draw(key(1)));
  });

  test('meshes are closed and face outwards: each edge has two faces that run along it in opposite ways, the volume is positive', () => {
    for (const draw of draws) {
      const mesh = family.mesh(draw);
      const edges = new Set<number>();
      const vertices = mesh.positions.length / 3;
      for (let i = 0; i < mesh.faces.length; i++) {
        edges.add(mesh.faces[i]! * vertices + mesh.faces[i % 3 === 2 ? i - 2 : i + 1]!);
      }
      expect(edges.size).toBe(mesh.faces.length); // none twice
      for (const edge of edges) {
        if (!edges.has((edge % vertices) * vertices + Math.floor(edge / vertices))) expect.fail(`edge ${edge} is open`);
      }
      expect(volumeOf(mesh)).toBeGreaterThan(1e-3);
      expect(mesh.positions.every(Number.isFinite)).toBe(true);
    }
  });

  test('shapes lie in the unit ball, and so do their points', () => {
    for (const draw of draws) {
      expect(reach(family.mesh(draw).positions)).toBeLessThan(1 + 1e-6);
      expect(reach(family.surface(draw, key(3), 50))).toBeLessThan(1 + 1e-6);
    }
  });

  test('one key gives one cloud, another another', () => {
    const [draw] = draws;
    expect(family.surface(draw!, key(2), 100)).toEqual(family.surface(Float64Array.from(draw!), key(2), 100));
    expect(family.surface(draw!, key(2), 100)).not.toEqual(family.surface(draw!, key(4), 100));
    expect(family.surface(draw!, key(2), 0)).toHaveLength(0);
    // What a dataset keeps in float32 is taken back.
    expect(family.surface(Float32Array.from(draw!), key(2), 7)).toHaveLength(21);
  });

  test('wrong parameters are refused', () => {
    const { name, max } = family.parameters[0]!;
    expect(() => family.mesh([1])).toThrow(`${family.name}: got 1 parameters, expected ${family.parameters.length}`);
    const beyond = draws[0]!.with(0, max + 1);
    expect(() => family.surface(beyond, key(0), 1)).toThrow(new RegExp(`${name} must be an? .*, got ${max + 1}`));
    expect(() => family.surface(draws[0]!, key(0), 0.5)).toThrow(GenaiError);
  });
});

describe('known answers: areas and volumes within 1 %', () => {
  test.each([
    [0.2, 1],
    [0.4, 1],
    [0.8, 1],
    [0.4, 0.5],
  ])('a torus of ratio %d and squash %d', (ratio, squash) => {
    // biome-ignore format: pairs
    const large = 1 / (1 + ratio);
    const small = ratio * large;
    // 2πR times the perimeter of the ellipse, which is 2πr for a circle (Pappus).
    const steps = 1_000;
    let perimeter = 0;
    for (let i = 0; i < steps; i++) {
      const angle = (2 * Math.PI * i) / steps;
      perimeter += (2 * Math.PI * small * Math.hypot(Math.sin(angle), squash * Math.cos(angle))) / steps;
    }
    const mesh = tori().mesh([ratio, squash]);
    expectWithin(areaOf(mesh), 2 * Math.PI * large * perimeter);
    if (squash === 1) expectWithin(areaOf(mesh), 4 * Math.PI ** 2 * large * small);
    expectWithin(volumeOf(mesh), 2 * Math.PI ** 2 * large * small ** 2 * squash);
  });

  test('supershapes: a ball, and an octahedron', () => {
    const ball = supershapes().mesh([0, 1.7, 2.3, 0, 0.9, 4.5]);
    expectWithin(areaOf(ball), 4 * Math.PI);
    expectWithin(volumeOf(ball), (4 / 3) * Math.PI);
    const octahedron = supershapes().mesh([4, 1, 1, 4, 1, 1]); // r = 1 / (|cos φ| + |sin φ|), both ways
    expectWithin(areaOf(octahedron), 4 * Math.sqrt(3));
    expectWithin(volumeOf(octahedron), 4 / 3);
  });

  // numpy: θ and φ of 6,001 and 3,001 even steps, x = r₁ cos θ r₂ cos φ, y = r₂ sin φ, z = r₁ sin θ r₂ cos φ, with
  // r = (|cos mφ/4|^n2 + |sin mφ/4|^n2)^(−1/n1); the sum of |∂θ × ∂φ| by differences at the middles, over the largest radius squared.
  test('supershapes: goldens of two with cusps', () => {
    expectWithin(areaOf(supershapes().mesh([5, 0.94, 4.91, 6, 1.1, 1.87])), 5.0682);
    expectWithin(areaOf(supershapes().mesh([6, 0.71, 1, 3, 1.06, 0.6])), 6.2396);
  });

  test.each([
    [2, 3, 0.5, 0.1],
    [3, 7, 0.6, 0.06],
    [3, 4, 0.4, 0.14],
  ])('the knot (%d, %d): 2π tube · length', (p, q, ratio, tube) => {
    // biome-ignore format: one line
    const steps = 4_000;
    const at = (i: number): number[] => {
      const t = (2 * Math.PI * i) / steps;
      const out = 1 + ratio * Math.cos(q * t);
      return [out * Math.sin(p * t), ratio * Math.sin(q * t), out * Math.cos(p * t)];
    };
    let length = 0;
    for (let i = 0; i < steps; i++) {
      const [a, b] = [at(i), at(i + 1)];
      length += Math.hypot(a[0]! - b[0]!, a[1]! - b[1]!, a[2]! - b[2]!);
    }
    const reach = 1 + ratio + tube;
    expectWithin(areaOf(knots().mesh([p, q, ratio, tube])), (2 * Math.PI * tube * length) / reach ** 2);
  });

  test('strands of a knot stay apart by more than the tube is thick', () => {
    for (const [p, q] of [
      [2, 3],
      [2, 5],
      [2, 7],
      [3, 4],
      [3, 5],
      [3, 7],
    ] as const) {
      // biome-ignore format: pairs
      for (const ratio of [0.4, 0.6]) {
        const tube = 0.14;
        const { positions } = knots().mesh([p, q, ratio, tube]);
        // The mean of a ring of 20 vertices is a point of the centre line; 256 rings.
        const centres = Array.from({ length: 256 }, (_, ring) =>
          [0, 1, 2].map((axis) => {
            let mean = 0;
            for (let i = 0; i < 20; i++) mean += positions[3 * (20 * ring + i) + axis]! / 20;
            return mean * (1 + ratio + tube);
          }),
        );
        let nearest = Number.POSITIVE_INFINITY;
        for (let i = 0; i < 256; i++) {
          for (let j = i + 20; j < Math.min(256, i + 237); j++) {
            const [a, b] = [centres[i]!, centres[j]!];
            nearest = Math.min(nearest, Math.hypot(a[0]! - b[0]!, a[1]! - b[1]!, a[2]! - b[2]!));
          }
        }
        expect(nearest, `(${p}, ${q}) of ratio ${ratio}`).toBeGreaterThan(2 * tube);
      }
    }
  });
});

test('errors: p and q with a common divisor', () => {
  expect(() => knots().mesh([3, 6, 0.5, 0.1])).toThrow(/knots: p = 3 and q = 6 make no knot, expected one of \(2, 3\)/);
  expect(() => knots().mesh([2, 3.5, 0.5, 0.1])).toThrow('knots: q must be an integer from 3 to 7, got 3.5.');
});

test('known answers: kinds of knots are as likely', () => {
  const kinds = new Map<string, number>();
  for (let i = 0; i < 600; i++) {
    const kind = String(
      knots()
        .draw(fold(key(9), i))
        .slice(0, 2),
    );
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  }
  expect(kinds.size).toBe(6);
  for (const n of kinds.values()) expect(Math.abs(n - 100)).toBeLessThan(40); // 4 deviations
});

function areaOf(mesh: Mesh): number {
  return triangleAreas(mesh).reduce((sum, area) => sum + area, 0);
}

/** By the divergence theorem: positive if faces look outwards. */
function volumeOf({ positions: p, faces }: Mesh): number {
  let volume = 0;
  for (let i = 0; i < faces.length; i += 3) {
    const [a, b, c] = [3 * faces[i]!, 3 * faces[i + 1]!, 3 * faces[i + 2]!];
    volume +=
      (p[a]! * (p[b + 1]! * p[c + 2]! - p[b + 2]! * p[c + 1]!) +
        p[a + 1]! * (p[b + 2]! * p[c]! - p[b]! * p[c + 2]!) +
        p[a + 2]! * (p[b]! * p[c + 1]! - p[b + 1]! * p[c]!)) /
      6;
  }
  return volume;
}

function reach(points: Float32Array): number {
  let furthest = 0;
  for (let i = 0; i < points.length; i += 3) {
    furthest = Math.max(furthest, Math.hypot(points[i]!, points[i + 1]!, points[i + 2]!));
  }
  return furthest;
}

function expectWithin(actual: number, expected: number): void {
  expect(Math.abs(actual / expected - 1)).toBeLessThan(0.01);
}
