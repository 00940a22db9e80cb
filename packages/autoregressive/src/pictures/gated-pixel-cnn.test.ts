import { GenaiError } from '@genai/core';
import { pixelNetLaws } from '@genai/testing/pixel-net-laws';
import { expect, test } from 'vitest';
import golden from '../../golden/pixel-nets.json' with { type: 'json' };
import { expectPixelGolden } from '../../test/expect-pixel-golden.js';
import { gatedPixelCnn } from './gated-pixel-cnn.js';

// Six layers of 3 × 3 reach over the whole of 5 × 6 pixels, so nothing may be hidden.
pixelNetLaws('gatedPixelCnn', () => ({ net: gatedPixelCnn({ width: 3, layers: 6 }) }));
pixelNetLaws('gatedPixelCnn of colours in a context', () => ({
  net: gatedPixelCnn({ channels: 3, outputs: 7, width: 4, layers: 3, kernel: 5, context: 2 }),
}));

test('goldens: outputs and gradients are those of PyTorch', () => {
  expectPixelGolden(gatedPixelCnn({ outputs: 2, width: 3, layers: 2, context: 2 }), golden.gatedPixelCnn);
});

test('errors: sizes out of range', () => {
  for (const options of [{ kernel: 2 }, { kernel: 1 }, { layers: 0 }, { width: 1.5 }, { context: -1 }]) {
    expect(() => gatedPixelCnn(options)).toThrow(GenaiError);
    expect(() => gatedPixelCnn(options)).toThrow(`gatedPixelCnn: ${Object.keys(options)[0]}`);
  }
});
