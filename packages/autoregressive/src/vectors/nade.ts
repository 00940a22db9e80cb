import { type Distribution, expectIntegers, type Key, type Model, split } from '@genai/core';
import { glorotUniform } from '@genai/nn';
import { scope } from '@genai/tensor';
import { add, matMul, type Tensor, zeros } from '@tensorflow/tfjs-core';
import { contextOf } from './context-of.js';
import { type NadeBiases, type NadeWeights, nadeDistribution } from './nade-distribution.js';

/** The parameters of {@link nade}. */
export type NadeParams = {
  readonly weights: NadeWeights;
  /** `visible`: (features), `hidden`: (hidden). */
  readonly biases: NadeBiases;
  /** What a context adds to the biases: `visible`: (context, features), `hidden`: (context, hidden). */
  readonly context?: NadeBiases;
};

export interface NadeOptions {
  /** Of the data, zeros and ones: the last axis. */
  readonly features: number;
  /** Hidden units, which all features share. */
  readonly hidden: number;
  /** Features of the context; without, the model has none. */
  readonly context?: number;
}

/**
 * A neural autoregressive distribution estimator: p(x) = ∏ p(x_d | x_<d) of zeros and ones, each factor a net of one hidden layer,
 * all with the same weights; with `context` p(x | c), whose biases move with c.
 *
 * `given(params).logProb(x)` takes x of shape (…, features) and is in nats; `sample(key, shape)` has shape `shape + features`.
 *
 * @example
 * const digits = nade({ features: 784, hidden: 500 });
 * const step = minimize(vectorNll(digits), adam(1e-3));
 * using images = owned(scope(() => digits.given(run.state.params).sample(key(1), [16]))); // (16, 784)
 * @throws GenaiError if a size is not an integer of at least 1; when used, if a context is missing or a shape is wrong.
 * @source Larochelle and Murray 2011, "The neural autoregressive distribution estimator", section 3.
 */
export function nade(options: NadeOptions & { readonly context?: never }): Model<NadeParams, Distribution<Tensor>>;
export function nade(
  options: NadeOptions & { readonly context: number },
): Model<NadeParams, Distribution<Tensor>, Tensor>;
export function nade({
  features,
  hidden,
  context: size = 0,
}: NadeOptions): Model<NadeParams, Distribution<Tensor>> | Model<NadeParams, Distribution<Tensor>, Tensor> {
  const at = `nade(${features}, ${hidden})`;
  expectIntegers(at, { features, hidden });
  expectIntegers(at, { context: size }, 0);
  const model: Model<NadeParams, Distribution<Tensor>, Tensor | undefined> = {
    init: (key) => {
      const [a, b, c, d] = split(key, 4) as [Key, Key, Key, Key];
      return scope(() => ({
        weights: { input: glorotUniform(a, [features, hidden]), output: glorotUniform(b, [features, hidden]) },
        biases: { visible: zeros([features]), hidden: zeros([hidden]) },
        ...(size > 0 && {
          context: { visible: glorotUniform(c, [size, features]), hidden: glorotUniform(d, [size, hidden]) },
        }),
      }));
    },
    given: ({ weights, biases, context: moves }, context) => {
      if (size === 0 || !moves) return nadeDistribution(weights, biases);
      const [seen] = contextOf(at, context, size) as [Tensor];
      return nadeDistribution(
        weights,
        scope(() => ({
          visible: add(matMul(seen, moves.visible), biases.visible), // (batch, features)
          hidden: add(matMul(seen, moves.hidden), biases.hidden), // (batch, hidden)
        })),
      );
    },
  };
  return model as ReturnType<typeof nade>;
}
