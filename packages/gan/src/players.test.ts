import { key, leaves, mapLeaves, type Tree } from '@genai/core';
import { normalNoise, scope, valueAndGrad } from '@genai/tensor';
import { add, mul, norm, scalar, type Tensor, tensor1d } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { adversarial } from './adversarial.js';
import { conditionalDcgan } from './conditional-dcgan.js';
import { dcgan } from './dcgan.js';
import { denseGan } from './dense-gan.js';
import { conditionalGan, type Gan, gan } from './gan.js';
import { r1 } from './gradient-penalty.js';
import { nonSaturating } from './losses.js';
import { conditionalR3gan, r3gan } from './r3gan.js';
import { conditionalResidualGan, residualGan } from './residual-gan.js';
import { styleGan } from './style-gan.js';

const size = { size: 8, channels: 1, width: 2, latents: 3 };

describe('laws: what the players of each model lose has a finite gradient, of a critic under a gradient penalty too', () => {
  plays('denseGan', gan(denseGan({ shape: [8, 8, 1], hidden: [4], latents: 3 })));
  plays('dcgan', gan(dcgan({ ...size, norm: false })));
  plays('residualGan', gan(residualGan(size)));
  plays('r3gan', gan(r3gan(size)));
  plays('styleGan', gan(styleGan({ ...size, style: 3, depth: 2 })));
  const classes = () => tensor1d([0, 1], 'int32');
  plays('conditionalDcgan', conditionalGan(conditionalDcgan({ ...size, norm: false, classes: 2 })), classes);
  plays('conditionalResidualGan', conditionalGan(conditionalResidualGan({ ...size, classes: 2 })), classes);
  plays('conditionalR3gan', conditionalGan(conditionalR3gan({ ...size, classes: 2, embedded: 2 })), classes);
});

function plays<G extends Tree<Tensor>, D extends Tree<Tensor>, C>(
  name: string,
  model: Gan<G, D, C>,
  context?: () => Tensor,
): void {
  test(name, () => {
    scope(() => {
      const game = adversarial(model, { loss: nonSaturating(), regularizers: [r1(1)] });
      const { critic, generator } = moved(game.init(key(0)));
      const x = normalNoise(key(1), [2, 8, 8, 1]);
      const batch = (context ? { x, context: context() } : x) as Parameters<typeof game.players.critic>[1];
      const turn = { step: scalar(0), memory: game.memory!.init() };
      const ofCritic = valueAndGrad(
        (critic: D) => game.players.critic({ critic, generator }, batch, key(2), turn) as { loss: Tensor },
        critic,
      );
      const ofGenerator = valueAndGrad(
        (generator: G) => game.players.generator({ critic, generator }, batch, key(2), turn) as { loss: Tensor },
        generator,
      );
      for (const [player, { grad }] of Object.entries({ critic: ofCritic, generator: ofGenerator })) {
        for (const [path, slope] of leaves<Tensor>(grad as Tree<Tensor>)) {
          const length = norm(slope).dataSync()[0]!;
          expect(length, `the gradient of ${player}.${path}`).toBeLessThan(Number.POSITIVE_INFINITY);
          expect(length, `the gradient of ${player}.${path}`).toBeGreaterThan(0);
        }
      }
    });
  });
}

/** Away from the first values, where a last weight of 0 hides the gradients before it. */
function moved<P extends Tree<Tensor>>(params: P): P {
  return mapLeaves<Tensor, P>(params, (leaf, path) => add(leaf, mul(normalNoise(key(path.length), leaf.shape), 0.1)));
}
