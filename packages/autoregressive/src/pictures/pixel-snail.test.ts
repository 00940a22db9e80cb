import { GenaiError } from '@genai/core';
import { pixelNetLaws } from '@genai/testing/pixel-net-laws';
import { expect, test } from 'vitest';
import golden from '../../golden/pixel-nets.json' with { type: 'json' };
import { expectPixelGolden } from '../../test/expect-pixel-golden.js';
import { pixelSnail } from './pixel-snail.js';

const small = { channels: 2, outputs: 3, width: 4, blocks: 1, layers: 1, heads: 2, features: 3 };

// One layer of 3 × 3 sees the neighbours only; the rest is what attention finds.
pixelNetLaws('pixelSnail', () => ({ net: pixelSnail(small), size: [3, 4] }));
pixelNetLaws('pixelSnail in a context', () => ({
  net: pixelSnail({ ...small, blocks: 2, layers: 2, heads: 1, context: 2 }),
  size: [3, 3],
}));

test('goldens: outputs and gradients are those of PyTorch', () => {
  expectPixelGolden(pixelSnail({ ...small, blocks: 2, context: 2 }), golden.pixelSnail);
});

test('errors: sizes out of range', () => {
  for (const options of [{ kernel: 2 }, { layers: 0 }, { heads: 0.5 }, { features: 0 }, { context: -1 }]) {
    expect(() => pixelSnail({ ...small, ...options })).toThrow(GenaiError);
    expect(() => pixelSnail({ ...small, ...options })).toThrow(`pixelSnail: ${Object.keys(options)[0]}`);
  }
});
