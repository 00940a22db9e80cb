import { disposeTree, expectIntegers, type Optimizer, type Tree } from '@genai/core';
import { scope, valueAndGrad } from '@genai/tensor';
import { add, clone, mean, neg, scalar, sum, type Tensor } from '@tensorflow/tfjs-core';
import type { PointFlow } from './point-flow.js';

/** How {@link inferShape} looks. */
export interface InferShapeOptions<O extends Tree<Tensor>> {
  /** How the shapes move, `adam(0.02)` of `@genai/train` say. */
  readonly optimizer: Optimizer<Tensor, O>;
  /** Moves; 100 unless given, 0 takes what the encoder says. */
  readonly steps?: number;
  /** Told after each move: moves so far, and the mean of log p(points, z) before it, in nats a cloud. */
  readonly watch?: (progress: { readonly step: number; readonly logProb: number }) => void;
  /** Stops: rejects with the signal's reason after the move under way. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * The likeliest shape of each cloud, (batch, latents), given the points one has, (batch, points, features): the z of the greatest
 * log p(points | z) + log p(z), looked for from where the encoder puts it. Of a cloud that lacks a part, the flow of points then draws
 * the whole: `decode` completes it.
 *
 * @example
 * using z = owned({ of: await inferShape(shapes, params, halfOfAChair, { optimizer: adam(0.02) }) });
 * using whole = owned(shapes.decode(params, z.of, { key: key(1), count: 2_048 })); // (batch, 2048, 3)
 * @throws GenaiError unless `steps` is an integer of at least 0; the signal's reason.
 */
export async function inferShape<P, O extends Tree<Tensor>>(
  model: PointFlow<P>,
  params: P,
  clouds: Tensor,
  { optimizer, steps = 100, watch, signal }: InferShapeOptions<O>,
): Promise<Tensor> {
  expectIntegers('inferShape', { steps }, 0);
  signal?.throwIfAborted();
  const move = ({ z, state }: { z: Tensor; state: O }, step: number) => {
    const { values, grad } = valueAndGrad(
      ({ z }: { z: Tensor }) => {
        const joint = add(model.logProbPoints(params, clouds, z), model.prior(params).distribution.logProb(z)); // (batch)
        return { loss: neg(sum(joint)), logProb: mean(joint) };
      },
      { z },
    );
    const next = optimizer.update(grad, state, { z }, scalar(step));
    return { z: clone(next.params.z), state: next.state, logProb: values.logProb };
  };
  let at = scope(() => {
    const z = clone(model.encode(params, clouds).mean()); // (batch, latents)
    return { z, state: optimizer.init({ z }) };
  });
  let breath = performance.now();
  try {
    for (let step = 0; step < steps; step++) {
      const before = at;
      const { logProb, ...next } = scope(() => move(before, step));
      at = next;
      disposeTree(before);
      const [told] = await logProb.data().finally(() => logProb.dispose());
      watch?.({ step: step + 1, logProb: told! });
      if (performance.now() - breath > 16) {
        await new Promise((resolve) => setTimeout(resolve)); // so that a page stays alive and signals arrive
        breath = performance.now();
      }
      signal?.throwIfAborted();
    }
    return clone(at.z);
  } finally {
    disposeTree(at);
  }
}
