import { scope, valueAndGrad } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { tensor1d } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import golden from '../golden/losses.json' with { type: 'json' };
import { hinge, leastSquares, minimax, nonSaturating, relativistic, wasserstein } from './losses.js';

const losses = { minimax, nonSaturating, leastSquares, hinge, wasserstein, relativistic };

describe('goldens of PyTorch: the losses and their gradients at what the critic gave', () => {
  const names = Object.keys(golden) as (keyof typeof golden)[];
  test.each(names)('%s', (name) => {
    scope(() => {
      const loss = losses[name]();
      const { critic, generator } = golden[name];
      // The recipe is golden/losses.py.
      const judged = { real: tensor1d([0.7, -1.3, 2.1, 0.2]), fake: tensor1d([-0.4, 1.6, -2.2, 30]) };
      const told = valueAndGrad(({ real, fake }: typeof judged) => ({ loss: loss.critic(real, fake) }), judged);
      expectClose(told.values.loss, critic.loss);
      expectClose(told.grad.real, critic.real);
      expectClose(told.grad.fake, critic.fake);
      const moved = valueAndGrad(
        ({ fake }: { fake: typeof judged.fake }) => ({ loss: loss.generator(fake, () => judged.real) }),
        { fake: judged.fake },
      );
      expectClose(moved.values.loss, generator.loss);
      expectClose(moved.grad.fake, generator.fake);
    });
  });
});

describe('known answers', () => {
  const at = (name: 'minimax' | 'nonSaturating', fake: number): number =>
    scope(() => {
      const { grad } = valueAndGrad(({ fake }) => ({ loss: losses[name]().generator(fake, () => fake) }), {
        fake: tensor1d([fake]),
      });
      return grad.fake.dataSync()[0]!;
    });

  test('a critic that is sure of a fake gives minimax no slope, and the non-saturating loss all of it', () => {
    // −σ(f) and −σ(−f)
    for (const f of [-20, -3, 0, 3]) {
      expect(at('minimax', f)).toBeCloseTo(-1 / (1 + Math.exp(-f)), 6);
      expect(at('nonSaturating', f)).toBeCloseTo(-1 / (1 + Math.exp(f)), 6);
    }
    expect(Math.abs(at('minimax', -20))).toBeLessThan(1e-8);
    expect(at('nonSaturating', -20)).toBeCloseTo(-1, 6);
  });

  test('a critic that cannot tell costs 2 log 2, log 2 a pair, and 2 by the hinge', () => {
    scope(() => {
      const none = tensor1d([0, 0, 0]);
      expectClose(losses.nonSaturating().critic(none, none), [2 * Math.LN2]);
      expectClose(losses.relativistic().critic(none, none), [Math.LN2]);
      expectClose(losses.hinge().critic(none, none), [2]);
      expectClose(losses.wasserstein().critic(none, none), [0]);
    });
  });

  test('only the relativistic generator asks what the critic gives for real examples', () => {
    for (const [name, make] of Object.entries(losses)) {
      let asked = 0;
      scope(() => {
        const fake = tensor1d([0.5, -1]);
        make().generator(fake, () => {
          asked++;
          return fake;
        });
      });
      expect(asked, name).toBe(name === 'relativistic' ? 1 : 0);
    }
  });
});
