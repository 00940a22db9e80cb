import { fold, GenaiError, type Key, key, randomBits, randomIntegers, randomNormal, split } from '@genai/core';
import { describe, expect, test } from 'vitest';
import { decodePly } from './decode-ply.js';
import { encodePly } from './encode-ply.js';
import type { Geometry } from './geometry.js';

const TRIANGLE: Geometry = {
  points: Float32Array.of(0, 0, 0, 1, 0, 0, 0, 0.1, 0),
  colours: Uint8Array.of(255, 0, 0, 0, 255, 0, 0, 0, 255),
  faces: Uint32Array.of(0, 1, 2),
};

describe('goldens', () => {
  test('the bytes of a triangle', () => {
    const header =
      'ply\nformat binary_little_endian 1.0\nelement vertex 3\nproperty float x\nproperty float y\nproperty float z\n' +
      'property uchar red\nproperty uchar green\nproperty uchar blue\nelement face 1\nproperty list uchar int vertex_indices\nend_header\n';
    const body = bytesOf(
      '00000000 00000000 00000000 ff0000',
      '0000803f 00000000 00000000 00ff00',
      '00000000 cdcccc3d 00000000 0000ff',
      '03 00000000 01000000 02000000',
    );
    expect(encodePly(TRIANGLE)).toEqual(Uint8Array.of(...textBytes(header), ...body));
  });

  test('the text of points with normals', () => {
    const text = new TextDecoder().decode(
      encodePly({ points: Float32Array.of(0.1, -2, 1e-20), normals: Float32Array.of(0, 1, 0) }, { ascii: true }),
    );
    expect(text).toBe(
      'ply\nformat ascii 1.0\nelement vertex 1\nproperty float x\nproperty float y\nproperty float z\n' +
        'property float nx\nproperty float ny\nproperty float nz\nend_header\n0.1 -2 1e-20 0 1 0\n',
    );
  });

  test('a big-endian file: doubles, 16-bit colours, a list among the numbers, polygons, and elements that are passed over', () => {
    const header =
      'ply\r\nformat binary_big_endian 1.0\r\ncomment made by hand\r\nelement face 3\r\nproperty uchar flags\r\n' +
      'property list ushort uint16 vertex_index\r\nelement edge 2\r\nproperty list uchar char v\r\nelement nothing 999999999\r\n' +
      'element vertex 4\r\nproperty double z\r\nproperty list uint8 int8 marks\r\nproperty int16 y\r\nproperty float32 x\r\n' +
      'property ushort red\r\nproperty ushort green\r\nproperty ushort blue\r\nend_header\r\n';
    const body = bytesOf(
      '00 0004 0000 0001 0002 0003', // a square
      '01 0002 0000 0001', // a line is no face
      '00 0003 0003 0002 0001',
      '00 02 0102', // edges: none, and two numbers
      '3ff8000000000000 02 0102 fffe 3f000000 ffff 0000 8080', // z 1.5, y −2, x 0.5
      '0000000000000000 00 0000 00000000 0000 0000 0000',
      '0000000000000000 00 0001 00000000 0000 0000 0000',
      '0000000000000000 01 07 0002 00000000 0000 0000 0000',
    );
    expect(decodePly(Uint8Array.of(...textBytes(header), ...body))).toEqual({
      points: Float32Array.of(0.5, -2, 1.5, 0, 0, 0, 0, 1, 0, 0, 2, 0),
      colours: Uint8Array.of(255, 0, 128, 0, 0, 0, 0, 0, 0, 0, 0, 0),
      faces: Uint32Array.of(0, 1, 2, 0, 2, 3, 3, 2, 1),
    });
  });

  test('text: float colours are scaled, numbers that are not wanted may be nan, line ends do not matter', () => {
    const file = plyText(
      'element vertex 1\nproperty float x\nproperty float quality\nproperty float y\nproperty float z\n' +
        'property float red\nproperty float green\nproperty float blue',
      '1 nan\t2\r\n 3 0.5 -1 2',
    );
    const { points, colours } = decodePly(file);
    expect([...points, ...colours!]).toEqual([1, 2, 3, 128, 0, 255]);
  });
});

describe('properties', () => {
  test('120 geometries come back as they were, binary and as text', () => {
    for (let seed = 0; seed < 120; seed++) {
      const geometry = randomGeometry(key(seed), seed);
      for (const ascii of [false, true]) expect(decodePly(encodePly(geometry, { ascii }))).toEqual(geometry);
    }
  });

  test('2,000 mutated files load or give a GenaiError', () => {
    const [places, values] = split(key(0));
    const files = [false, true].map((ascii) => encodePly(randomGeometry(key(7), 15), { ascii }));
    let loaded = 0;
    for (let i = 0; i < 2_000; i++) {
      const file = Uint8Array.from(files[i % 2]!);
      const [at, to] = [randomBits(fold(places, i), 4), randomBits(fold(values, i), 4)];
      for (let j = 0; j <= i % 4; j++) file[at[j]! % file.length] = to[j]! & 255;
      const cut = i % 5 === 0 ? file.subarray(0, at[3]! % file.length) : file;
      try {
        const { points, faces } = decodePly(cut, `file ${i}`);
        loaded++;
        expect(points.every(Number.isFinite)).toBe(true);
        expect((faces ?? []).every((corner) => corner < points.length / 3)).toBe(true);
      } catch (error) {
        expect(GenaiError.is(error), `file ${i}: ${error}`).toBe(true);
        expect((error as Error).message).toContain(`file ${i}`);
      }
    }
    expect(loaded).toBeGreaterThan(200);
    expect(loaded).toBeLessThan(1_900);
  });
});

describe('errors', () => {
  const xyz = 'property float x\nproperty float y\nproperty float z';
  const faces = 'property list uint int vertex_indices';

  test.each<[string, Uint8Array, RegExp]>([
    ['nothing', Uint8Array.of(), /scan\.ply starts otherwise, expected "ply"/],
    ['another kind of file', textBytes('solid cube\n'), /starts otherwise/],
    ['a header without end', textBytes(`ply\n${'comment\n'.repeat(20_000)}`), /no end_header in its first 65536 bytes/],
    ['no format', textBytes('ply\nend_header\n'), /is of format undefined/],
    ['a format to come', textBytes('ply\nformat binary 2.0\nend_header\n'), /is of format "binary", expected ascii/],
    ['a count that is none', plyText(`element vertex -1\n${xyz}`, ''), /the line "element vertex -1"/],
    ['an unknown type', plyText('element vertex 1\nproperty half x', ''), /the line "property half x"/],
    ['lists of broken length', plyText('element face 1\nproperty list float int v', ''), /has the line "property list/],
    ['a property first', plyText('property float x', ''), /has a property first/],
    ['a property twice', plyText(`element vertex 1\n${xyz}\nproperty float x`, ''), /"property float x" twice/],
    ['an element twice', plyText(`element vertex 0\n${xyz}\nelement vertex 0`, ''), /"element vertex 0" twice/],
    ['another word', plyText('include /etc/passwd', ''), /the line "include \/etc\/passwd"/],
    ['no vertices', plyText('element face 0', ''), /no element "vertex"/],
    [
      'flat vertices',
      plyText('element vertex 1\nproperty float x\nproperty float y', '0 0'),
      /without numbers x, y and z/,
    ],
    ['very many vertices', plyText(`element vertex 4000000000000\n${xyz}`, '0 0 0'), /6 bytes for 4000000000000 rows/],
    [
      'many faces',
      plyText(`element vertex 0\n${xyz}\nelement face 99\n${faces}`, '3 0 0 0'),
      /for 99 rows of element "face"/,
    ],
    [
      'a long list',
      plyText(`element vertex 0\n${xyz}\nelement face 1\n${faces}`, '4294967295 0 0'),
      /expected further numbers/,
    ],
    ['a list below zero', plyText(`element vertex 0\n${xyz}\nelement face 1\n${faces}`, '-1'), /a list of -1 numbers/],
    ['words', plyText(`element vertex 1\n${xyz}`, 'zero 0 0'), /what is not a number, before byte/],
    ['a very long number', plyText(`element vertex 1\n${xyz}`, `${'1'.repeat(99)} 0 0`), /a number of 99 letters/],
    ['more than float32 holds', plyText(`element vertex 1\n${xyz}`, '0 1e39 0'), /not finite in vertex 0/],
    [
      'a corner too far',
      plyText(`element vertex 1\n${xyz}\nelement face 1\n${faces}`, '0 0 0 3 0 0 1'),
      /face with vertex 1, expected an integer from 0 to 0/,
    ],
    [
      'a broken corner',
      plyText(`element vertex 2\n${xyz}\nelement face 1\n${faces}`, '0 0 0 1 1 1 3 0 0.5 1'),
      /vertex 0\.5/,
    ],
    ['cut off', encodePly(TRIANGLE).subarray(0, -1), /ends at byte \d+, expected further numbers/],
  ])('bytes: %s', (_name, bytes, message) => {
    expect(() => decodePly(bytes, 'scan.ply')).toThrow(message);
    expect(() => decodePly(bytes, 'scan.ply')).toThrow(GenaiError);
  });

  test.each<[Geometry | Float32Array, RegExp]>([
    [new Float32Array(), /encodePly: there are no points/],
    [new Float32Array(4), /encodePly: got 4 numbers, expected three for each point/],
    [Float32Array.of(0, 0, 0, 0, Number.NaN, 0), /points must be finite, got NaN at point 1/],
    [{ points: new Float32Array(3), colours: new Uint8Array(4) }, /got 4 numbers of colours, expected 3/],
    [{ ...TRIANGLE, faces: Uint32Array.of(0, 1, 3) }, /face 0 has vertex 3, expected a number below 3/],
    [{ ...TRIANGLE, faces: Uint32Array.of(0, 1) }, /got 2 corners of faces/],
  ])('arguments: %#', (geometry, message) => {
    expect(() => encodePly(geometry)).toThrow(message);
    expect(() => encodePly(geometry)).toThrow(GenaiError);
  });
});

/** Points with any of the rest, as the bits of `parts` tell. */
function randomGeometry(k: Key, parts: number): Geometry {
  const [places, directions, tints, corners] = split(k, 4);
  const count = 1 + (parts % 23);
  return {
    points: randomNormal(places, 3 * count).map((x, i) => x * 10 ** ((i % 9) - 4)),
    ...(parts & 1 && { normals: randomNormal(directions, 3 * count) }),
    ...(parts & 2 && { colours: Uint8Array.from(randomBits(tints, 3 * count)) }),
    ...(parts & 4 && { faces: Uint32Array.from(randomIntegers(corners, 3 * (parts % 7), { min: 0, max: count })) }),
  };
}

function plyText(header: string, body: string): Uint8Array {
  return textBytes(`ply\nformat ascii 1.0\n${header}\nend_header\n${body}\n`);
}

function textBytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function bytesOf(...lines: readonly string[]): Uint8Array {
  const digits = lines.join('').replaceAll(' ', '');
  return Uint8Array.from({ length: digits.length / 2 }, (_, i) => Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16));
}
