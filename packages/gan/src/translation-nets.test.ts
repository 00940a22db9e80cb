import { GenaiError, key, type Layer, sizeOf } from '@genai/core';
import { standardNormal } from '@genai/distributions';
import { conv2d } from '@genai/nn';
import { normalNoise, owned, scope, valueAndGrad } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { layerLaws } from '@genai/testing/layer-laws';
import { add, mul, reshape, sum, type Tensor, tensor, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, test, vi } from 'vitest';
import { inContext } from '../test/layers.js';
import { gan } from './gan.js';
import { pairedChannels } from './paired-channels.js';
import { patchCritic } from './patch-critic.js';
import { residualTranslator } from './residual-translator.js';
import { mirrored } from './translation-padding.js';
import { unetTranslator } from './unet-translator.js';

// Finite differences cannot cross the kinks of a deep net: its ReLUs are smooth here. Their own slopes are checked in @genai/tensor.
vi.mock('@genai/tensor', async (original) => {
  const all = await original<typeof import('@genai/tensor')>();
  const leakyRelu = (x: Tensor, slope = 0.01): Tensor =>
    all.scope(() => add(mul(x, slope), mul(all.softplus(x), 1 - slope)));
  return { ...all, leakyRelu };
});
vi.mock('@tensorflow/tfjs-core', async (original) => {
  const all = await original<typeof import('@tensorflow/tfjs-core')>();
  return { ...all, relu: (x: Tensor): Tensor => all.tidy(() => all.mul(x, all.sigmoid(x))) };
});

const pictures = (size: number, channels: number) => (): Tensor => normalNoise(key(2), [2, size, size, channels]);

// Norms are held to PyTorch's in translation.test.ts: of so few positions they are too curved for finite differences.
layerLaws('unetTranslator: pictures', () => ({
  layer: unetTranslator({ size: 9, channels: 2, outputs: 1, width: 2, norm: false }),
  input: pictures(9, 2),
  output: [2, 9, 9, 1],
  wrong: pictures(8, 2),
  stochastic: true,
}));
layerLaws('residualTranslator', () => ({
  layer: residualTranslator({ channels: 2, outputs: 1, width: 1, blocks: 1, norm: false }),
  input: pictures(8, 2),
  output: [2, 8, 8, 1],
  wrong: pictures(8, 1),
}));
layerLaws('patchCritic', () => ({
  layer: patchCritic({ channels: 2, width: 1, layers: 1 }),
  input: pictures(10, 2),
  output: [2, 3, 3, 1],
  wrong: pictures(8, 1),
  valueAndGrad,
}));
layerLaws('pairedChannels', () => ({
  layer: inContext(pairedChannels(conv2d(2 + 1, 1)), pictures(4, 2)),
  input: pictures(4, 1),
  output: [2, 4, 4, 1],
  wrong: pictures(5, 1),
}));

describe('known answers', () => {
  test('a patch sees 16, 34 or 70 pixels a side, or one', () => {
    for (const [layers, side, size] of [
      [0, 1, 5],
      [1, 16, 40],
      [2, 34, 64],
      [3, 70, 96],
    ] as const) {
      const critic = patchCritic({ width: 1, layers, norm: false });
      scope(() => {
        const params = critic.init(key(0));
        const one = (x: Tensor): { readonly loss: Tensor } => {
          const map = critic.apply(params, x); // (1, rows, columns, 1)
          const [, rows = 0, columns = 0] = map.shape;
          const chosen = Float32Array.from({ length: map.size }, (_, i) =>
            i === Math.floor(rows / 2) * columns + Math.floor(columns / 2) ? 1e6 : 0,
          );
          return { loss: sum(mul(map, tensor(chosen, map.shape))) };
        };
        const { grad } = valueAndGrad(({ x }: { x: Tensor }) => one(x), { x: normalNoise(key(1), [1, size, size, 1]) });
        const seen = Array.from(grad.x.dataSync(), (slope, i) => (slope === 0 ? -1 : Math.floor(i / size)));
        const rows = seen.filter((row) => row >= 0);
        expect(Math.max(...rows) - Math.min(...rows) + 1).toBe(side);
      });
    }
  });

  test('a critic of 256 × 256 pairs has the map and the parameters of the authors', () => {
    scope(() => {
      const params = patchCritic({ channels: 6 }).init(key(0));
      const count = params.reduce((sum, { convolution }) => sum + sizeOf(convolution.weight.shape), 0);
      // n_layers = 3, input_nc = 6: the filters of NLayerDiscriminator of the authors' program
      expect(count).toBe(16 * (6 * 64 + 64 * 128 + 128 * 256 + 256 * 512 + 512));
    });
  });

  test('borders mirror what is inside them', () => {
    scope(() => {
      const x = tensor([1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 3, 3, 1]);
      // numpy.pad(numpy.arange(1, 10).reshape(3, 3), 2, mode='reflect')
      expectClose(reshape(mirrored('here', x, 2), [7, 7]), [
        [9, 8, 7, 8, 9, 8, 7],
        [6, 5, 4, 5, 6, 5, 4],
        [3, 2, 1, 2, 3, 2, 1],
        [6, 5, 4, 5, 6, 5, 4],
        [9, 8, 7, 8, 9, 8, 7],
        [6, 5, 4, 5, 6, 5, 4],
        [3, 2, 1, 2, 3, 2, 1],
      ]);
    });
  });

  test('pictures of many sizes keep theirs, and stay from −1 to 1', () => {
    const kept = <P>(layer: Layer<Tensor, P>, size: number, channels: number): void =>
      scope(() => {
        const y = layer.apply(layer.init(key(0)), normalNoise(key(1), [1, size, size, channels]), key(2));
        expect(y.shape).toEqual([1, size, size, 3]);
        expect(y.dataSync().every((value) => Math.abs(value) <= 1)).toBe(true);
      });
    for (const size of [8, 11, 16, 28, 33]) kept(unetTranslator({ size, outputs: 3, width: 1 }), size, 1);
    kept(unetTranslator({ size: 16, channels: 3, width: 1, halvings: 4 }), 16, 3); // to a single pixel
    for (const size of [8, 12, 32]) kept(residualTranslator({ channels: 3, width: 1, blocks: 1 }), size, 3);
  });

  test('a key changes what a U-Net makes, where dropout acts', () => {
    const net = unetTranslator({ size: 16, width: 2 });
    scope(() => {
      const params = net.init(key(0));
      const x = normalNoise(key(1), [1, 16, 16, 1]);
      const values = (k?: ReturnType<typeof key>): string => String(net.apply(params, x, k).dataSync());
      expect(values(key(3))).not.toBe(values());
      expect(values(key(3))).not.toBe(values(key(4)));
    });
  });
});

test('errors: sizes, halvings, layers that do not fit', () => {
  expect(() => unetTranslator({ size: 4 })).toThrow('unetTranslator: size must be an integer of at least 8, got 4.');
  expect(() => unetTranslator({ halvings: 1 })).toThrow('unetTranslator: halvings must be an integer of at least 2');
  expect(() => unetTranslator({ size: 16, halvings: 5 })).toThrow(
    'unetTranslator: 5 halvings of 16 pixels: after 4 there is one pixel. Pass fewer.',
  );
  expect(() => unetTranslator({ dropout: 1 })).toThrow(GenaiError);
  expect(() => residualTranslator({ blocks: 0 })).toThrow(
    'residualTranslator: blocks must be an integer of at least 1',
  );
  expect(() => patchCritic({ layers: -1 })).toThrow('patchCritic: layers must be an integer of at least 0, got -1.');
  const [critic, net] = [patchCritic({ layers: 2, width: 1 }), residualTranslator({ width: 1, blocks: 1 })];
  using params = owned({ critic: critic.init(key(0)), net: net.init(key(0)) });
  using world = owned({ small: zeros([1, 10, 10, 1]), low: zeros([1, 8, 4, 1]) });
  expect(() => critic.apply(params.critic, world.small)).toThrow(
    'patchCritic: got pictures of 10 × 10, expected at least 12 pixels a side for 2 layers. Pass fewer layers.',
  );
  expect(() => net.apply(params.net, world.low)).toThrow('residualTranslator: got pictures of 8 × 4');
  const plain = gan({ generator: net, critic: patchCritic({ layers: 1, width: 1 }), prior: standardNormal(1) });
  using duel = owned(plain.init(key(0)));
  expect(() => plain.judge(duel.critic, world.small)).toThrow('gan: the critic: got shape [1, 3, 3, 1]');
});
