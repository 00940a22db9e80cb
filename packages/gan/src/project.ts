import { expectIntegers, fold, GenaiError, type Key, leaves, type Optimizer, type Tree } from '@genai/core';
import { scope, valueAndGrad } from '@genai/tensor';
import { less, mean, reshape, scalar, square, sub, sum, type Tensor, where } from '@tensorflow/tfjs-core';
import type { Gan } from './gan.js';

/** A code for each example, (batch, …latent), and how far what it makes is from the example, (batch). */
export type Projection = { readonly z: Tensor; readonly distance: Tensor };

/** What {@link project} needs and can vary. */
export interface ProjectOptions<O extends Tree<Tensor>, C = void> {
  readonly key: Key;
  /** How the codes move, `adam(0.05)` of `@genai/train` say. */
  readonly optimizer: Optimizer<Tensor, O>;
  /** Moves; 200 unless given. */
  readonly steps?: number;
  /** Codes that are drawn for each example, to start from the nearest; 16 unless given. */
  readonly draws?: number;
  /** How far examples (batch, …event) are from each other, (batch). The mean square of their difference unless given. */
  readonly distance?: (made: Tensor, x: Tensor) => Tensor;
  /** What a conditional model is given, a row for each example. */
  readonly context?: C;
  /** Told after each move: moves so far, and the mean distance before it. */
  readonly watch?: (progress: { readonly step: number; readonly distance: number }) => void;
  /** Stops: rejects with the signal's reason after the move under way. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * The codes whose examples are nearest to `x`, (batch, …event): where in the generator's world something lies, to edit it
 * there or to see what the generator cannot make.
 *
 * Of each example the nearest code on the way is kept. The result is the caller's.
 *
 * @example
 * using found = owned(await project(faces, params, photos, { optimizer: adam(0.05), key: key(0) }));
 * const again = faces.generate(params.generator, found.z); // (batch, …event)
 * @throws GenaiError unless `steps` is an integer of at least 0 and `draws` one of at least 1, or if the generator's examples
 * have another shape than `x`; the signal's reason.
 * @source Zhu et al. 2016, "Generative visual manipulation on the natural image manifold", eq. 3 (by optimisation).
 */
export async function project<G, O extends Tree<Tensor>, C = void>(
  model: Pick<Gan<G, unknown, C>, 'generate' | 'prior'>,
  { generator }: { readonly generator: G },
  x: Tensor,
  { key, optimizer, steps = 200, draws = 16, distance = meanSquare, context, watch, signal }: ProjectOptions<O, C>,
): Promise<Projection> {
  expectIntegers('project', { steps }, 0);
  expectIntegers('project', { draws });
  const far = (z: Tensor): Tensor => {
    const made = model.generate(generator, z, context as C); // (batch, …event)
    if (String(made.shape) !== String(x.shape)) {
      throw new GenaiError(
        `project: x has shape [${x.shape}], the generator gives [${made.shape}]. Pass a batch like that.`,
      );
    }
    return distance(made, x); // (batch)
  };
  const first = (i: number): Projection => {
    const z = model.prior().sample(fold(key, i), [x.shape[0] ?? 1]);
    return { z, distance: far(z) };
  };
  const descend = ({ best, z, optimizer: before }: Search<O>, step: number): Search<O> & { mean: Tensor } => {
    const { values, grad } = valueAndGrad(
      ({ z }: { z: Tensor }) => {
        const distance = far(z);
        return { loss: sum(distance), distance };
      },
      { z },
    );
    const next = optimizer.update(grad, before, { z }, scalar(step));
    const { distance } = values;
    return { best: nearer(best, { z, distance }), z: next.params.z, optimizer: next.state, mean: mean(distance) };
  };
  let breath = performance.now();
  signal?.throwIfAborted();
  let search: Search<O> = scope(() => {
    let best = first(0);
    for (let i = 1; i < draws; i++) best = nearer(best, first(i));
    return { best, z: best.z.clone(), optimizer: optimizer.init({ z: best.z }) };
  });
  try {
    for (let step = 0; step < steps; step++) {
      const { mean: told, ...next } = scope(() => descend(search, step));
      release(search, next);
      search = next;
      const [number] = await told.data().finally(() => told.dispose());
      watch?.({ step: step + 1, distance: number! });
      if (performance.now() - breath > 16) {
        await new Promise((resolve) => setTimeout(resolve)); // so that a page stays alive and signals arrive
        breath = performance.now();
      }
      signal?.throwIfAborted();
    }
    const { best, z } = search;
    return scope(() => nearer(best, { z, distance: far(z) }));
  } finally {
    release(search, {});
  }
}

/** The codes under way and the nearest so far. */
type Search<O> = { readonly best: Projection; readonly z: Tensor; readonly optimizer: O };

/** Frees what `old` holds and `kept` does not. */
function release(old: Tree<Tensor>, kept: Tree<Tensor>): void {
  const alive = new Set(leaves<Tensor>(kept).map(([, leaf]) => leaf));
  for (const leaf of new Set(leaves<Tensor>(old).map(([, leaf]) => leaf))) if (!alive.has(leaf)) leaf.dispose();
}

/** Of each example the nearer of two codes. */
function nearer(a: Projection, b: Projection): Projection {
  const closer = less(b.distance, a.distance); // (batch)
  const wide = reshape(closer, [closer.size, ...a.z.shape.slice(1).map(() => 1)]);
  return { z: where(wide, b.z, a.z), distance: where(closer, b.distance, a.distance) };
}

function meanSquare(made: Tensor, x: Tensor): Tensor {
  return mean(reshape(square(sub(made, x)), [x.shape[0] ?? 1, -1]), 1);
}
