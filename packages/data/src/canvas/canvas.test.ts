import { GenaiError, key } from '@genai/core';
import { owned, scope, uniformNoise } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { ones, tensor, tensor3d, tensor4d, zeros } from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { averageAreas } from './average-areas.js';
import { drawImages } from './draw-images.js';
import { fromImageData } from './from-image-data.js';
import { toImageData } from './to-image-data.js';

/** What browsers have and Node has not, as far as it matters here. */
class StandIn {
  readonly data: Uint8ClampedArray;
  readonly width: number;
  readonly height: number;

  constructor(data: Uint8ClampedArray, width: number, height: number) {
    if (data.length !== 4 * width * height) throw new RangeError('not that many bytes');
    this.data = data;
    this.width = width;
    this.height = height;
  }
}

beforeEach(() => void vi.stubGlobal('ImageData', StandIn));
afterEach(() => void vi.unstubAllGlobals());

const grey = (...values: number[]): number[] => values.flatMap((value) => [value, value, value, 255]);

describe('toImageData: known answers', () => {
  test('grey and colour, one image and several, of every rank', async () => {
    using x = owned({
      flat: tensor([0, 0.2, 1, 7], [2, 2]),
      grey: tensor3d([0, 0.2, 1, Number.NaN], [2, 2, 1]),
      colour: tensor3d([0, 0.2, 1], [1, 1, 3]),
      clear: tensor3d([0, 0.2, 1, 0.4], [1, 1, 4]),
      bytes: tensor3d([0, 51, 255], [1, 1, 3], 'int32'),
      mask: tensor([true, false], [1, 2], 'bool'),
      many: tensor4d([0, 1, 0.2], [3, 1, 1, 1]),
    });
    const bytes = async (name: keyof typeof x & string, options = {}): Promise<number[]> => [
      ...(await toImageData(x[name] as typeof x.flat, options)).data,
    ];
    expect(await bytes('flat')).toEqual(grey(0, 51, 255, 255));
    expect(await bytes('grey')).toEqual(grey(0, 51, 255, 0));
    expect(await bytes('colour')).toEqual([0, 51, 255, 255]);
    expect(await bytes('clear')).toEqual([0, 51, 255, 102]);
    expect(await bytes('bytes')).toEqual([0, 51, 255, 255]);
    expect(await bytes('mask')).toEqual(grey(255, 0));
    expect(await bytes('many', { columns: 2, padding: 0, background: 9 })).toEqual(grey(0, 255, 51, 9));
    const { width, height } = await toImageData(x.many, { columns: 2 });
    expect([width, height]).toEqual([3, 3]);
  });

  test('scale repeats pixels down and across', async () => {
    using x = owned({ x: tensor([0, 1, 0.2, 0.4], [2, 2]) });
    const { data, width, height } = await toImageData(x.x, { scale: 3 });
    expect([width, height]).toEqual([6, 6]);
    const at = (row: number, column: number): number => data[4 * (6 * row + column)]!;
    for (let i = 0; i < 36; i++) {
      expect(at(Math.floor(i / 6), i % 6)).toBe([0, 255, 51, 102][2 * Math.floor(i / 18) + Math.floor((i % 6) / 3)]);
    }
  });

  test('a picture of the host as it is, also from the middle of a buffer', async () => {
    const data = Uint8Array.of(99, 1, 2, 3, 4, 5, 6).subarray(1);
    const picture = { width: 1, height: 2, channels: 3, data } as const;
    expect([...(await toImageData(picture)).data]).toEqual([1, 2, 3, 255, 4, 5, 6, 255]);
    const rgba = { width: 1, height: 1, channels: 4, data: data.subarray(1, 5) } as const;
    expect([...(await toImageData(rgba, { scale: 2 })).data]).toEqual([2, 3, 4, 5, 2, 3, 4, 5, 2, 3, 4, 5, 2, 3, 4, 5]);
  });
});

describe('fromImageData: known answers', () => {
  const image = new StandIn(Uint8ClampedArray.of(255, 0, 0, 255, 0, 51, 102, 0, 0, 0, 0, 255, 200, 100, 50, 51), 2, 2);

  test('colour and luma, transparent places over the background', async () => {
    using x = owned({
      colour: fromImageData(image), // (2, 2, 3)
      white: fromImageData(image, { background: 255 }),
      grey: fromImageData(image, { channels: 1 }),
    });
    expect(x.colour.shape).toEqual([2, 2, 3]);
    expectClose(await x.colour.data(), [1, 0, 0, 0, 0, 0, 0, 0, 0, 40 / 255, 20 / 255, 10 / 255]);
    const half = [200, 100, 50].map((v) => (0.2 * v + 0.8 * 255) / 255);
    expectClose(await x.white.data(), [1, 0, 0, 1, 1, 1, 0, 0, 0, ...half]);
    expect(x.grey.shape).toEqual([2, 2, 1]);
    const luma = Math.round(0.299 * 40 + 0.587 * 20 + 0.114 * 10);
    expectClose(await x.grey.data(), [76 / 255, 0, 0, luma / 255]);
  });

  test('a stroke of a large canvas is grey in proportion where it covers part of a small pixel', async () => {
    // 40 × 40 with a white bar over columns 5 to 14, to 4 × 4: half of column 0, half of column 1.
    const data = new Uint8ClampedArray(4 * 1600).fill(0);
    for (let i = 0; i < 1600; i++) data.fill(i % 40 >= 5 && i % 40 < 15 ? 255 : 0, 4 * i, 4 * i + 3);
    for (let i = 3; i < data.length; i += 4) data[i] = 255;
    using x = owned({ small: fromImageData({ data, width: 40, height: 40 }, { channels: 1, size: 4 }) });
    expect(x.small.shape).toEqual([4, 4, 1]);
    expectClose(await x.small.data(), Array.from({ length: 4 }, () => [0.5, 0.5, 0, 0]).flat());
  });
});

describe('averageAreas: laws', () => {
  test.each([
    [28, 9],
    [7, 28],
    [280, 28],
    [5, 5],
    [1, 3],
  ])('from %i to %i pixels: the mean stays, and so does a constant', async (from, to) => {
    using x = owned({ x: scope(() => uniformNoise(key(from), [from, from + 1, 3])) });
    const values = (await x.x.data()) as Float32Array;
    const small = averageAreas(values, [from, from + 1, 3], [to, to + 2]);
    const mean = (a: Float32Array): number => a.reduce((sum, v) => sum + v, 0) / a.length;
    expect(mean(small)).toBeCloseTo(mean(values), 5);
    const flat = averageAreas(new Float32Array(from * from).fill(0.7), [from, from, 1], [to, to]);
    for (const value of flat) expect(value).toBeCloseTo(0.7, 5);
  });

  test('two sizes down, one after the other, are as one when they divide', () => {
    const values = Float32Array.from({ length: 144 }, (_, i) => (i * i) % 17);
    const once = averageAreas(values, [12, 12, 1], [3, 3]);
    const twice = averageAreas(averageAreas(values, [12, 12, 1], [6, 6]), [6, 6, 1], [3, 3]);
    expectClose(twice, once);
  });
});

describe('toImageData and fromImageData: properties', () => {
  test('all 256 greys and colours come back exactly', async () => {
    using x = owned({
      x: tensor3d(
        Float32Array.from({ length: 768 }, (_, i) => (i % 256) / 255),
        [16, 16, 3],
      ),
    });
    using back = owned({ x: fromImageData(await toImageData(x.x)) });
    expect(Array.from(await back.x.data())).toEqual(Array.from(await x.x.data()));
    using grey = owned({
      x: tensor3d(
        Float32Array.from({ length: 256 }, (_, i) => i / 255),
        [16, 16, 1],
      ),
    });
    using again = owned({ x: fromImageData(await toImageData(grey.x, { scale: 3 }), { channels: 1, size: 16 }) });
    expectClose(await again.x.data(), await grey.x.data());
  });
});

describe('drawImages: known answers', () => {
  function canvas(width: number, height: number) {
    const log: string[] = [];
    const put = vi.fn();
    return {
      log,
      put,
      canvas: {
        get width() {
          return width;
        },
        set width(value: number) {
          log.push(`width ${value}`);
          width = value;
        },
        get height() {
          return height;
        },
        set height(value: number) {
          log.push(`height ${value}`);
          height = value;
        },
        getContext: (): { putImageData: typeof put } | null => ({ putImageData: put }),
      },
    };
  }

  test('takes the size of the grid, and does not clear a canvas that has it', async () => {
    using x = owned({ x: ones([2, 3, 4, 1]) });
    const drawn = canvas(300, 150);
    await drawImages(drawn.canvas, x.x, { columns: 2, padding: 0, scale: 2 });
    await drawImages(drawn.canvas, x.x, { columns: 2, padding: 0, scale: 2 });
    expect(drawn.log).toEqual(['width 16', 'height 6']);
    expect(drawn.put).toHaveBeenCalledTimes(2);
    expect(drawn.put).toHaveBeenLastCalledWith(expect.objectContaining({ width: 16, height: 6 }), 0, 0);
  });

  test('errors: a canvas with a context of another kind keeps its size', async () => {
    using x = owned({ x: ones([2, 2]) });
    const taken = { width: 9, height: 9, getContext: () => null };
    await expect(drawImages(taken, x.x)).rejects.toThrow(/drawImages: the canvas gives no context '2d'/);
    expect(taken.width).toBe(9);
  });
});

describe('canvas: errors', () => {
  test('in Node there is no ImageData, and the message says what there is', async () => {
    vi.unstubAllGlobals();
    using x = owned({ x: ones([2, 2]) });
    await expect(toImageData(x.x)).rejects.toThrow(GenaiError);
    await expect(toImageData(x.x)).rejects.toThrow(/no ImageData.*withChannels\(imageGrid/);
  });

  test('shapes, options and bytes that do not fit', async () => {
    using x = owned({ flat: ones([784]), two: ones([2, 2, 2]), none: zeros([0, 2, 2, 1]), fine: ones([2, 2]) });
    for (const bad of [x.flat, x.two, x.none]) {
      await expect(toImageData(bad), String(bad.shape)).rejects.toThrow(/toImageData: got shape/);
    }
    await expect(toImageData(x.fine, { scale: 0.5 })).rejects.toThrow(/scale must be an integer/);
    const image = { data: new Uint8ClampedArray(16), width: 2, height: 2 };
    expect(() => fromImageData({ ...image, width: 3 })).toThrow(/fromImageData: the picture has 16 bytes/);
    expect(() => fromImageData(image, { channels: 4 as 3 })).toThrow(/channels must be 1 \(grey\) or 3/);
    expect(() => fromImageData(image, { size: 0 })).toThrow(/size: height must be an integer/);
    expect(() => fromImageData(image, { size: [4, 2.5] })).toThrow(/size: width must be an integer/);
  });
});
