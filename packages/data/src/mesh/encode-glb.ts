import { type GeometryLike, geometryOf } from './geometry.js';

/**
 * A mesh or a cloud of points as a binary glTF 2.0 file (.glb), which browsers, viewers and slide programs show.
 *
 * There are triangles where there are faces, and points otherwise; y points up. Colours are written in linear light, as the format
 * asks; normals at unit length.
 *
 * @example
 * await writeFile('cloud.glb', encodeGlb({ points, colours })); // points × 3, points × 3
 * @throws GenaiError if there are no points, one is not finite, something has another length, or a face names a point that there is not.
 * @source Khronos Group 2021, "glTF 2.0 specification", sections 3.6, 3.7 and 4.
 */
export function encodeGlb(shape: GeometryLike): Uint8Array {
  const { points, normals, colours, faces } = geometryOf('encodeGlb', shape);
  const count = points.length / 3;
  const parts: Part[] = [
    { name: 'POSITION', bytes: floatBytes(points), accessor: { ...VEC3, count, ...boundsOf(points) } },
  ];
  if (normals) parts.push({ name: 'NORMAL', bytes: floatBytes(unitLength(normals)), accessor: { ...VEC3, count } });
  if (colours) parts.push({ name: 'COLOR_0', bytes: linearBytes(colours), accessor: { ...COLOUR, count } });
  const attributes = Object.fromEntries(parts.map(({ name }, i) => [name, i]));
  const solid = faces !== undefined && faces.length > 0;
  if (solid) parts.push({ bytes: indexBytes(faces), accessor: { ...INDEX, count: faces.length } });

  let byteLength = 0;
  const bufferViews = parts.map(({ name, bytes }) => {
    const byteOffset = byteLength;
    byteLength += bytes.length; // all are multiples of four
    return { buffer: 0, byteOffset, byteLength: bytes.length, target: name ? ARRAY_BUFFER : ELEMENT_ARRAY_BUFFER };
  });
  const primitive = { attributes, mode: solid ? TRIANGLES : POINTS, material: 0 };
  const json = {
    asset: { version: '2.0', generator: '@genai/data' },
    scene: 0,
    scenes: [{ nodes: [0] }],
    nodes: [{ mesh: 0 }],
    meshes: [{ primitives: [solid ? { ...primitive, indices: parts.length - 1 } : primitive] }],
    materials: [{ pbrMetallicRoughness: { metallicFactor: 0, roughnessFactor: 0.9 }, doubleSided: true }],
    accessors: parts.map(({ accessor }, bufferView) => ({ bufferView, ...accessor })),
    bufferViews,
    buffers: [{ byteLength }],
  };
  const text = new TextEncoder().encode(JSON.stringify(json));
  const binary = new Uint8Array(byteLength);
  for (const [i, { bytes }] of parts.entries()) binary.set(bytes, bufferViews[i]!.byteOffset);
  return glbOf([
    { kind: 0x4e4f534a, bytes: text, padding: 0x20 }, // "JSON"
    { kind: 0x004e4942, bytes: binary, padding: 0 }, // "BIN"
  ]);
}

/** An attribute of the points, or the corners of faces if it has no name. */
type Part = { readonly name?: string; readonly bytes: Uint8Array; readonly accessor: object };

const [POINTS, TRIANGLES] = [0, 4];
const [ARRAY_BUFFER, ELEMENT_ARRAY_BUFFER] = [34962, 34963];
const VEC3 = { componentType: 5126, type: 'VEC3' }; // float
const COLOUR = { componentType: 5123, type: 'VEC4', normalized: true }; // unsigned short
const INDEX = { componentType: 5125, type: 'SCALAR' }; // unsigned int

function glbOf(
  chunks: readonly { readonly kind: number; readonly bytes: Uint8Array; readonly padding: number }[],
): Uint8Array {
  const total = chunks.reduce((sum, { bytes }) => sum + 8 + roundUp(bytes.length), 12);
  const file = new Uint8Array(total);
  const view = new DataView(file.buffer);
  for (const [i, word] of [0x46546c67, 2, total].entries()) view.setUint32(4 * i, word, true); // "glTF"
  let at = 12;
  for (const { kind, bytes, padding } of chunks) {
    const length = roundUp(bytes.length);
    view.setUint32(at, length, true);
    view.setUint32(at + 4, kind, true);
    file.fill(padding, at + 8 + bytes.length, at + 8 + length);
    file.set(bytes, at + 8);
    at += 8 + length;
  }
  return file;
}

function roundUp(length: number): number {
  return Math.ceil(length / 4) * 4;
}

function boundsOf(points: Float32Array): { readonly min: number[]; readonly max: number[] } {
  const min = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  const max = min.map((x) => -x);
  for (let i = 0; i < points.length; i++) {
    min[i % 3] = Math.min(min[i % 3]!, points[i]!);
    max[i % 3] = Math.max(max[i % 3]!, points[i]!);
  }
  return { min, max };
}

function floatBytes(values: Float32Array): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 * values.length));
  for (let i = 0; i < values.length; i++) view.setFloat32(4 * i, values[i]!, true);
  return new Uint8Array(view.buffer);
}

function indexBytes(values: Uint32Array): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 * values.length));
  for (let i = 0; i < values.length; i++) view.setUint32(4 * i, values[i]!, true);
  return new Uint8Array(view.buffer);
}

/** sRGB bytes as 16 bits of linear light and an opaque fourth channel (IEC 61966-2-1). */
function linearBytes(colours: Uint8Array): Uint8Array {
  const table = Array.from({ length: 256 }, (_, byte) => {
    const x = byte / 255;
    return Math.round(65_535 * (x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4));
  });
  const count = colours.length / 3;
  const view = new DataView(new ArrayBuffer(8 * count));
  for (let i = 0; i < count; i++) {
    for (let c = 0; c < 3; c++) view.setUint16(8 * i + 2 * c, table[colours[3 * i + c]!]!, true);
    view.setUint16(8 * i + 6, 65_535, true);
  }
  return new Uint8Array(view.buffer);
}

/** Directions of length 1; one of length 0 points up. */
function unitLength(normals: Float32Array): Float32Array {
  const unit = new Float32Array(normals.length);
  for (let i = 0; i < normals.length; i += 3) {
    const length = Math.hypot(normals[i]!, normals[i + 1]!, normals[i + 2]!);
    if (length === 0) unit[i + 1] = 1;
    else for (let axis = i; axis < i + 3; axis++) unit[axis] = normals[axis]! / length;
  }
  return unit;
}
