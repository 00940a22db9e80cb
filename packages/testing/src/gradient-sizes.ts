import { key, leaves, randomNormal, type Tree } from '@genai/core';
import { engine, mul, sum, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';

/**
 * For each leaf of a tree the norm of the gradient of `f`'s result there; 0 where it does not depend on the leaf.
 *
 * The entries of the result are weighed at random, so that no symmetry hides a gradient. Reads synchronously.
 *
 * @example
 * for (const [path, size] of gradientSizes(params, () => model.given(params).logProb(x))) expect(size, path).toBeGreaterThan(0);
 */
export function gradientSizes(tree: Tree<Tensor>, f: () => Tensor): [path: string, size: number][] {
  const all = leaves<Tensor>(tree);
  if (all.length === 0) return [];
  return tidy(() => {
    const loss = (): Tensor => {
      const y = f();
      return sum(mul(y, tensor(randomNormal(key(6), y.size), y.shape)));
    };
    const { grads } = engine().gradients(
      loss,
      all.map(([, leaf]) => leaf),
      undefined,
      true,
    );
    return all.map(([path], i) => [path, grads[i] ? Math.hypot(...grads[i]!.dataSync()) : 0]) as never;
  });
}
