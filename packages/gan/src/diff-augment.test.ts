import { GenaiError, key, randomUniform, split } from '@genai/core';
import { normalNoise, owned, scope, valueAndGrad } from '@genai/tensor';
import { checkGradients } from '@genai/testing/check-gradients';
import { expectClose } from '@genai/testing/expect-close';
import { memory, scalar, square, type Tensor, tensor, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { type DiffAugmentOptions, diffAugment } from './diff-augment.js';

const NONE: DiffAugmentOptions = { color: false, translation: 0, cutout: 0 };
const [HEIGHT, WIDTH] = [8, 16];

/** Images whose value at (row, column) is 1 + column + 100 row, so that every pixel can be told. */
const ruled = (batch: number, channels = 1): Tensor =>
  tensor(
    Float32Array.from({ length: batch * HEIGHT * WIDTH * channels }, (_, i) => {
      const pixel = Math.floor(i / channels) % (HEIGHT * WIDTH);
      return 1 + (pixel % WIDTH) + 100 * Math.floor(pixel / WIDTH);
    }),
    [batch, HEIGHT, WIDTH, channels],
  );
const images = (x: Tensor): number[][] => {
  const values = Array.from(x.dataSync());
  const size = x.size / x.shape[0]!;
  return Array.from({ length: x.shape[0]! }, (_, i) => values.slice(i * size, (i + 1) * size));
};
const augmented = (options: DiffAugmentOptions, batch: number, channels = 1, strength = 1): number[][] =>
  scope(() => images(diffAugment({ ...NONE, ...options })(ruled(batch, channels), key(4), scalar(strength))));

describe('known answers', () => {
  test('translation: the image moved by up to an eighth of each side, zeros where nothing was', () => {
    const seen = new Set<string>();
    for (const image of augmented({ translation: 1 / 8 }, 120)) {
      const at = (row: number, column: number): number => image[row * WIDTH + column]!;
      const [dy, dx] = [Math.floor(at(4, 8) / 100) - 4, ((at(4, 8) - 1) % 100) - 8];
      seen.add(`${dy},${dx}`);
      for (let row = 0; row < HEIGHT; row++) {
        for (let column = 0; column < WIDTH; column++) {
          const [i, j] = [row + dy, column + dx];
          const inside = i >= 0 && i < HEIGHT && j >= 0 && j < WIDTH;
          expect(at(row, column)).toBe(inside ? 1 + j + 100 * i : 0);
        }
      }
    }
    const all = [-1, 0, 1].flatMap((dy) => [-2, -1, 0, 1, 2].map((dx) => `${dy},${dx}`));
    expect([...seen].sort()).toEqual(all.sort());
  });

  test('flip: half of the images are mirrored, the others as they were', () => {
    const [straight] = scope(() => images(ruled(1)));
    const mirrored = straight!.map((_, i) => straight![i - (i % WIDTH) + WIDTH - 1 - (i % WIDTH)]!);
    const kinds = augmented({ flip: true }, 200).map((image) =>
      [straight, mirrored].findIndex((wanted) => String(wanted) === String(image)),
    );
    expect(kinds).not.toContain(-1);
    const share = kinds.reduce((a, b) => a + b) / kinds.length;
    expect(Math.abs(share - 0.5)).toBeLessThan(4 * Math.sqrt(0.25 / 200));
  });

  test('cutout: a rectangle of half the sides, centred anywhere, is 0', () => {
    const [straight] = scope(() => images(ruled(1)));
    const sizes = new Set<number>();
    for (const image of augmented({ cutout: 1 / 2 }, 120)) {
      const gone = image.flatMap((value, i) => (value === 0 ? [i] : []));
      const rows = gone.map((i) => Math.floor(i / WIDTH));
      const columns = gone.map((i) => i % WIDTH);
      const [height, width] = [rows, columns].map((at) => Math.max(...at) - Math.min(...at) + 1) as [number, number];
      expect(gone).toHaveLength(height * width);
      const inside = Math.min(...rows) > 0 && Math.max(...rows) < HEIGHT - 1;
      if (inside) expect(height).toBe(4);
      expect(height).toBeGreaterThanOrEqual(2);
      expect(height).toBeLessThanOrEqual(4);
      expect(width).toBeGreaterThanOrEqual(4);
      expect(width).toBeLessThanOrEqual(8);
      for (const [i, value] of image.entries()) if (value !== 0) expect(value).toBe(straight![i]);
      sizes.add(height * width);
    }
    expect(sizes).toContain(32);
    expect(sizes).toContain(8);
  });

  test('colour of a grey image: brightness moves its mean by up to ½, contrast its spread by ½ to 1½', () => {
    const [straight] = scope(() => images(ruled(1)));
    const mean = (xs: number[]): number => xs.reduce((a, b) => a + b) / xs.length;
    const middle = mean(straight!);
    const [shifts, spreads]: [number[], number[]] = [[], []];
    for (const image of augmented({ color: true }, 300)) {
      const spread = (image[0]! - image.at(-1)!) / (straight![0]! - straight!.at(-1)!);
      shifts.push(mean(image) - middle);
      spreads.push(spread);
      expectClose(
        image,
        straight!.map((x) => mean(image) + spread * (x - middle)),
        { absolute: 0.01 },
      );
    }
    for (const [values, low, high] of [
      [shifts, -0.5, 0.5],
      [spreads, 0.5, 1.5],
    ] as const) {
      expect(Math.min(...values)).toBeGreaterThan(low - 1e-3);
      expect(Math.max(...values)).toBeLessThan(high + 1e-3);
      expect(Math.abs(mean([...values]) - (low + high) / 2)).toBeLessThan(4 * Math.sqrt(1 / 12 / 300));
    }
  });

  test('colour with channels: saturation keeps the mean of a pixel and multiplies its distance to grey by 0 to 2', () => {
    scope(() => {
      // One pixel: contrast c and saturation s multiply its distance to grey together.
      const x = tensor(Array.from({ length: 300 }, () => [-0.3, 0, 0.6]).flat(), [300, 1, 1, 3]);
      const factors = images(diffAugment({ ...NONE, color: true })(x, key(4), scalar(1))).map(([r, g, b]) => {
        const grey = (r! + g! + b!) / 3;
        expectClose([(g! - grey) * 4], [r! - grey], { absolute: 1e-5 });
        return (b! - grey) / 0.5;
      });
      expect(Math.max(...factors)).toBeLessThan(3);
      expect(Math.max(...factors)).toBeGreaterThan(2);
      expect(Math.min(...factors)).toBeLessThan(0.1);
      expect(Math.min(...factors)).toBeGreaterThan(-1e-5);
      expect(Math.abs(factors.reduce((a, b) => a + b) / 300 - 1)).toBeLessThan(0.15);
    });
  });

  test('strength is the probability that an image is changed; the choice is of each image alone', () => {
    const options = { color: true, translation: 1 / 8, cutout: 1 / 2, flip: true };
    const [straight] = scope(() => images(ruled(1)));
    const chosen = randomUniform(split(key(4), 4)[0]!, 100);
    for (const strength of [0, 0.3, 1]) {
      const changed = augmented(options, 100, 1, strength).map((image) => String(image) !== String(straight));
      expect(changed).toEqual(Array.from(chosen, (u) => u < strength));
    }
  });
});

describe('laws', () => {
  test('the same key gives the same images, nothing is left over', () => {
    using world = owned({ x: ruled(3, 2), strength: scalar(0.7) });
    const before = memory().numTensors;
    const once = diffAugment({ flip: true })(world.x, key(1), world.strength);
    expect(memory().numTensors - before).toBe(1);
    const twice = diffAugment({ flip: true })(world.x, key(1), world.strength);
    const other = diffAugment({ flip: true })(world.x, key(2), world.strength);
    expect(once.shape).toEqual(world.x.shape);
    expect(twice.dataSync()).toEqual(once.dataSync());
    expect(other.dataSync()).not.toEqual(once.dataSync());
    for (const made of [once, twice, other]) made.dispose();
  });

  test('first and second derivatives at the image are right', async () => {
    using world = owned({ x: normalNoise(key(0), [3, 5, 4, 2]), strength: scalar(0.8) });
    const bent = (x: Tensor): Tensor =>
      scope(() => square(diffAugment({ flip: true, translation: 0.4, cutout: 0.3 })(x, key(6), world.strength)));
    await checkGradients(bent, [world.x], { order: 2, valueAndGrad });
  });
});

test('errors: shares out of range, and what are no images', () => {
  expect(() => diffAugment({ translation: 2 })).toThrow(GenaiError);
  expect(() => diffAugment({ cutout: -1 })).toThrow(
    'diffAugment: cutout must be from 0 to 1, a share of the side, got -1',
  );
  scope(() => {
    expect(() => diffAugment()(zeros([2, 3]), key(0), scalar(1))).toThrow('diffAugment: got shape [2, 3], expected');
  });
});
