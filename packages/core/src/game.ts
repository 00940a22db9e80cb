import type { Key } from './key.js';
import type { NoParams } from './no-params.js';
import type { TensorLike } from './tensor-like.js';
import type { Tree } from './tree.js';

/** What a player sees beside parameters and batch. */
export type Turn<T extends TensorLike, N> = {
  /** A float scalar tensor that counts the rounds played so far, for schedules. */
  readonly step: T;
  /** What the game remembers of earlier rounds. */
  readonly memory: N;
};

/**
 * What one player descends: the scalar `loss`, and further scalars to watch, of which a game may remember some.
 *
 * Only the player's own parameters are moved by it; those of the others stand as they are.
 */
export type Player<T extends TensorLike, P, B, M extends string, N> = (
  params: P,
  batch: B,
  key: Key,
  turn: Turn<T, N>,
) => { readonly [name in 'loss']: T } & { readonly [name in M]?: T };

/**
 * Several players with an objective each, over the parameters of all: what an adversarial model trains by.
 *
 * @typeParam P - a record with the parameters of each player, trees of tensors.
 * @typeParam B - one batch.
 * @typeParam M - names of further scalars to watch beside the loss of each player.
 * @typeParam N - what is remembered, a tree of tensors; nothing unless said.
 */
export interface Game<
  T extends TensorLike,
  P extends { readonly [player: string]: Tree<T> },
  B = T,
  M extends string = never,
  N extends Tree<T> = NoParams,
> {
  /** Draws fresh parameters for all. */
  readonly init: (key: Key) => P;
  /** The players, in the order in which they move. */
  readonly players: Readonly<Record<Extract<keyof P, string>, Player<T, P, B, M, N>>>;
  /** Numbers that go from round to round and that no gradient moves: running means, the strength of an augmentation. */
  readonly memory?: {
    readonly init: () => N;
    /** The memory after a round whose players told these scalars (each player's loss under the player's name). */
    readonly next: (memory: N, told: { readonly [name in M | Extract<keyof P, string>]: T }) => N;
  };
}
