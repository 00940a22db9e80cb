import { fold, GenaiError, type Key } from '@genai/core';
import { ConstraintError } from './constraint-error.js';
import type { DrawRules } from './draw-rules.js';
import { drawToken, likeliestToken } from './draw-token.js';
import { expectDistribution } from './expect-distribution.js';
import type { Generated, Stopped } from './generation.js';
import { allowedIn, anyFollows } from './rule-out.js';
import { endingLength, heldLength } from './stop-sequences.js';
import type { Allowed } from './token-constraint.js';
import { TokenHistory } from './token-history.js';
import { warpNext, weighNext } from './weigh-next.js';

/** One sequence while it is drawn, on the host: from logits to the next token, until something ends it. */
export class DrawnSequence<A> {
  /** What has ended it. */
  stopped: Stopped | undefined;
  /** How many of the tokens are sure to be in the result: no stop sequence takes them back. */
  ready = 0;
  readonly #rules: DrawRules<A>;
  readonly #key: Key;
  readonly #most: number;
  readonly #history: TokenHistory;
  readonly #logProbs: number[] = [];
  #logProb = 0;
  #automaton: A | undefined;
  #allowed: Allowed | undefined;

  /** `most` tokens can be drawn before the sequence is as long as its model allows. */
  constructor(rules: DrawRules<A>, prompt: readonly number[], key: Key, most = Number.POSITIVE_INFINITY) {
    this.#rules = rules;
    this.#most = most;
    this.#key = key;
    this.#history = new TokenHistory(prompt);
  }

  /** All tokens drawn so far. */
  get tokens(): readonly number[] {
    return this.#history.drawn;
  }

  /** log p of each of them under the model, in nats. */
  get logProbs(): readonly number[] {
    return this.#logProbs;
  }

  /** To be called before the first token is drawn. @throws ConstraintError if nothing satisfies the constraint. */
  readonly start = (): void => {
    const { constraint, steps } = this.#rules;
    if (constraint) this.#enter(constraint.start);
    if (steps === 0) this.stopped ??= 'steps';
  };

  /**
   * Draws the next token, its randomness from `fold(key, how many were drawn)`. `logits`, (vocabulary), are only read.
   *
   * @throws ConstraintError if no token can follow that the constraint allows; GenaiError if none can at all.
   */
  readonly draw = (logits: Float32Array): void => {
    const { where, greedy, masses } = this.#rules;
    const position = this.#history.drawn.length;
    const total = expectDistribution(where, position, logits);
    const warped = warpNext(this.#rules, logits, this.#history, this.#allowed);
    const token = greedy ? likeliestToken(warped) : drawToken(fold(this.#key, position), warped, masses);
    if (token < 0) this.#giveUp();
    else this.#take(token, logits[token]! - total);
  };

  /**
   * The probabilities of the next token, (vocabulary), from which {@link draw} would draw it: the rules' own memory, which the caller may
   * change until it asks again. Undefined where none is left and the sequence has ended.
   *
   * @throws as `draw`.
   */
  readonly weigh = (logits: Float32Array): Float64Array | undefined => {
    const { masses } = this.#rules;
    if (weighNext(this.#rules, logits, this.#history, this.#allowed, masses)) return masses;
    this.#giveUp();
    return undefined;
  };

  /** Goes on with a token that was drawn elsewhere, by logits of the model. @throws as `draw`. */
  readonly take = (token: number, logits: Float32Array): void => {
    this.#take(token, logits[token]! - expectDistribution(this.#rules.where, this.#history.drawn.length, logits));
  };

  readonly result = (): Generated => ({
    tokens: this.#history.drawn.slice(0, this.ready),
    logProbs: this.#logProbs.slice(0, this.ready),
    logProb: this.#logProb,
    stopped: this.stopped ?? 'left',
  });

  #take(token: number, logProb: number): void {
    this.#logProb += logProb;
    if (token === this.#rules.endToken) this.#stop('end');
    else this.#push(token, logProb);
  }

  #push(token: number, logProb: number): void {
    const { stop, steps, constraint } = this.#rules;
    this.#history.push(token);
    this.#logProbs.push(logProb);
    const { drawn } = this.#history;
    const taken = endingLength(drawn, stop);
    if (taken > 0) {
      this.#stop('stop', taken);
      return;
    }
    if (constraint) this.#enter(constraint.next(this.#automaton as A, token));
    if (this.stopped) return;
    if (drawn.length >= steps) this.#stop('steps');
    else if (drawn.length >= this.#most) this.#stop('longest');
    else this.ready = drawn.length - heldLength(drawn, stop);
  }

  /** Ends it; the last tokens, `taken` of them, do not belong to the result. */
  #stop(stopped: Stopped, taken = 0): void {
    this.stopped = stopped;
    this.ready = this.#history.drawn.length - taken;
  }

  /** Looks ahead, so that the model is not asked for a token that cannot be. */
  #enter(automaton: A): void {
    const { where, constraint, endToken, logits } = this.#rules;
    this.#automaton = automaton;
    this.#allowed = allowedIn(where, constraint!, automaton, logits.length);
    if (!anyFollows(this.#allowed, endToken)) this.#giveUp();
  }

  /** Nothing can follow: the end, if the constraint allows one. */
  #giveUp(): void {
    const { where } = this.#rules;
    const { drawn } = this.#history;
    if (this.#allowed?.end) {
      this.#stop('constraint');
      return;
    }
    const after = drawn.length === 0 ? 'at the first token' : `after token ${drawn.length - 1}, ${drawn.at(-1)},`;
    if (this.#allowed) {
      throw new ConstraintError(
        `${where}: ${after} nothing is left that the constraint allows, and it may not end there. ` +
          'Look for a dead end in the constraint, or a warp that rules out what it needs.',
        drawn.length,
      );
    }
    throw new GenaiError(
      `${where}: ${after} the warps left no token that can follow, or made a logit NaN. Look at \`bias\` and \`warps\`.`,
    );
  }
}
