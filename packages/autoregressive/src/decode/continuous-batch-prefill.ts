import type { Tree } from '@genai/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { TokenModel } from '../token-model.js';
import type { JoiningState } from './continuous-batch-lane.js';
import { roomFor } from './continuous-batch-room.js';
import { disposeBut, freshState, runToLast } from './state-lane.js';

/** One row alone while it is fed the tokens that are given, piece by piece. It owns its state until that is taken. */
export class Prefill<P extends Tree<Tensor>, S extends Tree<Tensor>, C> {
  readonly #model: TokenModel<P, S, C>;
  readonly #params: P;
  readonly #tokens: Int32Array;
  readonly #room: number;
  #state: S | undefined;
  #fed = 0;

  constructor(model: TokenModel<P, S, C>, params: P, context: C, tokens: Int32Array) {
    this.#model = model;
    this.#params = params;
    this.#tokens = tokens;
    this.#room = roomFor(tokens.length + 1, model.longest);
    this.#state = freshState(model, params, 1, context);
    if (model.reserve) this.#replace(model.reserve(this.#state, this.#room));
  }

  /** How many tokens are still to be fed. */
  get left(): number {
    return this.#tokens.length - this.#fed;
  }

  /** Feeds the next tokens, `most` of them; (1, vocabulary) logits of what follows all, the caller's, when none are left. */
  readonly feed = (most: number): Tensor | undefined => {
    const chunk = this.#tokens.subarray(this.#fed, this.#fed + most);
    const { logits, state } = runToLast(this.#model, this.#params, this.#state!, chunk, chunk.length);
    this.#replace(state);
    this.#fed += chunk.length;
    if (this.left === 0) return logits;
    logits.dispose();
    return undefined;
  };

  /** Hands over the state. */
  readonly take = (): JoiningState<S> => {
    const state = this.#state!;
    this.#state = undefined;
    return { state, room: this.#model.reserve ? this.#room : 0 };
  };

  readonly dispose = (): void => {
    if (this.#state) disposeBut(this.#state, {});
    this.#state = undefined;
  };

  #replace(state: S): void {
    disposeBut(this.#state!, state);
    this.#state = state;
  }
}
