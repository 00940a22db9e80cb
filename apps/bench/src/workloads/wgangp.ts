import { split } from '@genai/core';
import { normalNoise, scope, uniformNoise, valueAndGrad } from '@genai/tensor';
import { type AdamState, adam, type Fit } from '@genai/train';
import { add, mean, mul, scalar, sqrt, square, sub, sum, type Tensor } from '@tensorflow/tfjs-core';
import { fixedBatches, greyPixels } from '../fixed-batches.js';
import { workload } from '../workload.js';
import { type CriticParams, critic, type GeneratorParams, generator } from './gan-nets.js';

type State = { readonly generator: GeneratorParams; readonly critic: Fit<CriticParams, AdamState> };

const PENALTY = 10;
const optimizer = adam(1e-4, { b1: 0, b2: 0.9 });

/** One critic step of WGAN-GP on the nets of DCGAN, no batch norm in the critic; Adam 1e-4 (0, 0.9). */
export const wgangp = workload<State, Tensor>({
  name: 'wgangp',
  params: 660_480,
  batch: 64,
  warmup: 3,
  setup: ({ batch, key }) => ({
    ...fixedBatches(4, key, (key) => greyPixels(key, [batch, 32, 32, 1], -1, 1)),
    params: (state) => state.critic.params,
    step: {
      init: (key) => {
        const [first, second] = split(key);
        return scope(() => {
          const params = critic.init(second);
          return {
            generator: generator.init(first),
            critic: { params, optimizer: optimizer.init(params), step: scalar(0) },
          };
        });
      },
      run: (state, x, key) =>
        scope(() => {
          const [forCodes, forMix] = split(key);
          const fake = generator.apply(state.generator, normalNoise(forCodes, [batch, 1, 1, 100]));
          const share = uniformNoise(forMix, [batch, 1, 1, 1]);
          const between = add(mul(share, x), mul(sub(1, share), fake)); // (batch, 32, 32, 1)
          const { params, optimizer: before, step } = state.critic;
          const { values, grad } = valueAndGrad(
            (params: CriticParams) => ({
              // Gulrajani et al. 2017, "Improved training of Wasserstein GANs", eq. 3
              loss: add(
                sub(mean(critic.apply(params, fake)), mean(critic.apply(params, x))),
                mul(penalty(params, between), PENALTY),
              ),
            }),
            params,
          );
          const made = optimizer.update(grad, before, params, step);
          return {
            state: { ...state, critic: { params: made.params, optimizer: made.state, step: add(step, 1) } },
            metrics: { loss: values.loss },
          };
        }),
    },
  }),
});

/** Mean of (‖∇ critic(x)‖ − 1)². */
function penalty(params: CriticParams, x: Tensor): Tensor {
  const { grad } = valueAndGrad(({ x }: { x: Tensor }) => ({ loss: sum(critic.apply(params, x)) }), { x });
  const norms = sqrt(sum(square(grad.x), [1, 2, 3])); // (batch)
  return mean(square(sub(norms, 1)));
}
