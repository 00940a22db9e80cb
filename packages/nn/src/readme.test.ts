import { readFileSync } from 'node:fs';
import { key } from '@genai/core';
import { normalNoise, owned, silu } from '@genai/tensor';
import { expect, test } from 'vitest';
import { activation, conv2d, dense, dropout, flatten, groupNorm, residual, sequential } from './index.js';

test('the example of the README, run', () => {
  // README
  const net = sequential(
    conv2d(1, 16, { strides: 2 }), // (batch, 28, 28, 1) → (batch, 14, 14, 16)
    residual(sequential(groupNorm(16, { groups: 4 }), activation(silu), conv2d(16, 16))),
    activation(silu),
    flatten(),
    dropout(0.1),
    dense(14 * 14 * 16, 10),
  );
  using params = owned(net.init(key(0))); // params[5].weight: (3136, 10), typed
  using images = owned(normalNoise(key(1), [32, 28, 28, 1]));
  using logits = owned(net.apply(params, images)); // (32, 10)
  using training = owned(net.apply(params, images, key(2))); // with a key, dropout acts
  // README
  expect(params[5].weight.shape).toEqual([3136, 10]);
  expect(logits.shape).toEqual([32, 10]);
  expect(training.dataSync()).not.toEqual(logits.dataSync());
});

test('the example of the README is the one run above', () => {
  const [, ran] = readFileSync(new URL(import.meta.url), 'utf8').split('  // README\n');
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  expect(readme).toContain(ran!.replaceAll(/^ {2}/gm, ''));
});
