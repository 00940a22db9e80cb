import { GenaiError, key, randomNormal } from '@genai/core';
import { describe, expect, test } from 'vitest';
import { encodeGlb } from './encode-glb.js';
import type { GeometryLike } from './geometry.js';
import { tori } from './tori.js';

// All four below were also checked once by Khronos' gltf-validator 2.0.0-dev.3.10 (npm), which found no error and no warning:
// validateBytes(encodeGlb(shape)).then(({ issues }) => issues.numErrors + issues.numWarnings), 0 each.
const SHAPES: { readonly [name: string]: GeometryLike } = {
  points: Float32Array.of(0, 0.1, -1, 2, 1e-8, 3, 0.7, 0, 0),
  'coloured points': { points: randomNormal(key(0), 15), colours: Uint8Array.from({ length: 15 }, (_, i) => 17 * i) },
  mesh: tori().mesh([0.4, 1]),
  all: {
    points: randomNormal(key(0), 9),
    normals: Float32Array.of(0, 0, 2, 3, 4, 0, 0, 0, 0),
    colours: new Uint8Array(9),
    faces: Uint32Array.of(0, 1, 2),
  },
};

describe.each(Object.entries(SHAPES))('laws: %s', (_name, shape) => {
  test('header, chunks and views are aligned, of the length they say, and padded as they must be', () => {
    const file = encodeGlb(shape);
    const view = new DataView(file.buffer);
    const word = (at: number): number => view.getUint32(at, true);
    expect([word(0), word(4), word(8)]).toEqual([0x46546c67, 2, file.length]);
    const json = word(12);
    const binary = word(20 + json);
    expect([word(16), word(24 + json)]).toEqual([0x4e4f534a, 0x004e4942]);
    expect([json % 4, binary % 4, 28 + json + binary]).toEqual([0, 0, file.length]);
    const text = new TextDecoder().decode(file.subarray(20, 20 + json));
    expect(text.trimEnd().endsWith('}')).toBe(true);
    const { buffers, bufferViews } = read(file);
    expect(buffers).toEqual([{ byteLength: binary }]);
    let end = 0;
    for (const { byteOffset, byteLength } of bufferViews) {
      expect([byteOffset, byteOffset % 4]).toEqual([end, 0]);
      end += byteLength;
    }
    expect(end).toBe(binary);
  });

  test('the points come back, between the bounds that are told', () => {
    const { accessors, floats, attributes } = read(encodeGlb(shape));
    const points = shape instanceof Float32Array ? shape : 'positions' in shape ? shape.positions : shape.points;
    expect(floats(attributes.POSITION!)).toEqual(points);
    const { min, max, count } = accessors[attributes.POSITION!]!;
    expect(count).toBe(points.length / 3);
    for (const axis of [0, 1, 2]) {
      const along = [...points].filter((_, i) => i % 3 === axis);
      expect([min![axis], max![axis]]).toEqual([Math.min(...along), Math.max(...along)]);
    }
  });
});

describe('known answers', () => {
  test('points have mode 0, faces mode 4 and their corners as indices', () => {
    expect(read(encodeGlb(SHAPES.points!)).primitive).toEqual({ attributes: { POSITION: 0 }, mode: 0, material: 0 });
    const { primitive, floats, attributes, words } = read(encodeGlb(SHAPES.all!));
    expect(primitive).toMatchObject({ attributes: { POSITION: 0, NORMAL: 1, COLOR_0: 2 }, mode: 4, indices: 3 });
    expect([...words(3)]).toEqual([0, 1, 2]);
    expect([...floats(attributes.NORMAL!)]).toEqual([0, 0, 1, Math.fround(0.6), Math.fround(0.8), 0, 0, 1, 0]);
  });

  test('colours are linear: sRGB 188 is half the light of 255', () => {
    const { shorts } = read(encodeGlb({ points: new Float32Array(3), colours: Uint8Array.of(0, 188, 255) }));
    const [red, green, blue, alpha] = shorts(1);
    expect([red, blue, alpha]).toEqual([0, 65_535, 65_535]);
    expect(green! / 65_535).toBeCloseTo(0.5029, 4); // ((188/255 + 0.055)/1.055)^2.4
  });
});

test('errors: nothing, and bounds that JSON has no numbers for', () => {
  expect(() => encodeGlb(new Float32Array())).toThrow(/encodeGlb: there are no points/);
  expect(() => encodeGlb(Float32Array.of(0, Number.POSITIVE_INFINITY, 0))).toThrow(GenaiError);
});

type Gltf = {
  readonly meshes: readonly { readonly primitives: readonly { readonly attributes: { readonly [name: string]: number } }[] }[]; // biome-ignore format: one line
  readonly accessors: readonly { readonly bufferView: number; readonly count: number; readonly min?: number[]; readonly max?: number[] }[]; // biome-ignore format: one line
  readonly bufferViews: readonly { readonly byteOffset: number; readonly byteLength: number }[];
  readonly buffers: readonly unknown[];
};

/** A reader of our own making: chunks by the specification, accessors by their views. */
function read(file: Uint8Array): Gltf & {
  readonly primitive: Gltf['meshes'][number]['primitives'][number];
  readonly attributes: { readonly [name: string]: number };
  readonly floats: (accessor: number) => Float32Array;
  readonly words: (accessor: number) => Uint32Array;
  readonly shorts: (accessor: number) => Uint16Array;
} {
  const json = new DataView(file.buffer).getUint32(12, true);
  const gltf = JSON.parse(new TextDecoder().decode(file.subarray(20, 20 + json))) as Gltf;
  const bytes = (accessor: number): ArrayBuffer => {
    const { byteOffset, byteLength } = gltf.bufferViews[gltf.accessors[accessor]!.bufferView]!;
    return file.slice(28 + json + byteOffset, 28 + json + byteOffset + byteLength).buffer as ArrayBuffer;
  };
  const primitive = gltf.meshes[0]!.primitives[0]!;
  return {
    ...gltf,
    primitive,
    attributes: primitive.attributes,
    floats: (accessor) => new Float32Array(bytes(accessor)),
    words: (accessor) => new Uint32Array(bytes(accessor)),
    shorts: (accessor) => new Uint16Array(bytes(accessor)),
  };
}
