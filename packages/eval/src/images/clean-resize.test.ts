import { GenaiError } from '@genai/core';
import { owned, scope, valueAndGrad } from '@genai/tensor';
import { checkGradients } from '@genai/testing/check-gradients';
import { expectClose } from '@genai/testing/expect-close';
import { mul, ones, reshape, slice, sum, tensor, zeros } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { hashed } from '../../golden/hashed.js';
import golden from '../../golden/images.json' with { type: 'json' };
import { cleanResize, type ResizeFilter } from './clean-resize.js';

test.each(golden.sizes)('parity: to $size with $filter as Pillow resizes floats', ({ size, filter, ...expected }) => {
  scope(() => {
    const images = tensor(hashed(11, 13 * 17 * 2), [1, 13, 17, 2]);
    const [height, width] = size as [number, number];
    const sized = cleanResize(images, [height, width], { filter: filter as ResizeFilter });
    expect(sized.shape).toEqual([1, height, width, 2]);
    expectClose(reshape(slice(sized, [0, 0, 0, 0], [1, 1, 1, 2]), [2]), expected.first);
    expectClose(reshape(slice(sized, [0, height - 1, width - 1, 0], [1, 1, 1, 2]), [2]), expected.last);
    expectClose(sum(mul(sized, tensor(hashed(12, sized.size), sized.shape))), expected.sum);
  });
});

test('laws: flat images stay flat, the same size changes nothing, single images are as those of a batch', () => {
  scope(() => {
    expectClose(cleanResize(ones([1, 9, 7, 1]), [4, 12], { filter: 'lanczos' }), ones([1, 4, 12, 1]));
    const images = tensor(hashed(1, 2 * 6 * 5 * 3), [2, 6, 5, 3]);
    expectClose(cleanResize(images, [6, 5]), images);
    const one = reshape(slice(images, [1, 0, 0, 0], [1, -1, -1, -1]), [6, 5, 3]);
    const sized = cleanResize(images, [3, 4]);
    expectClose(cleanResize(one, [3, 4]), reshape(slice(sized, [1, 0, 0, 0], [1, -1, -1, -1]), [3, 4, 3]));
  });
});

test('laws: derivatives are those of differences', async () => {
  using images = owned([tensor(hashed(1, 24), [1, 4, 3, 2])]);
  await checkGradients((x) => cleanResize(x, [2, 5]), images, { order: 2, valueAndGrad });
});

test('errors: shapes and sizes', () => {
  using made = owned({ flat: zeros([4, 4]), images: zeros([1, 4, 4, 3]) });
  expect(() => cleanResize(made.flat, [2, 2])).toThrow(GenaiError);
  expect(() => cleanResize(made.images, [2, 0])).toThrow(
    'cleanResize: newWidth must be an integer of at least 1, got 0.',
  );
});
