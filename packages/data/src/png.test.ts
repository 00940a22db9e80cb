import { deflateSync } from 'node:zlib';
import { GenaiError, key, randomBits, split } from '@genai/core';
import { encode } from 'fast-png';
import { describe, expect, test } from 'vitest';
import { chunksOf, pngFile, pngOf } from '../test/png-file.js';
import { decodePng } from './decode-png.js';
import { encodePng } from './encode-png.js';
import type { Picture } from './picture.js';

const bytes = (seed: number, count: number): Uint8Array => Uint8Array.from(randomBits(key(seed), count));
const rowsOf = (data: Uint8Array, height: number): number[][] =>
  Array.from({ length: height }, (_, y) => [
    ...data.subarray((y * data.length) / height, ((y + 1) * data.length) / height),
  ]);

describe('PNG: properties', () => {
  test('decodePng undoes encodePng for every number of channels and odd sizes', async () => {
    for (const channels of [1, 2, 3, 4] as const) {
      for (const [width, height] of [
        [1, 1],
        [7, 3],
        [33, 20],
      ] as const) {
        const picture: Picture = { width, height, channels, data: bytes(channels, width * height * channels) };
        expect(await decodePng(encodePng(picture))).toEqual(picture);
      }
    }
  });

  test('interlaced files too', async () => {
    for (const [width, height] of [
      [1, 1],
      [3, 2],
      [5, 9],
      [16, 17],
    ] as const) {
      const picture: Picture = { width, height, channels: 3, data: bytes(9, width * height * 3) };
      const file = encode({ ...picture, depth: 8 }, { interlace: 'Adam7' });
      expect(await decodePng(file)).toEqual(picture);
    }
  });
});

describe('decodePng: known answers', () => {
  test('all five filters', async () => {
    const data = bytes(1, 10 * 4 * 3);
    const file = pngFile({ width: 4, height: 10, colour: 2, step: 3, rows: rowsOf(data, 10), filter: (y) => y % 5 });
    expect(await decodePng(file)).toEqual({ width: 4, height: 10, channels: 3, data });
  });

  test('1, 2, 4 and 16 bits are scaled to 8', async () => {
    const decoded = async (depth: number, width: number, row: number[]): Promise<number[]> => [
      ...(await decodePng(pngFile({ width, height: 2, depth, rows: [row, row] }))).data.subarray(width),
    ];
    expect(await decoded(1, 10, [0b10110000, 0b01000000])).toEqual([255, 0, 255, 255, 0, 0, 0, 0, 0, 255]);
    expect(await decoded(2, 5, [0b00011011, 0b10000000])).toEqual([0, 85, 170, 255, 170]);
    expect(await decoded(4, 3, [0x0f, 0x80])).toEqual([0, 255, 136]);
    expect(await decoded(16, 3, [0, 0, 0xff, 0xff, 0x80, 0x80])).toEqual([0, 255, 128]);
  });

  test('a palette becomes RGB, and RGBA where it has alpha', async () => {
    const palette: [string, Uint8Array] = ['PLTE', Uint8Array.of(1, 2, 3, 40, 50, 60, 255, 0, 9)];
    const rows = [[0b00011000]]; // 0 1 2
    const plain = await decodePng(pngFile({ width: 3, height: 1, depth: 2, colour: 3, rows, chunks: [palette] }));
    expect(plain).toEqual({ width: 3, height: 1, channels: 3, data: palette[1] });
    const chunks = [palette, ['tRNS', Uint8Array.of(0, 128)]] as const;
    const clear = await decodePng(pngFile({ width: 3, height: 1, depth: 2, colour: 3, rows, chunks }));
    expect([clear.channels, ...clear.data]).toEqual([4, 1, 2, 3, 0, 40, 50, 60, 128, 255, 0, 9, 255]);
  });

  test('texts and profiles are passed over, however large they claim to become', async () => {
    const bomb = deflateSync(new Uint8Array(2 ** 27));
    const chunks = [
      ['iCCP', Uint8Array.from([65, 0, 0, ...bomb])],
      ['zTXt', Uint8Array.from([65, 0, 0, ...bomb])],
      ['tEXt', Uint8Array.of(65)],
    ] as const;
    const before = process.memoryUsage().arrayBuffers;
    const { data } = await decodePng(pngFile({ width: 2, height: 1, rows: [[3, 4]], chunks }));
    expect([...data]).toEqual([3, 4]);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 24);
  });

  test('data in several chunks', async () => {
    const whole = chunksOf(
      pngFile({
        width: 2,
        height: 2,
        rows: [
          [1, 2],
          [3, 4],
        ],
      }),
    );
    const data = whole[1]![1];
    const file = pngOf([whole[0]!, ['IDAT', data.slice(0, 3)], ['IDAT', data.slice(3)], whole[2]!]);
    expect([...(await decodePng(file)).data]).toEqual([1, 2, 3, 4]);
  });
});

describe('decodePng: errors', () => {
  const small = {
    width: 2,
    height: 2,
    rows: [
      [1, 2],
      [3, 4],
    ],
  };

  test('name the file and what is wrong with it', async () => {
    const parts = chunksOf(pngFile(small));
    const spoilt = pngFile(small);
    spoilt[spoilt.length - 20]! ^= 255;
    const palette = { width: 4, height: 1, depth: 2, colour: 3, rows: [[0b00011011]] };
    const cases: [file: Uint8Array, message: RegExp][] = [
      [new Uint8Array(100), /cat\.png does not start as a PNG file does/],
      [pngFile(small).subarray(0, 20), /does not start as/],
      [pngFile(small).subarray(0, -4), /is cut off/],
      [pngFile({ ...small, width: 0 }), /no valid size/],
      [pngFile({ ...small, width: 2 ** 16, height: 2 ** 16 }), /has 65536 × 65536 pixels, the limit is 67108864/],
      [pngFile({ ...small, depth: 3 }), /depth 3/],
      [pngFile({ ...small, colour: 5 }), /colour 5/],
      [pngFile({ ...small, interlace: 2 }), /interlace 2/],
      [pngFile({ ...small, depth: 4, interlace: 1 }), /interlaced with 4 bits/],
      [pngFile({ ...small, height: 3 }), /holds 6 bytes of pixels, its size asks for 9/],
      [pngFile({ ...small, height: 1 }), /more than the limit of 3 bytes/],
      [pngFile({ ...small, filter: () => 7 }), /filter/i],
      [pngFile({ ...small, chunks: [['ABCD', new Uint8Array(0)]] }), /"ABCD" that must be understood/],
      [pngFile({ ...small, chunks: [['IHDR', new Uint8Array(13)]] }), /"IHDR"/],
      [pngOf([parts[0]!, parts[2]!]), /no image data/],
      [pngFile(palette), /palette of 0 bytes/],
      [pngFile({ ...palette, chunks: [['PLTE', new Uint8Array(6)]] }), /has colour 2 at pixel 2, of a palette of 2/],
      [spoilt, /damaged|CRC/],
    ];
    for (const [file, message] of cases) {
      const failed = decodePng(file, { name: 'cat.png' });
      await expect(failed).rejects.toThrow(message);
      await expect(failed).rejects.toThrow(/cat\.png/);
      await expect(failed).rejects.toBeInstanceOf(GenaiError);
    }
    await expect(decodePng(pngFile(small), { limit: 3 })).rejects.toThrow(/the limit is 3/);
    await expect(decodePng(pngFile(small), { limit: 0 })).rejects.toThrow(GenaiError);
  });

  test('a bomb in the image data is stopped at the size that the header asks for', async () => {
    const [header, , end] = chunksOf(pngFile(small));
    const bomb = pngOf([header!, ['IDAT', deflateSync(new Uint8Array(2 ** 28))], end!]);
    const before = process.memoryUsage().arrayBuffers;
    await expect(decodePng(bomb)).rejects.toThrow(/more than the limit of 6 bytes/);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 25);
  });

  test('1,000 mutated files load or give a GenaiError', async () => {
    const whole = [
      pngFile({ width: 5, height: 4, colour: 2, step: 3, rows: rowsOf(bytes(2, 60), 4), filter: (y) => y }),
      pngFile({
        width: 6,
        height: 2,
        depth: 4,
        colour: 3,
        rows: [
          [0x01, 0x23, 0x01],
          [0x32, 0x10, 0x12],
        ],
        chunks: [
          ['PLTE', bytes(3, 12)],
          ['tRNS', bytes(4, 4)],
          ['tEXt', bytes(5, 9)],
        ],
      }),
      encode({ width: 5, height: 5, channels: 4, depth: 8, data: bytes(6, 100) }, { interlace: 'Adam7' }),
      encode({ width: 3, height: 3, channels: 1, depth: 16, data: Uint16Array.from(bytes(7, 9)) }),
    ];
    let loaded = 0;
    for (let i = 0; i < 1_000; i++) {
      const file = mutated(whole[i % 4]!, i);
      try {
        const { width, height, channels, data } = await decodePng(file, { name: `file ${i}`, limit: 2 ** 16 });
        loaded++;
        expect(data.length).toBe(width * height * channels);
        expect(width * height).toBeLessThanOrEqual(2 ** 16);
      } catch (error) {
        expect(GenaiError.is(error), `file ${i}: ${error}`).toBe(true);
        expect((error as Error).message).toContain(`file ${i}`);
      }
    }
    expect(loaded).toBeGreaterThan(50);
    expect(loaded).toBeLessThan(950);
  });
});

/** Bytes changed anywhere, or inside one chunk whose check sum is then made right, or the file cut off. */
function mutated(file: Uint8Array, seed: number): Uint8Array {
  const [places, values] = split(key(seed));
  const at = randomBits(places, 3);
  const to = randomBits(values, 3);
  if (seed % 3 === 0) {
    const chunks = chunksOf(file);
    const body = chunks[at[0]! % (chunks.length - 1)]![1];
    for (let j = 0; j <= to[2]! % 2; j++) body[at[j + 1]! % body.length] = to[j]! & 255;
    return pngOf(chunks);
  }
  const out = Uint8Array.from(file);
  for (let j = 0; j <= to[2]! % 2; j++) out[at[j]! % out.length] = to[j]! & 255;
  return seed % 10 === 1 ? out.subarray(0, at[2]! % out.length) : out;
}

describe('encodePng: errors', () => {
  test('a picture without the bytes it claims', () => {
    const wrong = { width: 2, height: 2, channels: 3, data: new Uint8Array(11) } as const;
    expect(() => encodePng(wrong)).toThrow(/11 bytes, expected height × width × channels/);
    expect(() => encodePng({ ...wrong, width: 0, data: new Uint8Array(0) })).toThrow(GenaiError);
  });
});
