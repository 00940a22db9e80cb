import { CAPTURE, type CanCapture, type Captured, key, type Tree } from '@genai/core';
import { scope } from '@genai/tensor';
import { backend, reshape, type Tensor, tensor2d } from '@tensorflow/tfjs-core';
import type { TokenModel } from '../token-model.js';
import { nextRoom } from './next-room.js';
import { disposeBut, freshState } from './state-lane.js';

type Inputs<P, S> = { readonly params: P; readonly state: S; readonly tokens: Tensor };
type Made<S> = { readonly logits: Tensor; readonly state: S };

/** A model of whose sequence the last tokens can be taken back. */
export type Rewindable<P, S> = TokenModel<P, S> & Required<Pick<TokenModel<P, S>, 'reserve' | 'rewind'>>;

/** One sequence on the device, moved on by several tokens at once and back again; runs are captured where the engine offers it. */
export class RewindableLane<P extends Tree<Tensor>, S extends Tree<Tensor>> {
  readonly #model: Rewindable<P, S>;
  readonly #params: P;
  readonly #run: (inputs: Inputs<P, S>, count: number) => Made<S>;
  readonly #captured: Captured<Inputs<P, S>, Made<S>> | undefined;
  #state: S;
  #behind = 0;
  #room = 0;
  #runs = 0;

  /** About `expected` tokens will be moved on by in all. */
  constructor(
    model: Rewindable<P, S>,
    params: P,
    private readonly expected: number,
  ) {
    this.#model = model;
    this.#params = params;
    this.#state = freshState(model, params, 1, undefined);
    const run = ({ params, state, tokens }: Inputs<P, S>): Made<S> => {
      const { next, state: after } = model.run(params, tokens, state);
      return { logits: reshape(next.logits, [-1, model.vocabulary]), state: after };
    };
    const engine = backend() as unknown as Partial<CanCapture>;
    this.#captured = engine[CAPTURE]?.(run as never) as Captured<Inputs<P, S>, Made<S>> | undefined;
    const captured = this.#captured;
    // A run draws nothing, but only under keys that differ can a recording tell keys from other numbers.
    this.#run = captured ? (inputs, count) => captured.run(inputs, key(count)) : (inputs) => scope(() => run(inputs));
  }

  /** How many tokens are behind. */
  get behind(): number {
    return this.#behind;
  }

  /** Tokens to the logits of what follows each, (tokens, vocabulary). */
  readonly feed = async (tokens: readonly number[]): Promise<Float32Array> => {
    this.#makeRoom(tokens.length);
    const x = tensor2d(Int32Array.from(tokens), [1, tokens.length], 'int32'); // (1, time)
    let made: Made<S>;
    try {
      made = this.#run({ params: this.#params, state: this.#state, tokens: x }, this.#runs++);
    } finally {
      x.dispose();
    }
    this.#replace(made.state);
    this.#behind += tokens.length;
    try {
      return Float32Array.from(await made.logits.data<'float32'>()); // copied: it may be the tensor's own memory
    } finally {
      made.logits.dispose();
    }
  };

  /** Takes the last tokens back. */
  readonly rewind = (count: number): void => {
    if (count === 0) return;
    this.#replace(scope(() => this.#model.rewind(this.#state, count)));
    this.#behind -= count;
  };

  readonly dispose = (): void => {
    this.#captured?.dispose();
    this.#replace({} as S);
  };

  #makeRoom(more: number): void {
    const needed = this.#behind + more;
    if (needed <= this.#room) return;
    const { reserve, longest } = this.#model;
    this.#room = nextRoom({ room: this.#room, needed, expected: this.expected, longest });
    this.#replace(reserve(this.#state, this.#room));
  }

  #replace(state: S): void {
    disposeBut(this.#state, state);
    this.#state = state;
  }
}
