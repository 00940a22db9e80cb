import { key, leaves, type Tree } from '@genai/core';
import { scope } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { scalar, type Tensor, tensor } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import golden from '../golden/translations.json' with { type: 'json' };
import { moved, waves } from '../test/turns.js';
import { cycleConsistent } from './cycle-consistent.js';
import { cycleGan } from './cycle-gan.js';
import { r1 } from './gradient-penalty.js';
import { pairedChannels } from './paired-channels.js';
import { pairedTranslation } from './paired-translation.js';
import { patchCritic } from './patch-critic.js';
import { pix2pix } from './pix2pix.js';
import { residualTranslator } from './residual-translator.js';
import { unetTranslator } from './unet-translator.js';

// The recipe is golden/translations.py.

const pictures = (f: (i: number) => number, size: number): Tensor =>
  tensor(
    Array.from({ length: 2 * size * size }, (_, i) => f(i)),
    [2, size, size, 1],
  );
const first = (size: number): Tensor => pictures((i) => Math.sin(0.3 + 1.7 * i), size);
const second = (size: number): Tensor => pictures((i) => 0.8 * Math.cos(0.5 + 0.9 * i), size);
/** A third of the waves: 0.3 sin(1 + 3 n + 0.7 i). */
const small = <P extends Tree<Tensor>>(params: P): P =>
  waves(params, (values, shape) =>
    tensor(
      values.map((value) => value / 3),
      shape,
    ),
  );
/** Of each leaf Σ g[i] cos(0.4 i). */
const told = (grad: Tree<Tensor>): number[] =>
  leaves<Tensor>(grad).map(([, g]) =>
    Array.from(g.dataSync()).reduce((sum, value, i) => sum + value * Math.cos(0.4 * i), 0),
  );
const near = { absolute: 2e-5, relative: 2e-5 };
/** Norms of norms of few positions: in float32 PyTorch's own gradients are up to 1e-3 from these. */
const behindNorms = { absolute: 2e-4, relative: 2e-4 };

describe('parity: losses and gradients of both players with PyTorch', () => {
  test('pix2pix with a U-Net, patches and r1', () => {
    const model = pairedTranslation({
      translator: unetTranslator({ size: 14, width: 1, dropout: 0 }),
      critic: pairedChannels(patchCritic({ channels: 2, width: 2, layers: 1 })),
    });
    const game = pix2pix(model, { regularizers: [r1(2)] });
    scope(() => {
      const { critic, generator } = model.init(key(0));
      const params = { critic: small(critic), generator: small(generator) };
      const batch = { x: first(14), context: second(14) };
      const turn = { step: scalar(0), memory: game.memory!.init() };
      const ofCritic = moved(game, 'critic', params, batch, key(1), turn);
      expectClose(ofCritic.values.loss, golden.pix2pix.critic[0]!, near);
      expectClose(told(ofCritic.grad), golden.pix2pix.critic[1]!, near);
      const ofGenerator = moved(game, 'generator', params, batch, key(1), turn);
      expectClose(ofGenerator.values.loss, golden.pix2pix.generator[0]!, near);
      expectClose(ofGenerator.values.reconstruction!, golden.pix2pix.reconstruction, near);
      expectClose(told(ofGenerator.grad), golden.pix2pix.generator[1]!, near);
    });
  });

  test('cycleConsistent with residual nets, patches and the identity', () => {
    const net = () => residualTranslator({ width: 1, blocks: 1 });
    const judge = () => patchCritic({ width: 2, layers: 1 });
    const model = cycleGan({ there: net(), back: net(), criticThere: judge(), criticBack: judge() });
    const game = cycleConsistent(model, { identity: 5 });
    scope(() => {
      const { critic, generator } = model.init(key(0));
      const params = { critic: small(critic), generator: small(generator) };
      const batch = { from: first(8), to: second(8) };
      const turn = { step: scalar(0), memory: game.memory!.init() };
      const ofCritic = moved(game, 'critic', params, batch, key(1), turn);
      expectClose(ofCritic.values.loss, golden.cycle.critic[0]!, near);
      expectClose(told(ofCritic.grad), golden.cycle.critic[1]!, near);
      const ofGenerator = moved(game, 'generator', params, batch, key(1), turn);
      expectClose(ofGenerator.values.loss, golden.cycle.generator[0]!, near);
      expectClose(ofGenerator.values.cycle!, golden.cycle.cycle, near);
      expectClose(ofGenerator.values.identity!, golden.cycle.identity, near);
      expectClose(told(ofGenerator.grad), golden.cycle.generator[1]!, behindNorms);
      expect(told(ofGenerator.grad)).toHaveLength(46);
    });
  });
});
