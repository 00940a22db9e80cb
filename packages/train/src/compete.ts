import {
  expectIntegers,
  type Game,
  GenaiError,
  type Key,
  leaves,
  type Optimizer,
  type Step,
  split,
  type Tree,
} from '@genai/core';
import { scope, valueAndGrad } from '@genai/tensor';
import { add, addN, mul, scalar, sqrt, square, sum, type Tensor } from '@tensorflow/tfjs-core';
import { partOf } from './part-of.js';

type Names<P> = Extract<keyof P, string>;

/** What {@link compete} carries: the parameters of all, the state of each optimizer, the rounds so far, the memory. */
export type Contest<P, O, N> = {
  params: P;
  optimizers: O;
  /** Rounds played, a float scalar. */
  step: Tensor;
  memory: N;
};

/** Names of the norms: none unless asked for. */
type GradientNorm<P, G extends boolean> = G extends true ? `${Names<P>}Gradient` : never;

/** What {@link compete} needs and can vary. */
export interface CompeteOptions<P, O, G extends boolean = false> {
  /** How each player moves. */
  readonly optimizers: { readonly [player in keyof O]: Optimizer<Tensor, O[player] & Tree<Tensor>> };
  /**
   * Updates of a player in a round, 1 unless given. A batch is cut along axis 0 into as many equal parts as the busiest
   * player has updates, and update i sees part i: five updates of a critic on 64 examples take batches of 320.
   */
  readonly updates?: { readonly [player in keyof P]?: number };
  /**
   * Whether the metrics also have the Euclidean norm, over all leaves, of each player's gradient in its last update of the round:
   * `criticGradient` of a player `critic`. Default false.
   */
  readonly gradientNorms?: G;
}

/**
 * A step in which players take turns, each descending its own loss by its own optimizer while the others stand still.
 *
 * In a round the players move in the order of `game.players`; who comes later sees what the earlier have become. The metrics are
 * the loss of each player under its name and the further scalars they tell, all of their last update in the round, at the
 * parameters before it. An optimizer counts the updates of its player, a game the rounds.
 *
 * @example
 * const game = adversarial(faces, { loss: nonSaturating() });
 * const step = compete(game, { optimizers: { critic: adam(2e-4), generator: adam(2e-4) }, updates: { critic: 5 } });
 * await using run = train(step, { data, steps: 5_000, key: key(0) });
 * @throws GenaiError if the game has no player, or `updates` is no integer above 0; when run, if a batch cannot be cut.
 * @source Goodfellow et al. 2014, "Generative adversarial nets", algorithm 1.
 */
export function compete<
  P extends { readonly [player: string]: Tree<Tensor> },
  B,
  M extends string,
  N extends Tree<Tensor>,
  O extends { readonly [player in keyof P]: Tree<Tensor> },
  G extends boolean = false,
>(
  game: Game<Tensor, P, B, M, N>,
  { optimizers, updates = {}, gradientNorms }: CompeteOptions<P, O, G>,
): Step<Contest<P, O, N>, B, { readonly [name in M | Names<P> | GradientNorm<P, G>]: Tensor }> {
  const names = Object.keys(game.players) as Names<P>[];
  if (names.length === 0) throw new GenaiError('compete: the game has no player.');
  const counts = Object.fromEntries(names.map((name) => [name, updates[name] ?? 1])) as Record<Names<P>, number>;
  expectIntegers('compete: updates', counts);
  const parts = Math.max(...Object.values<number>(counts));
  /** The player's parameters and optimizer after update `i` of the round, and what it tells. */
  const moved = (state: Contest<P, O, N>, name: Names<P>, i: number, batch: B, key: Key) => {
    const { params, memory, step } = state;
    const part = parts === 1 ? batch : partOf(`compete: ${parts} updates`, batch, i, parts);
    const own: Tree<Tensor> = params[name]!;
    const turn = { step, memory };
    const { values, grad } = valueAndGrad(
      (mine: Tree<Tensor>) => game.players[name]({ ...params, [name]: mine }, part, key, turn),
      own,
    );
    const made = add(mul(step, counts[name]), i); // updates that this player has made
    const held = state.optimizers[name] as O[Names<P>] & Tree<Tensor>;
    const norm = gradientNorms ? { [`${name}Gradient`]: normOf(grad) } : {};
    return { values, norm, next: optimizers[name].update(grad, held, own, made) };
  };
  return {
    init: (key) =>
      scope(() => {
        const params = game.init(key);
        const states = names.map((name) => [name, optimizers[name].init(params[name]!)]);
        return {
          params,
          optimizers: Object.fromEntries(states) as O,
          step: scalar(0),
          memory: game.memory ? game.memory.init() : ({} as N),
        };
      }),
    run: (before, batch, key) =>
      scope(() => {
        let state = before;
        const told: { [name: string]: Tensor } = {};
        for (const [p, playerKey] of split(key, names.length).entries()) {
          const name = names[p]!;
          for (const [i, updateKey] of split(playerKey, counts[name]).entries()) {
            const { values, norm, next } = moved(state, name, i, batch, updateKey);
            const { loss, ...rest } = values;
            Object.assign(told, rest, { [name]: loss }, norm);
            state = {
              ...state,
              params: { ...state.params, [name]: next.params },
              optimizers: { ...state.optimizers, [name]: next.state },
            };
          }
        }
        const metrics = told as { readonly [name in M | Names<P> | GradientNorm<P, G>]: Tensor };
        const memory = game.memory ? game.memory.next(state.memory, metrics) : state.memory;
        return { state: { ...state, step: add(state.step, 1), memory }, metrics };
      }),
  };
}

/** ‖∇‖₂ over all leaves. */
function normOf(grad: Tree<Tensor>): Tensor {
  return sqrt(addN(leaves<Tensor>(grad).map(([, g]) => sum(square(g)))));
}
