import { GenaiError } from '@genai/core';
import type { Picture } from '../picture.js';
import { cameraOf, project, type ViewOptions } from './camera.js';
import { countPoints } from './mesh.js';
import { positionColours } from './position-colours.js';
import { drawBall, finish, rasterOf } from './raster.js';

export interface RenderPointsOptions extends ViewOptions {
  /** points × 3 bytes: red, green, blue of each point; unless given, the colour tells the place. */
  readonly colours?: Uint8Array;
  /** Of each point, in the unit of the points; unless given, as few or many points need to look like a surface. */
  readonly radius?: number;
}

/**
 * A cloud as a picture, RGB: small lit balls seen in weak perspective, y upwards. Points that are not finite are left out.
 *
 * @example
 * await writeFile('cloud.png', encodePng(renderPoints(points, { azimuth: 45 }))); // points × 3
 * @throws GenaiError if the numbers are no triples, colours are not as many, or a size is out of range.
 */
export function renderPoints(points: Float32Array, options: RenderPointsOptions = {}): Picture {
  const where = 'renderPoints';
  const count = countPoints(where, points);
  const camera = cameraOf(where, points, options);
  const { colours = positionColours(points, camera), radius = camera.radius * radiusFor(count) } = options;
  if (colours.length !== points.length) {
    throw new GenaiError(
      `${where}: got ${colours.length} numbers of colours, expected ${points.length}: three for each point.`,
    );
  }
  if (!(radius > 0 && Number.isFinite(radius))) {
    throw new GenaiError(`${where}: radius must be positive, got ${radius}.`);
  }
  const { raster, fine } = rasterOf(camera);
  for (let i = 0; i < points.length; i += 3) {
    const place = project(fine, points[i]!, points[i + 1]!, points[i + 2]!);
    drawBall(raster, fine, place, radius, [colours[i]!, colours[i + 1]!, colours[i + 2]!]);
  }
  return finish(raster, camera, { dark: 2, fog: 0.45 });
}

/** Beside the radius of the whole: points on a surface are about 1 / √count apart. */
function radiusFor(count: number): number {
  return Math.min(0.06, Math.max(0.006, 1.05 / Math.sqrt(Math.max(1, count))));
}
