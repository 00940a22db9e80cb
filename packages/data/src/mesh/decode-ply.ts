import { GenaiError } from '@genai/core';
import type { Geometry } from './geometry.js';
import { PlyBody } from './ply-body.js';
import { type PlyElement, readPlyHeader } from './ply-header.js';

/**
 * Reads a PLY file, text or binary of either byte order: points, and normals, colours and faces where it has them. `name` stands in errors.
 *
 * Colours become bytes: floats from 0 to 1 are scaled, so are 16 bits. Polygons are cut into fans of triangles; those of fewer than three
 * corners, other elements and other properties are passed over.
 *
 * @example
 * const { points, faces } = decodePly(await readFile('bunny.ply')); // points × 3, faces × 3
 * @throws GenaiError if the bytes are not such a file, a point or a normal is not finite in float32, or a face names a point that there is
 * not; no more is allocated than the bytes make up.
 * @source Turk 1994, "The PLY polygon file format".
 */
export function decodePly(bytes: Uint8Array, name = 'the PLY file'): Geometry {
  const header = readPlyHeader(bytes, name);
  const body = new PlyBody(bytes, header, name);
  let vertices: Omit<Geometry, 'faces'> | undefined;
  let faces: number[] | undefined;
  for (const element of header.elements) {
    if (element.properties.length === 0) continue; // rows of nothing take no bytes, however many
    body.expectRows(element);
    if (element.name === 'vertex') vertices = readVertices(body, element, name);
    else if (element.name === 'face') faces = readFaces(body, element);
    else for (let row = 0; row < element.count; row++) readRow(body, element);
  }
  if (!vertices)
    throw new GenaiError(`decodePly: ${name} has no element "vertex" with properties, expected x, y and z.`);
  if (!faces) return vertices;
  const count = vertices.points.length / 3;
  const outside = faces.find((index) => !(Number.isInteger(index) && index >= 0 && index < count));
  if (outside === undefined) return { ...vertices, faces: Uint32Array.from(faces) };
  throw new GenaiError(
    `decodePly: ${name} has a face with vertex ${outside}, expected an integer from 0 to ${count - 1}. Is it damaged?`,
  );
}

function readVertices(body: PlyBody, element: PlyElement, name: string): Omit<Geometry, 'faces'> {
  const { count, properties } = element;
  const columnsOf = (...names: readonly [string, string, string]): number[] | undefined => {
    const columns = names.map((n) => properties.findIndex((p) => p.name === n && !p.lengthType));
    return columns.includes(-1) ? undefined : columns;
  };
  const places = columnsOf('x', 'y', 'z');
  const directions = columnsOf('nx', 'ny', 'nz');
  const tints = columnsOf('red', 'green', 'blue') ?? columnsOf('diffuse_red', 'diffuse_green', 'diffuse_blue');
  if (!places) throw new GenaiError(`decodePly: ${name} has vertices without numbers x, y and z.`);
  const points = new Float32Array(3 * count);
  const normals = directions && new Float32Array(3 * count);
  const colours = tints && new Uint8ClampedArray(3 * count);
  const scales = tints?.map((column) => COLOUR_SCALES[properties[column]!.type] ?? 1);
  const row = new Float64Array(properties.length);
  const wanted = new Set([...places, ...(directions ?? []), ...(tints ?? [])]);
  for (let vertex = 0; vertex < count; vertex++) {
    readRow(body, element, row, wanted);
    for (let axis = 0; axis < 3; axis++) {
      const to = 3 * vertex + axis;
      points[to] = row[places[axis]!]!;
      if (normals) normals[to] = row[directions[axis]!]!;
      if (colours) colours[to] = row[tints[axis]!]! * scales![axis]!; // rounds and clamps
      if (!Number.isFinite(points[to]) || (normals && !Number.isFinite(normals[to]))) {
        body.fail(`what is not finite in vertex ${vertex}`);
      }
    }
  }
  return { points, ...(normals && { normals }), ...(colours && { colours: new Uint8Array(colours.buffer) }) };
}

/** What makes colours of a type bytes. */
const COLOUR_SCALES: { readonly [type: string]: number } = { float: 255, double: 255, ushort: 1 / 257 };

function readFaces(body: PlyBody, element: PlyElement): number[] {
  const { count, properties } = element;
  const corners = properties.find((p) => p.lengthType && (p.name === 'vertex_indices' || p.name === 'vertex_index'));
  const faces: number[] = [];
  for (let face = 0; face < count; face++) {
    for (const property of properties) {
      const { type, lengthType } = property;
      const length = lengthType ? body.length(lengthType) : 1;
      if (property !== corners) {
        for (let i = 0; i < length; i++) body.passOver(type);
        continue;
      }
      let [first, last] = [0, 0];
      for (let i = 0; i < length; i++) {
        const corner = body.number(type);
        if (i === 0) first = corner;
        else if (i > 1) faces.push(first, last, corner);
        last = corner;
      }
    }
  }
  return faces;
}

/** Reads a row, and puts the numbers of wanted columns into it; all else is passed over, be it a number or not. */
function readRow(body: PlyBody, { properties }: PlyElement, row?: Float64Array, wanted?: ReadonlySet<number>): void {
  for (let p = 0; p < properties.length; p++) {
    const { type, lengthType } = properties[p]!;
    if (lengthType) for (let left = body.length(lengthType); left > 0; left--) body.passOver(type);
    else if (row && wanted?.has(p)) row[p] = body.number(type);
    else body.passOver(type);
  }
}
