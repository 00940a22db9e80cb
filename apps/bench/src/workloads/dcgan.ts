import { split } from '@genai/core';
import { normalNoise, scope, softplus, valueAndGrad } from '@genai/tensor';
import { type AdamState, adam, type Fit } from '@genai/train';
import { add, mean, neg, scalar, type Tensor } from '@tensorflow/tfjs-core';
import { fixedBatches, greyPixels } from '../fixed-batches.js';
import { workload } from '../workload.js';
import { type DiscriminatorParams, discriminator, type GeneratorParams, generator } from './gan-nets.js';

type State = {
  readonly generator: Fit<GeneratorParams, AdamState>;
  readonly discriminator: Fit<DiscriminatorParams, AdamState>;
};

const optimizer = adam(2e-4, { b1: 0.5, b2: 0.999 });

/** DCGAN, 32 × 32 × 1: one step of the discriminator and one of the generator on the same codes; Adam 2e-4 (0.5, 0.999). */
export const dcgan = workload<State, Tensor>({
  name: 'dcgan',
  params: 1_728_128,
  batch: 64,
  warmup: 3,
  setup: ({ batch, key }) => ({
    ...fixedBatches(4, key, (key) => greyPixels(key, [batch, 32, 32, 1], -1, 1)),
    params: (state) => ({ generator: state.generator.params, discriminator: state.discriminator.params }),
    step: {
      init: (key) => {
        const [first, second] = split(key);
        return scope(() => ({
          generator: fresh(generator.init(first)),
          discriminator: fresh(discriminator.init(second)),
        }));
      },
      run: (state, x, key) =>
        scope(() => {
          const z = normalNoise(key, [batch, 1, 1, 100]);
          const fake = generator.apply(state.generator.params, z);
          const judged = valueAndGrad(
            (params: DiscriminatorParams) => ({
              loss: add(taken(discriminator.apply(params, x), true), taken(discriminator.apply(params, fake), false)),
            }),
            state.discriminator.params,
          );
          const next = moved(state.discriminator, judged.grad);
          const made = valueAndGrad(
            (params: GeneratorParams) => ({
              loss: taken(discriminator.apply(next.params, generator.apply(params, z)), true),
            }),
            state.generator.params,
          );
          return {
            state: { generator: moved(state.generator, made.grad), discriminator: next },
            metrics: { loss: made.values.loss },
          };
        }),
    },
  }),
});

/** Mean binary cross-entropy of logits against all ones or all zeros. */
function taken(logits: Tensor, real: boolean): Tensor {
  return mean(softplus(real ? neg(logits) : logits));
}

function fresh<P extends GeneratorParams | DiscriminatorParams>(params: P): Fit<P, AdamState> {
  return { params, optimizer: optimizer.init(params), step: scalar(0) };
}

function moved<P extends GeneratorParams | DiscriminatorParams>(
  { params, optimizer: before, step }: Fit<P, AdamState>,
  grad: P,
): Fit<P, AdamState> {
  const made = optimizer.update(grad, before, params, step);
  return { params: made.params, optimizer: made.state, step: add(step, 1) };
}
