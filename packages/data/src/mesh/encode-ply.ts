import { floatText } from './float-text.js';
import { type GeometryLike, geometryOf } from './geometry.js';

/**
 * Points, and normals, colours and faces where there are any, as a PLY file: binary, little-endian, or text if `ascii`.
 *
 * @example
 * await writeFile('cloud.ply', encodePly({ points, colours })); // points × 3, points × 3
 * await writeFile('torus.ply', encodePly(mesh, { ascii: true }));
 * @throws GenaiError if there are no points, one is not finite, something has another length, or a face names a point that there is not.
 * @source Turk 1994, "The PLY polygon file format".
 */
export function encodePly(shape: GeometryLike, { ascii = false }: { readonly ascii?: boolean } = {}): Uint8Array {
  const { points, normals, colours, faces } = geometryOf('encodePly', shape);
  const count = points.length / 3;
  const triangles = (faces?.length ?? 0) / 3;
  const header = [
    'ply',
    `format ${ascii ? 'ascii' : 'binary_little_endian'} 1.0`,
    `element vertex ${count}`,
    ...['x', 'y', 'z'].map((axis) => `property float ${axis}`),
    ...(normals ? ['nx', 'ny', 'nz'].map((axis) => `property float ${axis}`) : []),
    ...(colours ? ['red', 'green', 'blue'].map((channel) => `property uchar ${channel}`) : []),
    ...(faces ? [`element face ${triangles}`, 'property list uchar int vertex_indices'] : []),
    'end_header\n',
  ].join('\n');
  if (ascii) {
    const rows = Array.from({ length: count }, (_, i) => {
      const floats = [points, normals].flatMap((values) => (values ? Array.from(triple(values, i), floatText) : []));
      return [...floats, ...(colours ? triple(colours, i) : [])].join(' ');
    });
    for (let i = 0; i < triangles; i++) rows.push(`3 ${triple(faces!, i).join(' ')}`);
    return new TextEncoder().encode(`${header}${rows.join('\n')}\n`);
  }
  const row = 12 + (normals ? 12 : 0) + (colours ? 3 : 0);
  const bytes = new Uint8Array(header.length + row * count + 13 * triangles);
  bytes.set(new TextEncoder().encode(header));
  const view = new DataView(bytes.buffer);
  let at = header.length;
  for (let i = 0; i < count; i++) {
    for (const values of [points, normals]) {
      if (values) for (let axis = 0; axis < 3; axis++, at += 4) view.setFloat32(at, values[3 * i + axis]!, true);
    }
    if (colours) for (let channel = 0; channel < 3; channel++) bytes[at++] = colours[3 * i + channel]!;
  }
  for (let i = 0; i < triangles; i++) {
    bytes[at++] = 3;
    for (let corner = 0; corner < 3; corner++, at += 4) view.setInt32(at, faces![3 * i + corner]!, true);
  }
  return bytes;
}

function triple<A extends Float32Array | Uint8Array | Uint32Array>(values: A, i: number): A {
  return values.subarray(3 * i, 3 * i + 3) as A;
}
