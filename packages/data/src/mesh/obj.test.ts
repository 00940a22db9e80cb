import { fold, GenaiError, key, randomBits, randomIntegers, randomNormal, split } from '@genai/core';
import { expect, test } from 'vitest';
import { decodeObj } from './decode-obj.js';
import { encodeObj } from './encode-obj.js';

const SQUARE = `# a square, and a triangle on it
mtllib none.mtl
o square
v 0 0 0 1.0
v 1 0 0 0.5 0.5 0.5
  v 1 1e0 -.5
vt 0 0
vn 0 0 1
v 0 1 0
s off
f 1/1/1 2//1 3/1 4
v 0 0 7\r
f -1 -5 \\
  -4 # the last, and the first two
f 6 5 1
v 3 3 3
`;

test('goldens: every form of corner, polygons, comments, a joined line, and all else passed over', () => {
  const { positions, faces } = decodeObj(SQUARE);
  expect([...positions]).toEqual([0, 0, 0, 1, 0, 0, 1, 1, -0.5, 0, 1, 0, 0, 0, 7, 3, 3, 3]);
  expect([...faces]).toEqual([0, 1, 2, 0, 2, 3, 4, 0, 1, 5, 4, 0]);
});

test('goldens: the text of a mesh, and of points', () => {
  const positions = Float32Array.of(0, 0.1, -1, 2, 1e-8, 16777216, 0, 0, 0);
  expect(encodeObj({ positions, faces: Uint32Array.of(0, 1, 2) })).toBe(
    'v 0 0.1 -1\nv 2 1e-8 16777216\nv 0 0 0\nf 1 2 3\n',
  );
  expect(encodeObj(Float32Array.of(1, 2, 3))).toBe('v 1 2 3\n');
});

test('properties: 100 meshes come back as they were', () => {
  for (let seed = 0; seed < 100; seed++) {
    const [places, corners] = split(key(seed));
    const positions = randomNormal(places, 3 * (1 + seed)).map((x, i) => x * 10 ** ((i % 70) - 35));
    const faces = Uint32Array.from(randomIntegers(corners, 3 * (seed % 9), { min: 0, max: 1 + seed }));
    expect(decodeObj(encodeObj({ positions, faces }))).toEqual({ positions, faces });
  }
});

test('properties: 2,000 mutated files load or give a GenaiError', () => {
  const [places, values] = split(key(0));
  let loaded = 0;
  for (let i = 0; i < 2_000; i++) {
    const file = [...SQUARE];
    const [at, to] = [randomBits(fold(places, i), 4), randomBits(fold(values, i), 4)];
    for (let j = 0; j <= i % 4; j++) file[at[j]! % file.length] = String.fromCharCode(to[j]! & 127);
    try {
      const { positions, faces } = decodeObj(file.join(''), `file ${i}`);
      loaded++;
      expect(positions.every(Number.isFinite)).toBe(true);
      expect(faces.every((corner) => corner < positions.length / 3)).toBe(true);
    } catch (error) {
      expect(GenaiError.is(error), `file ${i}: ${error}`).toBe(true);
      expect((error as Error).message).toContain(`file ${i}`);
    }
  }
  expect(loaded).toBeGreaterThan(200);
  expect(loaded).toBeLessThan(1_900);
});

test.each<[string, string]>([
  ['v 1 2', 'decodeObj: a.obj has the line "v 1 2" (line 1), expected v and three finite numbers.'],
  ['v 1 2 x', 'expected v and three finite numbers'],
  ['v 1 2 1e39', 'expected v and three finite numbers'],
  ['v 0 0 0\nf 1 1', '"f 1 1" (line 2), expected at least three corners'],
  ['v 0 0 0\nf 1 1 a', 'expected f and corners such as 1, 1/2, 1//3 or 1/2/3'],
  ['v 0 0 0\nf 1 1 1.5', 'expected f and corners'],
  ['v 0 0 0\nf 1 1 0\nv 0 0 0', 'expected vertices from 1, or from -1 back to -1'],
  ['v 0 0 0\nf 1 1 -2', 'expected vertices from 1, or from -1 back to -1'],
  ['v 0 0 0\nf 1 1 2', 'a.obj has a face with vertex 2, expected 1 to 1.'],
  ['v 0 0 0\nf 1 1 99999999999999999999', 'has a face with vertex 100000000000000000000, expected 1 to 1.'],
])('errors: %j', (text, message) => {
  expect(() => decodeObj(text, 'a.obj')).toThrow(message);
  expect(() => decodeObj(text, 'a.obj')).toThrow(GenaiError);
});
