import { type Distribution, expectIntegers, GenaiError, type Key } from '@genai/core';
import { logSigmoid, scope } from '@genai/tensor';
import { add, div, exp, log, mean, mul, neg, sigmoid, square, sub, sum, type Tensor } from '@tensorflow/tfjs-core';
import type { Bernoulli } from './bernoulli.js';
import type { Categorical } from './categorical.js';
import { type Independent, sumLast } from './independent.js';
import { finiteLog, logWeights } from './log-weights.js';
import type { Normal } from './normal.js';

/** How to estimate where there is no closed form. */
export interface KlOptions {
  /** Randomness of the estimate. */
  readonly key?: Key;
  /** Draws from q; 1 unless given. */
  readonly samples?: number;
}

/**
 * KL(q ‖ p) = E_q[log q(x) − log p(x)] in nats, shape `batch` (to which the batches of q and p broadcast).
 *
 * Exact where there is a closed form: two normals, two Bernoullis, two categoricals, and two `independent` of those.
 * Otherwise, if a `key` is given, the mean over draws from q: unbiased, differentiable where q's samples are.
 *
 * @example
 * const divergence = kl(normal(loc, scale), normal(zeros([16]), ones([16]))); // (batch, 16)
 * const estimate = kl(posterior, flow, { key: key(0), samples: 64 }); // (batch)
 * @throws GenaiError if there is no closed form and no key, or if the events of q and p differ.
 * @source Kingma and Welling 2014, "Auto-encoding variational Bayes", appendix B (two normals).
 */
export function kl(q: Distribution<Tensor>, p: Distribution<Tensor>, { key, samples = 1 }: KlOptions = {}): Tensor {
  if (String(q.eventShape) !== String(p.eventShape)) {
    throw new GenaiError(`kl: q has events of shape [${q.eventShape}], p of shape [${p.eventShape}]. They must agree.`);
  }
  const exact = closedForm(q, p);
  if (exact) return scope(exact);
  if (!key) {
    throw new GenaiError(
      `kl: there is no closed form for ${name(q)} and ${name(p)}. Pass { key } for an estimate by sampling, ` +
        'and { samples } for more draws.',
    );
  }
  expectIntegers('kl', { samples });
  return scope(() => {
    const x = q.sample(key, [samples]); // (samples) + batch + event
    return mean(sub(q.logProb(x), p.logProb(x)), 0);
  });
}

/**
 * KL(q ‖ p) in closed form before it is summed over the event: shape `batch + event` for `independent` distributions,
 * one number for each feature, as free bits need it.
 *
 * @example
 * const each = klPerFeature(posterior, prior); // (batch, 16)
 * @throws GenaiError if there is no closed form.
 */
export function klPerFeature(q: Distribution<Tensor>, p: Distribution<Tensor>): Tensor {
  if (!hasClosedFormKl(q, p)) {
    throw new GenaiError(`klPerFeature: there is no closed form for ${name(q)} and ${name(p)}.`);
  }
  let [a, b] = [q, p];
  while (isKind<Independent>(a, 'independent') && isKind<Independent>(b, 'independent')) [a, b] = [a.base, b.base];
  return kl(a, b);
}

/** Whether {@link kl} of these two is exact and needs no key. */
export function hasClosedFormKl(q: Distribution<Tensor>, p: Distribution<Tensor>): boolean {
  return String(q.eventShape) === String(p.eventShape) && closedForm(q, p) !== undefined;
}

function closedForm(q: Distribution<Tensor>, p: Distribution<Tensor>): (() => Tensor) | undefined {
  if (isKind<Normal>(q, 'normal') && isKind<Normal>(p, 'normal')) return () => betweenNormals(q, p);
  if (isKind<Bernoulli>(q, 'bernoulli') && isKind<Bernoulli>(p, 'bernoulli')) return () => betweenBernoullis(q, p);
  if (isKind<Categorical>(q, 'categorical') && isKind<Categorical>(p, 'categorical')) {
    return q.logits.shape.at(-1) === p.logits.shape.at(-1) ? () => betweenCategoricals(q, p) : undefined;
  }
  if (isKind<Independent>(q, 'independent') && isKind<Independent>(p, 'independent') && q.rank === p.rank) {
    const base = closedForm(q.base, p.base);
    return base && (() => sumLast(base(), q.rank));
  }
  return undefined;
}

/** log σₚ/σ_q + (σ_q² + (μ_q − μₚ)²) / 2σₚ² − ½, with r = σ_q/σₚ: ½(r² + d² − 1) − log r. */
function betweenNormals(q: Normal, p: Normal): Tensor {
  const ratio = div(q.scale, p.scale);
  const distance = div(sub(q.loc, p.loc), p.scale);
  return sub(mul(sub(add(square(ratio), square(distance)), 1), 0.5), log(ratio));
}

/** Σ over 1 and 0 of q (log q − log p). */
function betweenBernoullis({ logits: q }: Bernoulli, { logits: p }: Bernoulli): Tensor {
  const ones = mul(sigmoid(q), sub(logSigmoid(q), logSigmoid(p)));
  const zeros = mul(sigmoid(neg(q)), sub(logSigmoid(neg(q)), logSigmoid(neg(p))));
  return add(ones, zeros);
}

/** Σₖ qₖ (log qₖ − log pₖ), 0 where qₖ is 0. */
function betweenCategoricals(q: Categorical, p: Categorical): Tensor {
  const logQ = finiteLog(logWeights(q.logits));
  return sum(mul(exp(logQ), sub(logQ, finiteLog(logWeights(p.logits)))), -1);
}

function isKind<D extends Distribution<Tensor> & { readonly kind: string }>(
  distribution: Distribution<Tensor>,
  kind: D['kind'],
): distribution is D {
  return (distribution as { readonly kind?: string }).kind === kind;
}

function name(distribution: Distribution<Tensor>): string {
  const { kind, base } = distribution as { readonly kind?: string; readonly base?: Distribution<Tensor> };
  if (!kind) return 'a distribution of an unknown kind';
  return base ? `${kind} of ${name(base)}` : kind;
}
