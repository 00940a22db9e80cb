import {
  BufferAttribute,
  BufferGeometry,
  Color,
  DataTexture,
  Fog,
  LinearSRGBColorSpace,
  PerspectiveCamera,
  Points,
  PointsMaterial,
  Scene,
  WebGLRenderer,
} from 'three';
import { cellsOf, DISTANCE, dotOf, LEFT_BEHIND, MARGIN, type Painter, type Picture } from './painter.js';

/** Draws by WebGL, with three.js: import it dynamically, it is as large as all else. */
export class ThreePainter implements Painter {
  readonly kind = 'WebGL';
  readonly canvas: HTMLCanvasElement = document.createElement('canvas');
  readonly #renderer = new WebGLRenderer({ canvas: this.canvas, alpha: true, antialias: false });
  readonly #ball = ballTexture();
  readonly #material = new PointsMaterial({ map: this.#ball, alphaTest: 0.5, vertexColors: true });
  readonly #fog = new Fog(0);
  readonly #scene = new Scene();
  readonly #camera = new PerspectiveCamera();
  readonly #points: Points<BufferGeometry>[] = [];
  /** What the geometries hold, so that turning a cloud sends nothing. */
  readonly #held: { readonly cloud: Float32Array; readonly colours: Uint8Array }[] = [];

  constructor() {
    this.#renderer.outputColorSpace = LinearSRGBColorSpace; // colours are as they are given
    this.#renderer.autoClear = false;
    this.#scene.fog = this.#fog;
  }

  readonly paint = ({ clouds, colours, reach, azimuth, tilt, background, width, height }: Picture): void => {
    this.#renderer.setPixelRatio(Math.min(2, devicePixelRatio));
    this.#renderer.setSize(width, height, false);
    this.#hold(clouds, colours);
    const [red, green, blue] = background;
    this.#fog.color = new Color().setRGB(red / 255, green / 255, blue / 255, LinearSRGBColorSpace);
    this.#fog.near = DISTANCE - reach;
    this.#fog.far = DISTANCE - reach + (2 * reach) / (1 - LEFT_BEHIND);
    const around = DISTANCE * Math.cos(tilt);
    this.#camera.position.set(around * Math.sin(azimuth), DISTANCE * Math.sin(tilt), around * Math.cos(azimuth));
    this.#camera.lookAt(0, 0, 0);

    this.#renderer.setScissorTest(true);
    this.#renderer.setScissor(0, 0, width, height);
    this.#renderer.clear();
    for (const [i, cell] of cellsOf(clouds.length, width, height).entries()) {
      const under = height - cell.top - cell.height; // WebGL counts from below
      this.#renderer.setViewport(cell.left, under, cell.width, cell.height);
      this.#renderer.setScissor(cell.left, under, cell.width, cell.height);
      const half = (MARGIN * reach * cell.height) / Math.min(cell.width, cell.height) / DISTANCE;
      this.#camera.fov = (360 / Math.PI) * Math.atan(half);
      this.#camera.aspect = cell.width / cell.height;
      this.#camera.updateProjectionMatrix();
      this.#material.size = (2 * DISTANCE * dotOf(cell)) / height; // three knows the height of the canvas, not of the cell
      for (const [j, points] of this.#points.entries()) points.visible = i === j;
      this.#renderer.render(this.#scene, this.#camera);
    }
  };

  readonly dispose = (): void => {
    for (const points of this.#points) points.geometry.dispose();
    this.#ball.dispose();
    this.#material.dispose();
    this.#renderer.dispose();
    this.#renderer.forceContextLoss(); // browsers have few
  };

  #hold(clouds: readonly Float32Array[], colours: readonly Uint8Array[]): void {
    for (const [i, cloud] of clouds.entries()) {
      const held = this.#held[i];
      if (held?.cloud === cloud && held.colours === colours[i]) continue;
      let points = this.#points[i];
      if (!points) {
        points = new Points(new BufferGeometry(), this.#material);
        points.frustumCulled = false;
        this.#points.push(points);
        this.#scene.add(points);
      }
      set(points.geometry, 'position', cloud, false);
      set(points.geometry, 'color', colours[i]!, true);
      this.#held[i] = { cloud, colours: colours[i]! };
    }
  }
}

/** Copies numbers, 3 a point, into an attribute; one of another length needs another buffer. */
function set(geometry: BufferGeometry, name: string, values: Float32Array | Uint8Array, normalized: boolean): void {
  const old = geometry.getAttribute(name) as BufferAttribute | undefined;
  if (old && old.array.length === values.length) {
    (old.array as Float32Array).set(values);
    old.needsUpdate = true;
    return;
  }
  if (old) geometry.dispose();
  geometry.setAttribute(name, new BufferAttribute(values.slice(), 3, normalized));
}

/** A disc that is lit from above as a ball is. */
function ballTexture(): DataTexture {
  const side = 32;
  const pixels = new Uint8Array(4 * side * side);
  for (let i = 0; i < side * side; i++) {
    const [x, y] = [(2 * (i % side) + 1) / side - 1, (2 * Math.floor(i / side) + 1) / side - 1];
    const upright = Math.sqrt(Math.max(0, 1 - x * x - y * y));
    const light = 190 + 65 * Math.max(0, 0.75 * upright - 0.3 * x + 0.45 * y); // rows from below
    pixels.set([light, light, light, x * x + y * y <= 1 ? 255 : 0], 4 * i);
  }
  const texture = new DataTexture(pixels, side, side);
  texture.needsUpdate = true;
  return texture;
}
