import { BestCandidates } from './best-candidates.js';
import { ConstraintError } from './constraint-error.js';
import { expectDistribution } from './expect-distribution.js';
import type { Generated, Stopped } from './generation.js';
import { lengthPenalised } from './length-penalised.js';
import { allowedIn, anyFollows } from './rule-out.js';
import type { Allowed, TokenConstraint } from './token-constraint.js';

/** A sequence that is still searched on, as its last token and the beam before that. */
export interface LiveBeam<A> {
  /** Where its state stands in the decoder: before it is chosen its parent's, then its own. */
  place: number;
  /** None before the first token. */
  readonly token: number | undefined;
  readonly parent: LiveBeam<A> | undefined;
  readonly length: number;
  /** log p of the sequence, in nats. */
  readonly logProb: number;
  readonly automaton: A | undefined;
  readonly allowed: Allowed | undefined;
}

export interface BeamRules<A> {
  readonly where: string;
  readonly vocabulary: number;
  readonly endToken: number | undefined;
  readonly beams: number;
  readonly steps: number;
  readonly lengthPenalty: number;
  readonly constraint: TokenConstraint<A> | undefined;
}

type Ended = Generated & { readonly score: number };

/** The beams of one group: those still searched on, and the best that have ended. */
export class BeamGroup<A> {
  live: readonly LiveBeam<A>[];
  /** The last tokens of the beams kept at the last step, also of those that the steps or the constraint have ended. */
  chosen: readonly number[] = [];
  readonly #rules: BeamRules<A>;
  #ended: Ended[] = []; // the best first

  /** @throws ConstraintError if nothing satisfies the constraint. */
  constructor(rules: BeamRules<A>) {
    this.#rules = rules;
    const { constraint } = rules;
    const root = { place: 0, token: undefined, parent: undefined, length: 0, logProb: 0 };
    const automaton = constraint?.start;
    const beam = { ...root, automaton, allowed: constraint && this.#allowed(constraint.start) };
    const begun = this.#settle(beam);
    this.live = begun === 'live' ? [beam] : [];
    this.#expectSome(this.live, 0);
  }

  readonly finished = (): readonly Ended[] => this.#ended;

  /**
   * One token more for each beam. `logits` are (places, vocabulary), `taken`, (vocabulary), is what tokens lose because earlier groups
   * took them: it decides what is kept, and is not part of any log-probability.
   */
  extend(logits: Float32Array, taken: Float64Array): void {
    const { beams, endToken } = this.#rules;
    const before = this.live;
    const chosen: number[] = [];
    this.chosen = chosen;
    if (before.length === 0) return;
    // Each beam may end once, so that among twice as many candidates there are enough to go on; dead ends may take more.
    const live: LiveBeam<A>[] = [];
    let seen = 0;
    for (let most = 2 * beams; ; most *= 2) {
      const candidates = this.#candidates(before, logits, taken, most);
      for (; seen < candidates.size && chosen.length < beams; seen++) {
        const parent = before[candidates.beam(seen)]!;
        const [token, logProb] = [candidates.token(seen), candidates.logProb(seen)];
        if (token === endToken) {
          if (seen < beams) this.#end(parent, logProb, parent.length + 1, 'end'); // only among the best
          continue;
        }
        const beam = this.#child(parent, token, logProb);
        const became = this.#settle(beam);
        if (became === 'live') live.push(beam);
        if (became !== 'dead') chosen.push(token);
      }
      if (chosen.length === beams || candidates.size < most) break;
    }
    this.#expectSome(live, before[0]!.length + 1);
    this.live = this.#isSettled(live) ? [] : live;
  }

  #candidates(before: readonly LiveBeam<A>[], logits: Float32Array, taken: Float64Array, most: number): BestCandidates {
    const { where, vocabulary, endToken } = this.#rules;
    const best = new BestCandidates(most);
    for (const [i, { place, logProb, length, allowed }] of before.entries()) {
      const row = logits.subarray(place * vocabulary, (place + 1) * vocabulary);
      const total = expectDistribution(where, length, row);
      for (let token = 0; token < vocabulary; token++) {
        if (allowed && !(token === endToken ? allowed.end : allowed.mask[token] === 1)) continue;
        const sum = logProb + row[token]! - total;
        best.offer(sum - taken[token]!, sum, i, token); // algorithm 1: the sum of the model, and what this step costs
      }
    }
    return best;
  }

  #child(parent: LiveBeam<A>, token: number, logProb: number): LiveBeam<A> {
    const { constraint } = this.#rules;
    const automaton = constraint?.next(parent.automaton as A, token);
    const allowed = constraint && this.#allowed(automaton as A);
    return { place: parent.place, token, parent, length: parent.length + 1, logProb, automaton, allowed };
  }

  #allowed(automaton: A): Allowed {
    const { where, constraint, vocabulary } = this.#rules;
    return allowedIn(where, constraint!, automaton, vocabulary);
  }

  /** Ends a beam after which nothing follows, or tells that it goes on or can do neither. */
  #settle(beam: LiveBeam<A>): 'live' | 'ended' | 'dead' {
    const { steps, endToken } = this.#rules;
    const { allowed, length, logProb } = beam;
    const isOver = allowed !== undefined && !anyFollows(allowed, endToken);
    if (isOver && !allowed.end) return 'dead';
    if (!isOver && length < steps) return 'live';
    this.#end(beam, logProb, length, isOver ? 'constraint' : 'steps');
    return 'ended';
  }

  #end(beam: LiveBeam<A>, logProb: number, length: number, stopped: Stopped): void {
    const { beams, lengthPenalty } = this.#rules;
    const score = lengthPenalised(logProb, length, lengthPenalty);
    const tokens: number[] = [];
    const sums: number[] = [];
    for (let at: LiveBeam<A> | undefined = beam; at?.token !== undefined; at = at.parent) {
      tokens.unshift(at.token);
      sums.unshift(at.logProb);
    }
    const logProbs = sums.map((sum, i) => sum - (sums[i - 1] ?? 0));
    const at = this.#ended.findIndex((other) => other.score < score);
    this.#ended.splice(at < 0 ? this.#ended.length : at, 0, { tokens, logProbs, logProb, stopped, score });
    this.#ended.length = Math.min(this.#ended.length, beams);
  }

  /** Whether nothing that is still searched on can come among the best: no log-probability grows. */
  #isSettled(live: readonly LiveBeam<A>[]): boolean {
    const { beams, steps, lengthPenalty } = this.#rules;
    if (this.#ended.length < beams) return false;
    const length = lengthPenalty > 0 ? steps : (live[0]?.length ?? 0) + 1;
    const hope = Math.max(...live.map(({ logProb }) => lengthPenalised(logProb, length, lengthPenalty)));
    return hope <= this.#ended.at(-1)!.score;
  }

  #expectSome(live: readonly LiveBeam<A>[], position: number): void {
    if (live.length > 0 || this.#ended.length > 0) return;
    throw new ConstraintError(
      `${this.#rules.where}: at token ${position} every beam has come to where the constraint allows nothing, and no end. ` +
        'Look for a dead end in the constraint, or take more beams.',
      position,
    );
  }
}
