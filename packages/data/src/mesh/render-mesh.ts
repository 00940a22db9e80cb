import type { Picture } from '../picture.js';
import { type Camera, cameraOf, NEAR, project, type ViewOptions } from './camera.js';
import { checkMesh, type Mesh } from './mesh.js';
import { finish, light, putColour, type Raster, rasterOf } from './raster.js';

export interface RenderMeshOptions extends ViewOptions {
  /** Red, green and blue from 0 to 255; a light blue unless given. */
  readonly colour?: readonly [red: number, green: number, blue: number];
}

/**
 * A mesh as a picture, RGB: faces lit flat on both sides, seen in weak perspective, y upwards.
 *
 * @example
 * await writeFile('chair.png', encodePng(renderMesh(family.mesh(family.draw(key(0))))));
 * @throws GenaiError if a face names a vertex that there is not, or a size is out of range.
 */
export function renderMesh(mesh: Mesh, { colour = [150, 185, 225], ...view }: RenderMeshOptions = {}): Picture {
  checkMesh('renderMesh', mesh);
  const { positions, faces } = mesh;
  const camera = cameraOf('renderMesh', positions, view);
  const { raster, fine } = rasterOf(camera);
  const corner = (i: number): Corner => project(fine, positions[3 * i]!, positions[3 * i + 1]!, positions[3 * i + 2]!);
  for (let i = 0; i < faces.length; i += 3) {
    const corners = [corner(faces[i]!), corner(faces[i + 1]!), corner(faces[i + 2]!)] as const;
    const inFront = corners.every((c) => Number.isFinite(c[0] + c[1] + c[2]) && c[2] > NEAR * camera.radius);
    if (inFront) drawTriangle(raster, fine, corners, colour);
  }
  return finish(raster, camera, { dark: 5, fog: 0.15 });
}

type Corner = readonly [x: number, y: number, depth: number];

function drawTriangle(
  { width, height, depths, colours }: Raster,
  camera: Camera,
  [a, b, c]: readonly [Corner, Corner, Corner],
  colour: readonly [number, number, number],
): void {
  const area = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
  if (area === 0) return;
  const shade = shadeOf(camera, a, b, c);
  const [left, right] = bounds(a[0], b[0], c[0], width);
  const [top, bottom] = bounds(a[1], b[1], c[1], height);
  for (let row = top; row <= bottom; row++) {
    const y = row + 0.5;
    for (let column = left; column <= right; column++) {
      const x = column + 0.5;
      const v = ((x - a[0]) * (c[1] - a[1]) - (y - a[1]) * (c[0] - a[0])) / area;
      const w = ((b[0] - a[0]) * (y - a[1]) - (b[1] - a[1]) * (x - a[0])) / area;
      const u = 1 - v - w;
      if (u < 0 || v < 0 || w < 0) continue;
      const depth = 1 / (u / a[2] + v / b[2] + w / c[2]); // inverse depths are linear in the picture
      const at = row * width + column;
      if (depth >= depths[at]!) continue;
      depths[at] = depth;
      putColour(colours, at, colour, shade);
    }
  }
}

/** The light on a face, whose normal is turned to the viewer. */
function shadeOf(camera: Camera, ...corners: readonly [Corner, Corner, Corner]): number {
  const [a, b, c] = corners.map(([x, y, depth]) => [
    ((x - camera.width / 2) * depth) / camera.focal,
    ((camera.height / 2 - y) * depth) / camera.focal,
    -depth,
  ]) as [number[], number[], number[]];
  const u = b.map((value, axis) => value - a[axis]!) as [number, number, number];
  const v = c.map((value, axis) => value - a[axis]!) as [number, number, number];
  const normal = [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]] as const;
  const length = Math.hypot(...normal) * (normal[2] < 0 ? -1 : 1) || 1;
  return light(normal[0] / length, normal[1] / length, normal[2] / length);
}

function bounds(a: number, b: number, c: number, size: number): readonly [number, number] {
  return [Math.max(0, Math.floor(Math.min(a, b, c))), Math.min(size - 1, Math.ceil(Math.max(a, b, c)))];
}
