import { GenaiError } from '@genai/core';
import { describe, expect, test } from 'vitest';
import { imageGrid } from './image-grid.js';
import { type Picture, withChannels } from './picture.js';

describe('imageGrid: known answers', () => {
  test('grey images, gaps and an empty place in the background', () => {
    const data = Float32Array.of(0, 0.2, 1, 7, -1, Number.NaN); // three images of 1 × 2
    const { width, height, channels, data: out } = imageGrid({ data, shape: [3, 1, 2] }, { columns: 2, background: 9 });
    expect([width, height, channels]).toEqual([5, 3, 1]);
    expect([...out]).toEqual([0, 51, 9, 255, 255, 9, 9, 9, 9, 9, 0, 0, 9, 9, 9]);
  });

  test('colour becomes RGBA, opaque in the gaps', () => {
    const data = Uint8Array.of(1, 2, 3, 4, 5, 6);
    const grid = imageGrid({ data, shape: [2, 1, 1, 3] }, { columns: 1, padding: 1, background: 0 });
    expect([grid.width, grid.height, grid.channels]).toEqual([1, 3, 4]);
    expect([...grid.data]).toEqual([1, 2, 3, 255, 0, 0, 0, 255, 4, 5, 6, 255]);
    const clear = imageGrid({ data: Uint8Array.of(1, 2, 3, 40), shape: [1, 1, 1, 4] }, { padding: 5 });
    expect([...clear.data]).toEqual([1, 2, 3, 40]);
  });

  test('nearly square unless told', () => {
    const { width, height } = imageGrid({ data: new Uint8Array(10 * 4), shape: [10, 2, 2, 1] }, { padding: 0 });
    expect([width, height]).toEqual([8, 6]);
  });
});

describe('withChannels: known answers', () => {
  const picture = (channels: Picture['channels'], ...data: number[]): Picture => ({
    width: 1,
    height: 1,
    channels,
    data: Uint8Array.from(data),
  });

  test('every way', () => {
    const cases: [from: number[], to: number[]][] = [
      [[7], [7]],
      [[7], [7, 255]],
      [[7], [7, 7, 7]],
      [[7], [7, 7, 7, 255]],
      [[7, 9], [7]],
      [
        [7, 9],
        [7, 7, 7],
      ],
      [
        [7, 9],
        [7, 7, 7, 9],
      ],
      [[255, 0, 0], [76]],
      [
        [0, 255, 0],
        [150, 255],
      ],
      [
        [1, 2, 3],
        [1, 2, 3, 255],
      ],
      [
        [1, 2, 3, 4],
        [1, 2, 3],
      ],
      [
        [0, 0, 255, 4],
        [29, 4],
      ],
    ];
    for (const [from, to] of cases) {
      const made = withChannels(picture(from.length as 1, ...from), to.length as 1);
      expect([made.channels, ...made.data]).toEqual([to.length, ...to]);
    }
  });
});

describe('imageGrid: errors', () => {
  test('numbers that are no images', () => {
    const bad = [[4], [2, 2], [1, 2, 2, 2], [1, 1, 5], [0, 2, 2], [1, 1, 1, 1, 4]];
    for (const shape of bad) {
      expect(() => imageGrid({ data: new Uint8Array(4), shape }), String(shape)).toThrow(/4 numbers of shape/);
    }
    const images = { data: new Uint8Array(4), shape: [1, 2, 2] };
    expect(() => imageGrid(images, { columns: 0 })).toThrow(GenaiError);
    expect(() => imageGrid(images, { padding: -1 })).toThrow(GenaiError);
    expect(() => withChannels({ width: 1, height: 1, channels: 3, data: new Uint8Array(1) }, 1)).toThrow(GenaiError);
  });
});
