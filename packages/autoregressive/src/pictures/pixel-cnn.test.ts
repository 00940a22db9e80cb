import { pixelNetLaws } from '@genai/testing/pixel-net-laws';
import { test } from 'vitest';
import golden from '../../golden/pixel-nets.json' with { type: 'json' };
import { expectPixelGolden } from '../../test/expect-pixel-golden.js';
import { pixelCnn } from './pixel-cnn.js';

pixelNetLaws('pixelCnn', () => ({ net: pixelCnn({ width: 3, layers: 2, head: 5 }), seesAll: false }));
pixelNetLaws('pixelCnn of colours in a context', () => ({
  net: pixelCnn({ channels: 3, outputs: 7, width: 4, layers: 1, kernel: 5, firstKernel: 3, context: 2 }),
  seesAll: false,
}));

test('goldens: outputs and gradients are those of PyTorch', () => {
  const options = { channels: 2, outputs: 3, width: 3, layers: 2, firstKernel: 5, kernel: 3, head: 4, context: 2 };
  expectPixelGolden(pixelCnn(options), golden.pixelCnn);
});
