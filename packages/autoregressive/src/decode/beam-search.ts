import { expectIntegers, GenaiError, type Tree } from '@genai/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { TokenModel } from '../token-model.js';
import { BeamGroup } from './beam-group.js';
import { expectRange, finite } from './expect-range.js';
import { fedTokens, mostDrawn } from './fed-tokens.js';
import type { ContextOption } from './generate.js';
import type { Generated } from './generation.js';
import { expectGuidance, type Guidance } from './guidance.js';
import type { TokenConstraint } from './token-constraint.js';
import { TokenDecoder } from './token-decoder.js';

/** What {@link beamSearch} needs and can vary. */
export type BeamSearchOptions<C = void, A = unknown> = {
  /** The tokens to go on from. Default: none, for a model with a begin token. */
  readonly prompt?: ArrayLike<number> | undefined;
  /** How many sequences are kept at each step, in all groups together. */
  readonly beams: number;
  /** The most tokens of a sequence. */
  readonly steps: number;
  /** The power of the length, end token included, by which log-probabilities are divided for comparing. Default 0: not at all. */
  readonly lengthPenalty?: number | undefined;
  /** Parts of the beams that are searched one after the other at each step, each avoiding the tokens of those before. Default 1. */
  readonly groups?: number | undefined;
  /** What a token loses in nats, at this step, for each beam of an earlier group that took it. Default 0. */
  readonly diversity?: number | undefined;
  /** What the sequences must look like. What it rules out counts as never taken; log-probabilities stay those of the model. */
  readonly constraint?: TokenConstraint<A> | undefined;
  readonly guidance?: Guidance<C> | undefined;
  /** Stops the search: it rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
} & ContextOption<C>;

/** A sequence that was found. */
export interface Beam extends Generated {
  /** `logProb` / length^`lengthPenalty`, the length with the end token. */
  readonly score: number;
  /** The group that found it, from 0. */
  readonly group: number;
}

/**
 * Looks for the likeliest sequences after a prompt: `beams` of them, the best first. With as many beams as there are sequences it
 * finds exactly those; with one it is greedy.
 *
 * @example
 * const [best] = await beamSearch(model, params, { prompt, beams: 8, steps: 50, lengthPenalty: 1 });
 * const varied = await beamSearch(model, params, { prompt, beams: 8, groups: 4, diversity: 0.5, steps: 50 });
 * @throws GenaiError if an option is out of range, or there is neither a prompt nor a begin token; ConstraintError if every beam of
 * a group ran into a dead end of the constraint; the signal's reason.
 * @source Sutskever et al. 2014, "Sequence to sequence learning with neural networks", section 3.2; groups: Vijayakumar et al. 2016,
 * "Diverse beam search", algorithm 1 with Hamming diversity.
 */
export async function beamSearch<P extends Tree<Tensor>, S extends Tree<Tensor>, C = void, A = unknown>(
  model: TokenModel<P, S, C>,
  params: P,
  options: BeamSearchOptions<C, A>,
): Promise<readonly Beam[]> {
  const { prompt = [], beams, steps, lengthPenalty = 0, groups: count = 1, diversity = 0 } = options;
  const { constraint, guidance, signal, context } = options;
  expectIntegers('beamSearch', { beams, steps, groups: count });
  if (beams % count !== 0) {
    throw new GenaiError(`beamSearch: groups must divide beams, got ${count} groups of ${beams} beams.`);
  }
  expectRange('beamSearch', 'lengthPenalty', lengthPenalty, finite);
  if (!(diversity >= 0 && diversity < Number.POSITIVE_INFINITY)) {
    throw new GenaiError(`beamSearch: diversity must be a finite number of at least 0, got ${diversity}.`);
  }
  expectGuidance('beamSearch', guidance);
  const fed = fedTokens('beamSearch', model, prompt);
  const { vocabulary, endToken } = model;
  const rules = {
    where: 'beamSearch',
    vocabulary,
    endToken,
    steps: Math.min(steps, mostDrawn(model, fed.length)),
    lengthPenalty,
    constraint,
    beams: beams / count,
  };
  const groups = Array.from({ length: count }, () => new BeamGroup(rules));
  const taken = new Float64Array(vocabulary); // what each token loses at this step

  const decoder = new TokenDecoder('beamSearch', model, params, {
    rows: 1,
    context: context as C,
    guidance,
    signal,
    expected: fed.length + steps,
  });
  try {
    let logits = await decoder.feed(fed, fed.length); // (1, vocabulary)
    for (;;) {
      taken.fill(0);
      for (const group of groups) {
        group.extend(logits, taken);
        for (const token of group.chosen) taken[token]! += diversity;
      }
      const live = groups.flatMap(({ live }) => live);
      if (live.length === 0) break;
      decoder.choose(live.map(({ place }) => place));
      for (const [place, beam] of live.entries()) beam.place = place;
      logits = await decoder.advance(Int32Array.from(live, ({ token }) => token!)); // (live, vocabulary)
    }
  } finally {
    decoder.dispose();
  }
  const found = groups.flatMap((group, i) => group.finished().map((beam): Beam => ({ ...beam, group: i })));
  return found.sort((a, b) => b.score - a.score);
}
