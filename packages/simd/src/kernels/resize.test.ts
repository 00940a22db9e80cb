import { checkGradients } from '@genai/testing/check-gradients';
import { grad, image, mul, sum, type Tensor, type Tensor4D, tensor } from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, test } from 'vitest';
import { expectAsOnCpu, startSimd, stopSimd } from '../../test/with-simd.js';

beforeEach(async () => void (await startSimd({ threads: 2 })));
afterEach(stopSimd);

const { resizeBilinear, resizeNearestNeighbor } = image;

const CASES = [
  [
    [2, 4, 4, 3],
    [8, 8],
  ],
  [
    [1, 5, 5, 17],
    [3, 3],
  ],
  [
    [2, 7, 7, 1],
    [10, 4],
  ],
  [
    [1, 3, 3, 70],
    [1, 1],
  ],
  [
    [1, 1, 1, 4],
    [5, 5],
  ],
  [
    [0, 3, 3, 2],
    [6, 6],
  ],
  [
    [8, 16, 16, 20],
    [32, 32],
  ],
] as const;

type Shape = [number, number, number, number];

const MODES = [
  [false, false],
  [true, false],
  [false, true],
] as const;

test.each(CASES)('laws: %j resized to %j is as on the cpu engine', async (shape, size) => {
  const pixels: Shape = [...shape];
  for (const [alignCorners, halfPixels] of MODES) {
    const nearest = (x: Tensor): Tensor4D => resizeNearestNeighbor(x as Tensor4D, [...size], alignCorners, halfPixels);
    const between = (x: Tensor): Tensor4D => resizeBilinear(x as Tensor4D, [...size], alignCorners, halfPixels);
    await expectAsOnCpu(() => nearest(wavy(pixels)), { tolerance: 0 });
    await expectAsOnCpu(() => between(wavy(pixels)), { floor: 0.1 });
    if (halfPixels) continue; // the cpu engine's gradients leave it out of account
    await expectAsOnCpu(() => gradient(between, pixels), { floor: 0.1 });
    // The cpu engine's gradient to the nearest pixel is right for one image only, and does not end with aligned
    // corners of an image of one pixel.
    const [images, ...rest] = pixels;
    if (alignCorners && rest[0] === 1) continue;
    await expectAsOnCpu(() => gradient(nearest, [Math.min(1, images), ...rest]), { floor: 0.1 });
  }
});

test('gradients: with half pixel centres they are those of the function', async () => {
  const x = wavy([2, 3, 4, 2]);
  for (const size of [
    [5, 7],
    [2, 2],
  ] as const) {
    await checkGradients((v) => resizeBilinear(v as Tensor4D, [...size], false, true), [x]);
    await checkGradients((v) => resizeNearestNeighbor(v as Tensor4D, [...size], false, true), [x]);
  }
  x.dispose();
});

function gradient(resize: (x: Tensor) => Tensor4D, shape: Shape): Tensor {
  return grad((x: Tensor) => {
    const y = resize(x);
    return sum(mul(y, wavy(y.shape)));
  })(wavy(shape));
}

function wavy(shape: readonly number[]): Tensor4D {
  const count = shape.reduce((a, b) => a * b, 1);
  return tensor(
    Float32Array.from({ length: count }, (_, i) => Math.sin(i * 1.7)),
    shape as Shape,
  );
}
