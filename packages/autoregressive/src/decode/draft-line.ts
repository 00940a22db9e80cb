import { fold, type Key } from '@genai/core';
import type { DrawRules } from './draw-rules.js';
import { drawMass } from './draw-token.js';
import { allowedIn } from './rule-out.js';
import type { Allowed } from './token-constraint.js';
import { TokenHistory } from './token-history.js';
import { weighNext } from './weigh-next.js';

/** Tokens that a draft proposes beyond what is sure, each with the distribution it was drawn from. */
export class DraftLine<A> {
  readonly #rules: DrawRules<A>;
  readonly #history: TokenHistory;
  readonly #masses: readonly Float64Array[];
  /** States of the constraint: behind what is sure, and behind each token proposed. */
  #automata: A[] = [];
  #proposed: number[] = [];

  constructor(rules: DrawRules<A>, prompt: readonly number[], ahead: number) {
    this.#rules = rules;
    this.#history = new TokenHistory(prompt);
    this.#masses = Array.from({ length: ahead }, () => new Float64Array(rules.logits.length));
    if (rules.constraint) this.#automata = [rules.constraint.start];
  }

  /** The tokens proposed since the last were settled. */
  get proposed(): readonly number[] {
    return this.#proposed;
  }

  /** What token `i` of them was drawn from, (vocabulary). */
  readonly masses = (i: number): Float64Array => this.#masses[i]!;

  /** Draws one more from the draft's logits. @returns whether one was left to draw, and it may be followed. */
  readonly propose = (logits: Float32Array, key: Key): boolean => {
    const { constraint, endToken } = this.#rules;
    const masses = this.#masses[this.#proposed.length]!;
    if (!weighNext(this.#rules, logits, this.#history, this.#allowed(), masses)) return false;
    const token = drawMass(fold(key, this.#history.drawn.length), masses);
    this.#proposed.push(token);
    this.#history.push(token);
    if (token === endToken) return false;
    if (constraint) this.#automata.push(constraint.next(this.#automata.at(-1)!, token));
    return true;
  };

  /** Goes on behind these tokens in place of those proposed. */
  readonly settle = (tokens: readonly number[]): void => {
    const { constraint } = this.#rules;
    for (const _ of this.#proposed) this.#history.pop();
    this.#proposed = [];
    this.#automata.length = Math.min(this.#automata.length, 1);
    for (const token of tokens) {
      this.#history.push(token);
      if (constraint) this.#automata[0] = constraint.next(this.#automata[0]!, token);
    }
  };

  #allowed(): Allowed | undefined {
    const { where, constraint, logits } = this.#rules;
    return constraint && allowedIn(where, constraint, this.#automata.at(-1)!, logits.length);
  }
}
