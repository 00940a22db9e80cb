import { type Key, type Layer, split } from '@genai/core';
import { type ProjectionParams, projection } from '@genai/nn';
import { dropElements, scope, stopGradient } from '@genai/tensor';
import { add, cast, matMul, mul, oneHot, ones, reshape, softmax, sub, type Tensor, topk } from '@tensorflow/tfjs-core';
import type { Experts, FullConfig } from '../transformer-config.js';
import type { BlockInitializers } from './attention-layer.js';
import { activationOf, type FeedForwardParams, gatedBy } from './feed-forward.js';

/** The maps of all experts side by side: `up` has the parts `gate` (all experts, one after the other) and `up`; `router` has `router`. */
export type ExpertParams = FeedForwardParams & { readonly router: ProjectionParams };

/**
 * A mixture of experts: Σ of the chosen w_e · down_e(activation(gate_e(x)) · up_e(x)), the weights by a router.
 *
 * All experts are one wide feed-forward layer, (width, count · hidden), whose hidden numbers are weighed by the router: exact, of fixed
 * shapes, and a plain matrix product each way. Those of experts not chosen are computed and multiplied by 0.
 *
 * @source Shazeer et al. 2017, "Outrageously large neural networks", eq. 1 and 5; Jiang et al. 2024, "Mixtral of experts", section 2.1.
 */
export function expertLayer(
  config: FullConfig,
  experts: Experts,
  { into, out }: BlockInitializers,
): Layer<Tensor, ExpertParams> {
  const { width, hidden, gated, dropout } = config;
  const wide = experts.count * hidden;
  const parts: { readonly [part: string]: number } = gated ? { gate: wide, up: wide } : { up: wide };
  const router = projection(width, { router: experts.count }, { bias: false, initializer: into });
  const up = projection(width, parts, { bias: false, initializer: into });
  const down = projection(wide, { down: width }, { bias: false, initializer: out });
  const activate = activationOf(config);
  return {
    init: (key) => {
      const [forRouter, forUp, forDown] = split(key, 3) as [Key, Key, Key];
      return scope(() => ({ router: router.init(forRouter), up: up.init(forUp), down: down.init(forDown) }));
    },
    apply: (params, x, key) => {
      const [forUp, forDown, forDrop] = key ? split(key, 3) : [];
      return scope(() => {
        const rows = reshape(x, [-1, width]);
        const weights = expertWeights(router.apply(params.router, rows), experts); // (rows, count)
        const raised = up.apply(params.up, rows, forUp); // (rows, wide) or (rows, 2 · wide)
        const active = gated ? gatedBy(activate, raised, wide) : activate(raised);
        const apart = reshape(active, [-1, experts.count, hidden]);
        const weighed = reshape(mul(apart, reshape(weights, [-1, experts.count, 1])), [-1, wide]);
        const y = reshape(down.apply(params.down, weighed, forDown), x.shape);
        return forDrop && dropout > 0 ? dropElements(y, forDrop, dropout) : y;
      });
    },
  };
}

/**
 * What each expert counts for each row, (rows, count) → same: 0 for all but the `active` of the largest logits.
 *
 * `normalised`: softmax over those chosen; else their share in the softmax over all. The choice itself has no gradient.
 */
export function expertWeights(logits: Tensor, { count, active, normalised = true }: Experts): Tensor {
  const { indices } = topk(stopGradient(logits), active);
  const places = cast(oneHot(cast(indices, 'int32'), count), 'float32'); // (rows, active, count)
  // Sums by a product: webgpu's `sum` over a middle axis of what `oneHot` made is wrong.
  const chosen = reshape(matMul(ones([logits.shape[0]!, 1, active]), places), [-1, count]); // of 0 and 1
  if (!normalised) return mul(softmax(logits), chosen);
  return softmax(add(logits, mul(sub(chosen, 1), FAR)));
}

/** Far below every logit. */
const FAR = 1e30;
