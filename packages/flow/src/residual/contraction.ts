import { expectIntegers, GenaiError, type Key, split } from '@genai/core';
import { type DenseParams, dense, glorotUniform } from '@genai/nn';
import { expectShape, linear, scope, stopGradient, valueAndGrad } from '@genai/tensor';
import { add, div, mul, relu, sum, type Tensor, transpose } from '@tensorflow/tfjs-core';
import { largestSingularValueBound } from './largest-singular-value-bound.js';
import { lipSwish } from './lip-swish.js';

/**
 * A net that brings any two points nearer to each other: ‖g(a) − g(b)‖ ≤ bound ‖a − b‖ with bound < 1, at all parameters.
 *
 * @typeParam P - the parameters, a tree of tensors.
 */
export interface Contraction<P> {
  readonly init: (key: Key) => P;
  readonly bound: number;
  /** The net at these parameters; what bounds them is worked out once, however often the net is then used. */
  readonly at: (params: P) => ContractionAt;
}

/** A contraction at its parameters. */
export interface ContractionAt {
  /** g(x), (…, inputs) → (…, outputs). */
  readonly apply: (x: Tensor) => Tensor;
  /** g(x), and what multiplies by its Jacobian J there. */
  readonly linearized: (x: Tensor) => Linearized;
}

/** A net at a point. */
export interface Linearized {
  readonly y: Tensor;
  /** wᵀ J for any number of w at once: (count, …, outputs) → (count, …, inputs). */
  readonly pull: (w: Tensor) => Tensor;
  /** The same as a constant: no gradient flows to the point or the parameters. */
  readonly pullOfConstants: (w: Tensor) => Tensor;
}

/** How {@link contraction} works. */
export interface ContractionOptions {
  /** ‖g(a) − g(b)‖ / ‖a − b‖ is never above this; below 1, 0.9 unless given. */
  readonly bound?: number;
  /** What stands between the layers: elementwise, smooth and nowhere steeper than 1. {@link lipSwish} unless given; tanh, elu. */
  readonly activation?: (x: Tensor) => Tensor;
  /** How closely singular values are bounded: see {@link largestSingularValueBound}. 6 unless given. */
  readonly squarings?: number;
}

/**
 * A multi-layer perceptron whose weights are divided by what they exceed the bound by: (…, inputs) → (…, outputs).
 *
 * Of n layers each has `bound`^(1/n). Singular values are bounded from above, so that the net is a contraction at all parameters
 * and not only nearly. Parameters are those of the layers, undivided.
 *
 * @param sizes - `[inputs, …hidden, outputs]`.
 * @example
 * const layer = invertibleResidual({ features: 2, net: contraction([2, 64, 64, 2], { bound: 0.97 }) });
 * @throws GenaiError if `sizes` has fewer than two entries or one that is not an integer of at least 1, or if `bound` is not
 * between 0 and 1; when applied, if the last dimension is not `inputs`.
 * @source Behrmann et al. 2019, "Invertible residual networks", section 2; the bound of singular values: Delattre et
 * al. 2023, "Efficient bound of Lipschitz constant for convolutional layers by Gram iteration".
 */
export function contraction(
  sizes: readonly number[],
  { bound = 0.9, activation = lipSwish, squarings = 6 }: ContractionOptions = {},
): Contraction<readonly DenseParams[]> {
  const where = `contraction([${sizes.join(', ')}])`;
  if (sizes.length < 2)
    throw new GenaiError(`${where}: sizes must be [inputs, …hidden, outputs], got ${sizes.length}.`);
  if (!(bound > 0 && bound < 1)) throw new GenaiError(`${where}: bound must be above 0 and below 1, got ${bound}.`);
  expectIntegers(where, { squarings }, 0);
  const count = sizes.length - 1;
  const layers = sizes
    .slice(1)
    .map((size, i) => dense(sizes[i]!, size, i === count - 1 ? { initializer: glorotUniform } : {}));
  const share = bound ** (1 / count);

  const at = (params: readonly DenseParams[]): ContractionAt => {
    if (params.length !== count) {
      throw new GenaiError(
        `${where}: got parameters of ${params.length} layers, expected ${count}. Pass what init gave.`,
      );
    }
    const bounded = params.map((layer) => ({ ...layer, weight: within(layer.weight, share, squarings) }));
    return {
      apply: (x) => scope(() => bounded.reduce((y, layer, i) => affine(i > 0 ? activation(y) : y, layer), x)),
      linearized: (x) => {
        expectShape(where, x, ['…', sizes[0]!]);
        const slopes: Tensor[] = []; // of the activations, (…, width)
        let y = x;
        for (const [i, layer] of bounded.entries()) {
          if (i > 0) {
            const { values, grad } = valueAndGrad(({ at }: { at: Tensor }) => valued(activation(at)), { at: y });
            y = values.value;
            slopes.push(grad.at);
          }
          y = affine(y, layer);
        }
        const weights = bounded.map(({ weight }) => weight);
        const [constants, still] = [weights, slopes].map((all) => all.map((tensor) => stopGradient(tensor)));
        return {
          y,
          pull: (w) => pulled(w, weights, slopes),
          pullOfConstants: (w) => pulled(w, constants!, still!),
        };
      },
    };
  };
  return {
    bound,
    init: (key) => {
      const keys = split(key, count);
      return scope(() => layers.map((layer, i) => layer.init(keys[i]!)));
    },
    at,
  };
}

const affine = (x: Tensor, { weight, bias }: DenseParams): Tensor => linear(x, weight, bias);

function valued(value: Tensor): { loss: Tensor; value: Tensor } {
  return { loss: sum(value), value };
}

/** wᵀ J = ((wᵀ Wₙ) φ′ₙ₋₁ Wₙ₋₁ …) W₁, with W as it is applied from the left. */
function pulled(w: Tensor, weights: readonly Tensor[], slopes: readonly Tensor[]): Tensor {
  return scope(() => {
    let row = w;
    for (let i = weights.length - 1; i >= 0; i--) {
      row = linear(row, transpose(weights[i]!));
      if (i > 0) row = mul(row, slopes[i - 1]!);
    }
    return row;
  });
}

/** The weight, divided where its largest singular value σ may be above `most`: by max(1, σ / most). */
function within(weight: Tensor, most: number, squarings: number): Tensor {
  return scope(() => {
    const sigma = largestSingularValueBound(weight, squarings);
    return div(weight, add(relu(add(div(sigma, most), -1)), 1));
  });
}
