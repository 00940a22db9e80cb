import { type Key, type Layer, split } from '@genai/core';
import { type ProjectionParams, projection } from '@genai/nn';
import { dropElements, gatedActivation, scope, stopGradient } from '@genai/tensor';
import { add, cast, matMul, mul, oneHot, ones, reshape, softmax, sub, type Tensor, topk } from '@tensorflow/tfjs-core';
import type { Experts, FullConfig } from '../transformer-config.js';
import type { BlockInitializers } from './attention-layer.js';
import { activationOf, type FeedForwardParams } from './feed-forward.js';

/** The maps of all experts side by side: `up` has the parts `gate` (all experts, one after the other) and `up`; `router` has `router`. */
export type ExpertParams = FeedForwardParams & { readonly router: ProjectionParams };

/** A mixture of experts as a layer, which also gives what its router said. */
export interface ExpertLayer extends Layer<Tensor, ExpertParams> {
  /** {@link Layer.apply}, (batch, time, width) → same, and the logits of the router, (batch, time, count). */
  readonly routed: (params: ExpertParams, x: Tensor, key?: Key) => { readonly output: Tensor; readonly router: Tensor };
}

/**
 * A mixture of experts: Σ of the chosen w_e · down_e(activation(gate_e(x)) · up_e(x)), the weights by a router.
 *
 * All experts are one wide feed-forward layer, (width, count · hidden), whose hidden numbers are weighed by the router: exact, of fixed
 * shapes, and a plain matrix product each way. Those of experts not chosen are computed and multiplied by 0.
 *
 * @source Shazeer et al. 2017, "Outrageously large neural networks", eq. 1 and 5; Jiang et al. 2024, "Mixtral of experts", section 2.1.
 */
export function expertLayer(config: FullConfig, experts: Experts, { into, out }: BlockInitializers): ExpertLayer {
  const { width, hidden, gated, dropout } = config;
  const wide = experts.count * hidden;
  const parts: { readonly [part: string]: number } = gated ? { gate: wide, up: wide } : { up: wide };
  const router = projection(width, { router: experts.count }, { bias: false, initializer: into });
  const up = projection(width, parts, { bias: false, initializer: into });
  const down = projection(wide, { down: width }, { bias: false, initializer: out });
  const activate = activationOf(config);
  const routed: ExpertLayer['routed'] = (params, x, key) => {
    const [forUp, forDown, forDrop] = key ? split(key, 3) : [];
    return scope(() => {
      const rows = reshape(x, [-1, width]);
      const logits = router.apply(params.router, rows); // (rows, count)
      const weights = expertWeights(logits, experts); // (rows, count)
      const raised = up.apply(params.up, rows, forUp); // (rows, wide) or (rows, 2 · wide)
      const active = gated ? gatedActivation(raised, config.activation) : activate(raised);
      const apart = reshape(active, [-1, experts.count, hidden]);
      const weighed = reshape(mul(apart, reshape(weights, [-1, experts.count, 1])), [-1, wide]);
      const y = reshape(down.apply(params.down, weighed, forDown), x.shape);
      return {
        output: forDrop && dropout > 0 ? dropElements(y, forDrop, dropout) : y,
        router: reshape(logits, [...x.shape.slice(0, -1), experts.count]),
      };
    });
  };
  return {
    routed,
    init: (key) => {
      const [forRouter, forUp, forDown] = split(key, 3) as [Key, Key, Key];
      return scope(() => ({ router: router.init(forRouter), up: up.init(forUp), down: down.init(forDown) }));
    },
    apply: (params, x, key) => scope(() => routed(params, x, key).output),
  };
}

/**
 * What each expert counts for each row, (rows, count) → same: 0 for all but the `active` of the largest logits.
 *
 * `normalised`: softmax over those chosen; else their share in the softmax over all. The choice itself has no gradient.
 */
export function expertWeights(logits: Tensor, { active, normalised = true }: Experts): Tensor {
  const chosen = chosenExperts(logits, active); // of 0 and 1
  if (!normalised) return mul(softmax(logits), chosen);
  return softmax(add(logits, mul(sub(chosen, 1), FAR)));
}

/** 1 for the `active` experts of the largest logits of each row, else 0: (rows, count) → same. */
export function chosenExperts(logits: Tensor, active: number): Tensor {
  const [rows, count] = logits.shape as [number, number];
  return scope(() => {
    const { indices } = topk(stopGradient(logits), active);
    const places = cast(oneHot(cast(indices, 'int32'), count), 'float32'); // (rows, active, count)
    // Sums by a product: webgpu's `sum` over a middle axis of what `oneHot` made is wrong.
    return reshape(matMul(ones([rows, 1, active]), places), [rows, count]);
  });
}

/** Far below every logit. */
const FAR = 1e30;
