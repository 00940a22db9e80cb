import { GenaiError, leaves, mapLeaves, type Optimizer, type Tree } from '@genai/core';
import { scope } from '@genai/tensor';
import type { Tensor } from '@tensorflow/tfjs-core';

/** Some leaves, and what moves them. */
export interface Group<O extends Tree<Tensor> = Tree<Tensor>> {
  /** Which leaves these are, of those that no group before has taken; default all. */
  readonly when?: (path: string, leaf: Tensor) => boolean;
  readonly optimizer: Optimizer<Tensor, O>;
}

/** The states of the groups' optimizers in order. */
export type GroupedState<S extends readonly Tree<Tensor>[]> = { groups: S };

/**
 * An optimizer for each group of leaves: a leaf belongs to the first group that takes it.
 *
 * @example
 * grouped({ when: (path) => path.startsWith('embedding'), optimizer: adamW(1e-3) }, { optimizer: adamW(3e-4) });
 * @throws GenaiError, when used, if no group takes a leaf.
 */
export function grouped<S extends readonly Tree<Tensor>[]>(
  ...parts: { [i in keyof S]: Group<S[i]> }
): Optimizer<Tensor, GroupedState<S>> {
  const groups = parts as unknown as readonly Group[];
  /** Of each group the leaves by their paths, as `of` has them. */
  const parted = (params: Tree<Tensor>, of: Tree<Tensor> = params): readonly { [path: string]: Tensor }[] => {
    const taken = groups.map((): { [path: string]: Tensor } => ({}));
    const held = new Map(leaves<Tensor>(of));
    for (const [path, leaf] of leaves<Tensor>(params)) {
      const group = groups.findIndex(({ when }) => !when || when(path, leaf));
      const value = held.get(path);
      if (group < 0) {
        throw new GenaiError(
          `grouped: no group takes "${path}". End with a group without \`when\`, which takes all others.`,
        );
      }
      if (!value) throw new GenaiError(`grouped: no leaf at "${path}" in one of the trees. Pass trees of one form.`);
      taken[group]![path] = value;
    }
    return taken;
  };
  return {
    init: (params) => {
      const own = parted(params);
      return scope(() => ({ groups: groups.map(({ optimizer }, i) => optimizer.init(own[i]!)) as unknown as S }));
    },
    update: (grad, state, params, step) => {
      const [slopes, own] = [parted(params, grad), parted(params)];
      return scope(() => {
        const made = groups.map(({ optimizer }, i) => optimizer.update(slopes[i]!, state.groups[i]!, own[i]!, step));
        const moved: { [path: string]: Tensor } = Object.assign({}, ...made.map(({ params }) => params));
        return {
          params: mapLeaves<Tensor, typeof params>(params, (_, path) => moved[path]!),
          state: { groups: made.map(({ state }) => state) as unknown as S },
        };
      });
    },
  };
}
