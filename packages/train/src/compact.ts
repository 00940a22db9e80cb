import { fold, GenaiError, isLeaf, type Key, key, leaves, mapLeaves, type Optimizer, type Tree } from '@genai/core';
import { packBfloat16, scope, unpackBfloat16 } from '@genai/tensor';
import { add, scalar, type Tensor, util } from '@tensorflow/tfjs-core';

/**
 * The optimizer's state of the small leaves together, then that of each large leaf in turn: in these, what has the shape of the leaf
 * is an integer tensor of the codes that `packBfloat16` makes.
 */
export type CompactState<O extends Tree<Tensor>> = { parts: readonly O[] };

/**
 * Keeps the state of `optimizer` (moments, momentum) in 16 bits a number between updates: half the memory, for large leaves.
 *
 * Each leaf of 1,024 numbers or more is moved by itself, in float32, so that no more than one leaf's state is unpacked at a time; others
 * stay float32. Numbers are rounded at random to one of the two that bfloat16 has next to them, with the mean of the number: an average with
 * discount 0.999, whose increments are smaller than what bfloat16 tells apart, would stall if they were rounded to nearest. The
 * randomness comes from the count of updates, so a resumed run goes on as it would have.
 *
 * The optimizer must move each leaf by what it sees of that leaf alone, as all of this package do; what looks at all gradients at once
 * stands before it in a `chain`. Inside `lookahead` and `scheduleFree`, whose states hold parameters, not around them.
 *
 * @example
 * minimize(objective, compact(adamW(3e-4)));
 * minimize(objective, chain(clipByGlobalNorm(1), compact(adamW(3e-4))));
 * @throws GenaiError, when used, if a chain is inside, or on WebGL, whose integers have 24 bits.
 * @source Zamirai et al. 2020, "Revisiting BFloat16 training", section 4 (stochastic rounding); states of fewer bits: Dettmers et al.
 * 2022, "8-bit optimizers via block-wise quantization".
 */
export function compact<O extends Tree<Tensor>>(optimizer: Optimizer<Tensor, O>): Optimizer<Tensor, CompactState<O>> {
  return {
    init: (params) =>
      scope(() => {
        const start = scalar(0);
        const parts = partsOf(params).map((part, i) => packed(expectNoChain(optimizer.init(part)), part, i, start));
        return { parts };
      }),
    update: (grad, state, params, step) =>
      scope(() => {
        const slopes = new Map(leaves<Tensor>(grad));
        const next = add(step, 1); // the start was rounded with 0
        const made = partsOf(params).map((part, i) =>
          scope(() => {
            const own = mapLeaves<Tensor, Part>(part, (_, path) => slopes.get(path) ?? missing(path));
            const moved = optimizer.update(own, unpacked(state.parts[i]!, part), part, step);
            return { params: moved.params, state: packed(moved.state, part, i, next) };
          }),
        );
        const moved: Part = Object.assign({}, ...made.map(({ params }) => params));
        return {
          params: mapLeaves<Tensor, typeof params>(params, (_, path) => moved[path]!),
          state: { parts: made.map(({ state }) => state) },
        };
      }),
  };
}

/** Some leaves by their paths. */
type Part = { readonly [path: string]: Tensor };

/** Numbers from which on a leaf's state is packed. */
const LARGE = 1024;

/** Of all randomness. A key of its own, so that no run has it. */
const ROUNDING = 0xbf16;

/** The small leaves, if there are any, then each large one. */
function partsOf(params: Tree<Tensor>): readonly Part[] {
  const all = leaves<Tensor>(params);
  const small = all.filter(([, leaf]) => !isLarge(leaf));
  const large = all.filter(([, leaf]) => isLarge(leaf)).map((entry) => [entry]);
  return (small.length > 0 ? [small, ...large] : large).map((entries) => Object.fromEntries(entries));
}

function isLarge({ size, dtype }: Tensor): boolean {
  return size >= LARGE && dtype === 'float32';
}

/** The state of part `i`: codes where it has the shape of the part's leaf. */
function packed<O extends Tree<Tensor>>(state: O, part: Part, i: number, step: Tensor): O {
  const leaf = largeOf(part);
  if (!leaf) return state;
  const ofPart = fold(key(ROUNDING), i);
  let place = 0;
  return mapLeaves<Tensor, O>(state, (t) => {
    const noise: { key: Key; step: Tensor } = { key: fold(ofPart, place++), step };
    return t.dtype === 'float32' && util.arraysEqual(t.shape, leaf.shape) ? packBfloat16(t, noise) : t;
  });
}

function unpacked<O extends Tree<Tensor>>(state: O, part: Part): O {
  const leaf = largeOf(part);
  if (!leaf) return state;
  const isCodes = (t: Tensor): boolean => t.dtype === 'int32' && t.rank === 1 && t.size === Math.ceil(leaf.size / 2);
  return mapLeaves<Tensor, O>(state, (t) => (isCodes(t) ? unpackBfloat16(t, leaf.shape) : t));
}

function largeOf(part: Part): Tensor | undefined {
  return Object.values(part).find(isLarge);
}

function expectNoChain<O extends Tree<Tensor>>(state: O): O {
  if (!holdsChain(state)) return state;
  throw new GenaiError(
    'compact: inside is a chain, whose transforms see the gradients of all leaves, but leaves are moved one by one here. Put the ' +
      'chain outside: chain(clipByGlobalNorm(1), compact(adamW(3e-4))).',
  );
}

function holdsChain(state: Tree<Tensor>): boolean {
  if (isLeaf(state)) return false;
  return 'transforms' in state || Object.values(state).some((node) => holdsChain(node as Tree<Tensor>));
}

function missing(path: string): never {
  throw new GenaiError(`compact: no leaf at "${path}" in the gradient. Pass trees of one form.`);
}
