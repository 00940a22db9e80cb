import { GenaiError, key } from '@genai/core';
import { describe, expect, test } from 'vitest';
import type { Picture } from '../picture.js';
import type { Mesh } from './mesh.js';
import { renderMesh } from './render-mesh.js';
import { renderPoints } from './render-points.js';
import { supershapes } from './supershapes.js';

const BALL = { centre: [0, 0, 0], radius: 1 } as const;
const FRONT = { width: 100, height: 100, azimuth: 0, elevation: 0, frame: BALL };
const RED_AND_BLUE = Uint8Array.of(255, 0, 0, 0, 0, 255);

describe('known answers: points', () => {
  test('one ball: a disc of its radius in the middle, lit from the upper left, on the background', () => {
    const picture = renderPoints(new Float32Array(3), { ...FRONT, radius: 0.5, background: [1, 2, 3] });
    expect([picture.width, picture.height, picture.channels, picture.data.length]).toEqual([100, 100, 3, 30_000]);
    expect(colourAt(picture, 0, 0)).toEqual([1, 2, 3]);
    const pixels = inked(picture, [1, 2, 3]);
    const radius = 0.94 * 50 * 0.5 * (Math.sqrt(35) / 6); // the ball is drawn as a disc at its centre's depth
    expect(Math.abs(pixels.length / (Math.PI * radius ** 2) - 1)).toBeLessThan(0.06);
    expect(meanOf(pixels)).toEqual([expect.closeTo(50, 0), expect.closeTo(50, 0)]);
    expect(colourAt(picture, 42, 40)[0]).toBeGreaterThan(colourAt(picture, 58, 60)[0]!);
  });

  test.each<[string, readonly [number, number, number], number, number, readonly [number, number]]>([
    ['x is to the right', [0.8, 0, 0], 0, 0, [1, 0]],
    ['y is up', [0, 0.8, 0], 0, 0, [0, -1]],
    ['z is towards the viewer', [0, 0, 0.8], 0, 0, [0, 0]],
    ['from x, z is to the left', [0, 0, 0.8], 90, 0, [-1, 0]],
    ['from x, x is towards the viewer', [0.8, 0, 0], 90, 0, [0, 0]],
    ['from above, z is down', [0, 0, 0.8], 0, 90, [0, 1]],
  ])('%s', (_name, point, azimuth, elevation, [right, down]) => {
    const picture = renderPoints(Float32Array.from(point), { ...FRONT, azimuth, elevation, radius: 0.05 });
    const [x, y] = meanOf(inked(picture));
    const reach = 0.8 * 0.94 * 50 * (Math.sqrt(35) / 6);
    expect(Math.abs(x! - 50 - right * reach)).toBeLessThan(0.75);
    expect(Math.abs(y! - 50 - down * reach)).toBeLessThan(0.75);
  });

  test('what is nearer hides what is behind it, in any order', () => {
    const points = Float32Array.of(0, 0, 0.5, 0, 0, -0.5);
    const options = { ...FRONT, radius: 0.3, colours: RED_AND_BLUE };
    const front = colourAt(renderPoints(points, options), 50, 50);
    const behind = colourAt(renderPoints(points, { ...options, azimuth: 180 }), 50, 50);
    expect(front[0]! - front[2]!).toBeGreaterThan(80);
    expect(behind[2]! - behind[0]!).toBeGreaterThan(80);
  });

  test('the ball around the cloud fills the picture whatever its place and size', () => {
    const points = supershapes()
      .surface([0, 1, 1, 0, 1, 1], key(0), 3_000)
      .map((x) => 1e-3 * x + 5);
    const xs = inked(renderPoints(points, { width: 100, height: 100 })).map(([x]) => x);
    expect(Math.min(...xs)).toBeGreaterThanOrEqual(1);
    expect(Math.min(...xs)).toBeLessThan(6);
    expect(Math.max(...xs)).toBeGreaterThan(93);
  });

  test('points that are not finite, behind the viewer, or not there leave the background', () => {
    const strange = Float32Array.of(Number.NaN, 0, 0, 0, Number.POSITIVE_INFINITY, 0, 0, 0, 7, 0, 0, 1e30);
    expect(inked(renderPoints(strange, FRONT))).toHaveLength(0);
    expect(inked(renderPoints(new Float32Array(), { width: 8, height: 8 }))).toHaveLength(0);
    expect(
      inked(renderPoints(Float32Array.of(Number.NaN, 0, 0, 1, 1, 1), { width: 8, height: 8 })).length,
    ).toBeGreaterThan(0);
  });
});

describe('known answers: meshes', () => {
  test('a ball is seen as a disc that fills the picture but for a margin of 6 %', () => {
    const ball = supershapes().mesh([0, 1, 1, 0, 1, 1]);
    const pixels = inked(renderMesh(ball, FRONT));
    expect(Math.abs(pixels.length / (Math.PI * 47 ** 2) - 1)).toBeLessThan(0.03);
    const inside: Mesh = { positions: ball.positions, faces: ball.faces.slice().reverse() };
    expect(renderMesh(inside, FRONT)).toEqual(renderMesh(ball, FRONT));
  });

  test('of two faces that cross, each is seen where it is nearer', () => {
    const square = (left: number, right: number): number[] => [-0.5, -0.5, left, 0.5, -0.5, right, 0.5, 0.5, right, -0.5, 0.5, left]; // biome-ignore format: corners
    const faces = Uint32Array.of(0, 1, 2, 0, 2, 3);
    const one: Mesh = { positions: Float32Array.from(square(0.4, -0.4)), faces };
    const other: Mesh = { positions: Float32Array.from(square(-0.4, 0.4)), faces };
    const both: Mesh = {
      positions: Float32Array.of(...one.positions, ...other.positions),
      faces: Uint32Array.of(...faces, ...faces.map((i) => i + 4)),
    };
    const picture = renderMesh(both, FRONT);
    expect(colourAt(picture, 38, 50)).toEqual(colourAt(renderMesh(one, FRONT), 38, 50));
    expect(colourAt(picture, 62, 50)).toEqual(colourAt(renderMesh(other, FRONT), 62, 50));
    expect(colourAt(picture, 38, 50)).not.toEqual(colourAt(picture, 62, 50));
  });
});

test.each<[() => unknown, RegExp]>([
  [() => renderPoints(new Float32Array(2)), /renderPoints: got 2 numbers, expected three for each point/],
  [() => renderPoints(new Float32Array(3), { colours: new Uint8Array(1) }), /got 1 numbers of colours, expected 3/],
  [() => renderPoints(new Float32Array(3), { radius: 0 }), /radius must be positive, got 0/],
  [() => renderPoints(new Float32Array(3), { width: 0 }), /width must be an integer of at least 1, got 0/],
  [
    () => renderPoints(new Float32Array(3), { width: 1e5, height: 1e5 }),
    /got 100000 × 100000 pixels, expected at most/,
  ],
  [() => renderPoints(new Float32Array(3), { azimuth: Number.NaN }), /azimuth must be finite, got NaN/],
  [
    () => renderMesh({ positions: new Float32Array(3), faces: Uint32Array.of(0, 0, 1) }),
    /renderMesh: face 0 has vertex 1/,
  ],
  [
    () => renderMesh({ positions: new Float32Array(3), faces: new Uint32Array() }, { frame: { ...BALL, radius: -1 } }),
    /radius must be positive, got -1/,
  ],
])('errors: %#', (act, message) => {
  expect(act).toThrow(message);
  expect(act).toThrow(GenaiError);
});

function colourAt({ width, data }: Picture, x: number, y: number): number[] {
  return Array.from(data.subarray(3 * (y * width + x), 3 * (y * width + x) + 3));
}

/** The middles of the pixels that are not background. */
function inked(picture: Picture, background: readonly number[] = [255, 255, 255]): [number, number][] {
  const found: [number, number][] = [];
  for (let y = 0; y < picture.height; y++) {
    for (let x = 0; x < picture.width; x++) {
      if (String(colourAt(picture, x, y)) !== String(background)) found.push([x + 0.5, y + 0.5]);
    }
  }
  return found;
}

function meanOf(pixels: readonly (readonly [number, number])[]): number[] {
  return [0, 1].map((axis) => pixels.reduce((sum, pixel) => sum + pixel[axis]!, 0) / pixels.length);
}
