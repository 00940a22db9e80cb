import { GenaiError, key } from '@genai/core';
import { owned } from '@genai/tensor';
import { ones } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { fromArrays } from './from-arrays.js';
import { map } from './map.js';
import { type MovingPicturesOptions, movingPictures } from './moving-pictures.js';

/** Two pictures of 2 × 3 with different numbers. */
const pictures = fromArrays({ data: Float32Array.from({ length: 12 }, (_, i) => i + 1), shape: [2, 2, 3, 1] });
const options: MovingPicturesOptions = { frames: 40, size: 12, key: key(3), velocity: 1.3 };

async function clip(
  given: Partial<MovingPicturesOptions>,
  index = 0,
): Promise<{ frames: number[][]; shape: number[] }> {
  using x = owned(await movingPictures(pictures, { ...options, ...given }).read(Uint32Array.of(index)));
  const [, frames, size] = x.shape as [number, number, number];
  const pixels = Array.from(await x.data());
  return {
    shape: x.shape,
    frames: Array.from({ length: frames }, (_, f) => pixels.slice(f * size * size, (f + 1) * size * size)),
  };
}

/** Where the first pixel of a picture is that starts with `first`. */
function placeOf(frame: readonly number[], size: number, first: number): readonly [x: number, y: number] {
  const at = frame.indexOf(first);
  return [at % size, Math.floor(at / size)];
}

test('known answers: every frame holds the picture whole, and it goes straight on until it bounces', async () => {
  for (const [index, first] of [1, 7].entries()) {
    const { frames, shape } = await clip({}, index);
    expect(shape).toEqual([1, 40, 12, 12, 1]);
    const places = frames.map((frame) => placeOf(frame, 12, first));
    for (const [f, [x, y]] of places.entries()) {
      const seen = [0, 1].flatMap((row) => frames[f]!.slice((y + row) * 12 + x, (y + row) * 12 + x + 3));
      expect(seen).toEqual(Array.from({ length: 6 }, (_, i) => first + i));
      expect(frames[f]!.filter((value) => value !== 0)).toHaveLength(6);
      expect(x).toBeLessThanOrEqual(12 - 3);
      expect(y).toBeLessThanOrEqual(12 - 2);
    }
    for (const axis of [0, 1] as const) {
      const line = places.map((place) => place[axis]);
      const steps = line.slice(1).map((place, f) => place - line[f]!);
      for (const step of steps) expect(Math.abs(step)).toBeLessThanOrEqual(2); // ⌈1.3⌉
      // It turns at a border only.
      for (let f = 1; f < steps.length; f++) {
        const turned = steps[f - 1]! * steps[f]! < 0;
        if (turned) expect([0, axis === 0 ? 9 : 10]).toContain(line[f]!);
      }
    }
  }
});

test('known answers: the path has the speed that was asked for, away from the borders', async () => {
  // Frames so large that no picture reaches a border from wherever it begins in most clips: speeds of both axes make up the velocity.
  const long = movingPictures(pictures, { ...options, frames: 11, size: 400, velocity: 4 });
  let straight = 0;
  for (const index of [0, 1]) {
    using x = owned(await long.read(Uint32Array.of(index)));
    const pixels = Array.from(await x.data());
    const at = (f: number): readonly [number, number] =>
      placeOf(pixels.slice(f * 160_000, (f + 1) * 160_000), 400, 6 * index + 1);
    const [[x0, y0], [x1, y1]] = [at(0), at(10)];
    const way = Math.hypot(x1 - x0, y1 - y0);
    if (Math.abs(way - 40) < 1.5) straight++; // both ends are rounded to pixels
  }
  expect(straight).toBe(2);
});

test('laws: a clip depends on its number and the key alone; another key moves otherwise', async () => {
  const clips = movingPictures(pictures, { ...options, pictures: 2 });
  using both = owned(await clips.read(Uint32Array.of(1, 0)));
  using one = owned(await clips.read(Uint32Array.of(0)));
  expect(Array.from(await both.data()).slice(one.size)).toEqual(Array.from(await one.data()));
  const [first, other] = [await clip({}), await clip({ key: key(4) })];
  expect(other.frames).not.toEqual(first.frames);
  expect((await clip({ velocity: 0 })).frames.every((frame, _, [first]) => frame.join() === first!.join())).toBe(true);
});

test('known answers: of pictures that overlap the brighter pixel is seen', async () => {
  const full = map(pictures, (x) => ones([x.shape[0]!, 3, 3, 2]));
  using x = owned(await movingPictures(full, { ...options, size: 3, pictures: 2 }).read(Uint32Array.of(0)));
  expect(x.shape).toEqual([1, 40, 3, 3, 2]);
  expect((await x.data()).every((value) => value === 1)).toBe(true);
});

test('errors: options out of range, and pictures larger than the frames', async () => {
  expect(() => movingPictures(pictures, { ...options, frames: 0 })).toThrow(
    'movingPictures: frames must be an integer of at least 1, got 0.',
  );
  expect(() => movingPictures(pictures, { ...options, velocity: -1 })).toThrow('velocity must be at least 0');
  const small = movingPictures(pictures, { ...options, size: 2 });
  await expect(small.read(Uint32Array.of(0))).rejects.toThrow(
    'movingPictures: pictures of 2 × 3 do not fit into frames of 2 × 2.',
  );
  await expect(small.read(Uint32Array.of(2))).rejects.toThrow(GenaiError);
});
