import {
  avgPool,
  conv2d,
  conv2dTranspose,
  depthwiseConv2d,
  image,
  maxPool,
  type Tensor,
  type Tensor4D,
} from '@tensorflow/tfjs-core';
import type { EngineCase } from '../engine-cases.js';
import { convOnHost, outputOf, signed, spaced } from '../engine-host.js';

/** Convolutions, depthwise and transposed ones. */
export function convolutions(): EngineCase[] {
  type Geometry = [
    x: number[],
    filter: number[],
    strides: number | [number, number],
    padding: 'same' | 'valid' | number,
  ];
  const geometries: Geometry[] = [
    [[2, 5, 6, 3], [3, 3, 3, 4], 1, 'same'],
    [[2, 5, 6, 3], [3, 3, 3, 4], 2, 'same'],
    [[2, 8, 8, 2], [4, 4, 2, 3], 2, 'same'],
    [[1, 7, 5, 1], [2, 3, 1, 2], [2, 1], 'valid'],
    [[2, 6, 5, 2], [1, 1, 2, 5], 1, 'valid'],
    [[2, 5, 5, 2], [3, 3, 2, 2], 2, 1],
    [[1, 4, 4, 1], [5, 5, 1, 2], 1, 2],
    [[1, 6, 6, 2], [2, 2, 2, 2], 3, 'valid'],
  ];
  const family = 'convolutions';
  const text = ([x, filter, strides, padding]: Geometry): string =>
    `[${x}] by [${filter}], strides ${strides}, padding ${padding}`;
  const four = (x: Tensor): Tensor4D => x as Tensor4D;
  const deep = (filter: number[]): number[] => [...filter.slice(0, 3), 2];
  return geometries.flatMap((geometry): EngineCase[] => {
    const [x, filter, strides, padding] = geometry;
    const base = { family, kind: 'sums', gradient: true } as const;
    return [
      {
        ...base,
        name: `conv2d ${text(geometry)}`,
        inputs: [signed(x), signed(filter, 1)],
        run: (a, w) => conv2d(four(a), four(w), strides, padding),
        ...(padding === 'valid' && { host: (a: number[], w: number[]) => convOnHost(a, x, w, filter, strides) }),
      },
      {
        ...base,
        name: `depthwiseConv2d ${text(geometry)}`,
        inputs: [signed(x), signed(deep(filter), 1)],
        run: (a, w) => depthwiseConv2d(four(a), four(w), strides, padding),
      },
      ...(typeof padding === 'number'
        ? []
        : [
            {
              ...base,
              name: `conv2dTranspose to ${text(geometry)}`,
              inputs: [signed(outputOf(x, filter, strides, padding)), signed(filter, 1)],
              run: (dy: Tensor, w: Tensor) =>
                conv2dTranspose(four(dy), four(w), x as [number, number, number, number], strides, padding),
            } satisfies EngineCase,
          ]),
    ];
  });
}

/** Pooling and resizing of images. */
export function pools(): EngineCase[] {
  const make = (name: string, shape: number[], run: (x: Tensor4D) => Tensor): EngineCase => ({
    family: 'pooling and resizing',
    name,
    inputs: [spaced(shape)],
    run: (x) => run(x as Tensor4D),
    kind: 'sums',
    gradient: true,
  });
  return [
    make('maxPool 2, stride 2', [2, 4, 6, 3], (x) => maxPool(x, 2, 2, 'valid')),
    make('maxPool 3, stride 2, same', [1, 5, 5, 2], (x) => maxPool(x, 3, 2, 'same')),
    make('avgPool 2, stride 2', [2, 4, 6, 3], (x) => avgPool(x, 2, 2, 'valid')),
    make('avgPool 3, stride 1, same', [1, 5, 5, 2], (x) => avgPool(x, 3, 1, 'same')),
    make('resizeNearestNeighbor', [1, 3, 4, 2], (x) => image.resizeNearestNeighbor(x, [6, 8])),
    make('resizeBilinear', [1, 3, 4, 2], (x) => image.resizeBilinear(x, [6, 8])),
  ];
}
