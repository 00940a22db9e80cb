import { type Distribution, type Mean, split } from '@genai/core';
import { categorical } from '@genai/distributions';
import { expectShape, gather, logSumExp, normalNoise, scope, stopGradient } from '@genai/tensor';
import {
  add,
  concat,
  div,
  log,
  matMul,
  mean,
  mul,
  reshape,
  softmax,
  square,
  sub,
  sum,
  type Tensor,
  zeros,
} from '@tensorflow/tfjs-core';

/** A mixture of normal distributions with diagonal covariances; it has no batch. */
export interface NormalMixture extends Distribution<Tensor>, Mean<Tensor> {
  readonly kind: 'normalMixture';
  /** (mixtures, features) */
  readonly loc: Tensor;
  /** (mixtures, features) */
  readonly scale: Tensor;
  /** (mixtures) */
  readonly logits: Tensor;
}

/**
 * Σₖ πₖ N(z; μₖ, diag σₖ²) over vectors z: `loc` μ and `scale` σ of shape (mixtures, features), π = softmax(logits), equal
 * shares unless given. `logProb` takes (…, features) and gives (…), in nats.
 *
 * It is `mixture(logits, independent(normal(loc, scale), 1))` without its tensor of (…, mixtures, features): squares are
 * expanded, so that all pairs of z and μₖ cost one matrix product. Where |z − centre| / σ is large that costs digits: the
 * error is about 10⁻⁷ Σⱼ (zⱼ − centreⱼ)² / σₖⱼ² nats, with the centre the mean of all μₖ.
 *
 * A sample is drawn from one component; gradients flow to its `loc` and `scale`, none to the logits.
 *
 * @example
 * const prior = normalMixture(params.loc, softplus(params.scale)); // both (500, 40)
 * const logProb = prior.logProb(z); // (batch, 40) → (batch)
 * @throws GenaiError if the shapes do not fit together.
 */
export function normalMixture(loc: Tensor, scale: Tensor, logits: Tensor = equal(loc)): NormalMixture {
  const [mixtures, features] = expectShape('normalMixture: loc', loc, ['mixtures', 'features']);
  expectShape('normalMixture: scale', scale, [mixtures, features]);
  expectShape('normalMixture: logits', logits, [mixtures]);
  return {
    kind: 'normalMixture',
    loc,
    scale,
    logits,
    batchShape: [],
    eventShape: [features],
    sample: (key, shape = []) =>
      scope(() => {
        const [choice, noise] = split(key);
        const chosen = categorical(logits).sample(choice, shape); // shape
        const at = gather(loc, chosen); // shape + (features)
        return add(at, mul(gather(scale, chosen), normalNoise(noise, [...shape, features])));
      }),
    logProb: (z) => {
      expectShape('normalMixture.logProb', z, ['…', features]);
      return scope(() => {
        const rows = reshape(z, [z.size / features, features]);
        const logWeights = sub(logits, logSumExp(logits, -1, true)); // (mixtures)
        const logProb = logSumExp(add(logNormals(rows, loc, scale), logWeights), -1); // (rows)
        return reshape(logProb, z.shape.slice(0, -1));
      });
    },
    mean: () => scope(() => reshape(matMul(reshape(softmax(logits), [1, mixtures]), loc), [features])),
  };
}

/** log N(z; μₖ, σₖ) for all pairs: z (rows, features), μ and σ (mixtures, features) → (rows, mixtures). */
function logNormals(z: Tensor, loc: Tensor, scale: Tensor): Tensor {
  // The centre cancels in exact arithmetic: it has no gradient.
  const centre = stopGradient(mean(loc, 0)); // (features)
  const x = sub(z, centre); // (rows, features)
  const m = sub(loc, centre); // (mixtures, features)
  const precision = div(1, square(scale));
  const slope = mul(m, precision);
  // −½ Σⱼ (xⱼ − mⱼ)² / σⱼ² = Σⱼ xⱼ² · (−½ / σⱼ²) + Σⱼ xⱼ · (mⱼ / σⱼ²) − ½ Σⱼ mⱼ² / σⱼ²
  const weight = concat([mul(precision, -0.5), slope], 1); // (mixtures, 2 · features)
  const pairs = matMul(concat([square(x), x], 1), weight, false, true); // (rows, mixtures)
  const constant = add(sum(add(mul(mul(m, slope), 0.5), log(scale)), 1), loc.shape[1]! * HALF_LOG_2PI); // (mixtures)
  return sub(pairs, constant);
}

/** Logits of equal shares. */
function equal(loc: Tensor): Tensor {
  return zeros([loc.shape[0] ?? 1]);
}

const HALF_LOG_2PI = 0.9189385332046727; // ½ log 2π
