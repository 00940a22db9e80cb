import { breathe, expectIntegers, fold, GenaiError, type Tree } from '@genai/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { TokenModel } from '../token-model.js';
import { DraftLine } from './draft-line.js';
import { type DrawOptions, drawRules } from './draw-rules.js';
import { drawMass, uniform } from './draw-token.js';
import { DrawnSequence } from './drawn-sequence.js';
import { fedTokens, mostDrawn } from './fed-tokens.js';
import type { DecodeOptions } from './generate.js';
import { type Generated, type Generation, lazyGeneration } from './generation.js';
import { type Rewindable, RewindableLane } from './rewindable-lane.js';

/** A smaller model that proposes tokens. */
export interface Draft<P, S> {
  readonly model: TokenModel<P, S>;
  readonly params: P;
}

/** What {@link speculate} needs and can vary. */
export interface SpeculateOptions<P, S, A = unknown> extends Omit<DecodeOptions<void, A>, 'guidance'> {
  /** What proposes tokens, of the same vocabulary. */
  readonly draft: Draft<P, S>;
  /** How many tokens are proposed at a time. Default 4. */
  readonly ahead?: number;
  /** The tokens to go on from. Default: none, for a model with a begin token. */
  readonly prompt?: ArrayLike<number> | undefined;
}

/** A {@link Generated} sequence, and how well its tokens were foreseen. */
export interface Speculated extends Generated {
  /** How many tokens were proposed. */
  readonly proposed: number;
  /** How many of them were accepted. */
  readonly accepted: number;
}

/**
 * `generate` with fewer runs of the model: a small model proposes some tokens, the model looks at all of them in one run and accepts or
 * replaces them so that the sequence has the model's own distribution, whatever the draft.
 *
 * Constraint and warps apply to both. Greedily it gives the tokens of `generate`; else others of the same distribution.
 *
 * @example
 * const { tokens, proposed, accepted } = await speculate(large, params, {
 *   draft: { model: small, params: smallParams }, prompt, steps: 200, temperature: 0.8, key: key(1),
 * }).result;
 * @throws GenaiError as `generate`, and if a model cannot be rewound or the vocabularies differ.
 * @source Leviathan et al. 2023, "Fast inference from transformers via speculative decoding", algorithm 1.
 */
export function speculate<
  P extends Tree<Tensor>,
  S extends Tree<Tensor>,
  DP extends Tree<Tensor>,
  DS extends Tree<Tensor>,
  A = unknown,
>(model: TokenModel<P, S>, params: P, options: SpeculateOptions<DP, DS, A>): Generation<number, Speculated> {
  const { prompt = [], key, draft, ahead = 4, signal } = options;
  expectIntegers('speculate', { ahead });
  expectRewindable('speculate: the model', model);
  expectRewindable('speculate: the draft', draft.model);
  if (draft.model.vocabulary !== model.vocabulary) {
    throw new GenaiError(
      `speculate: the draft has ${draft.model.vocabulary} tokens, the model ${model.vocabulary}. Both need one vocabulary.`,
    );
  }
  const rules = drawRules<A>('speculate', model, options as DrawOptions<A>);
  const fed = Array.from(fedTokens('speculate', model, prompt));
  fedTokens('speculate: the draft', draft.model, fed);
  const sequence = new DrawnSequence(rules, Array.from(prompt), key, mostDrawn(model, fed.length));
  const counts = { proposed: 0, accepted: 0 };
  const { vocabulary } = model;
  const longest = Math.min(model.longest ?? Number.POSITIVE_INFINITY, draft.model.longest ?? Number.POSITIVE_INFINITY);

  async function* run(): AsyncGenerator<number, void, void> {
    signal?.throwIfAborted();
    sequence.start();
    if (sequence.stopped) return;
    const expected = fed.length + rules.steps;
    const lane = new RewindableLane(model as Rewindable<P, S>, params, expected);
    const draftLane = new RewindableLane(draft.model as Rewindable<DP, DS>, draft.params, expected);
    const line = new DraftLine(rules, Array.from(prompt), ahead);
    try {
      await fedInPieces(lane, fed.slice(0, -1), signal);
      await fedInPieces(draftLane, fed.slice(0, -1), signal);
      let pending: readonly number[] = fed.slice(-1); // what the draft has not seen yet; its last the model neither
      for (let told = 0; ; ) {
        const drawnBefore = sequence.tokens.length;
        const most = Math.min(ahead, longest - lane.behind - 1);
        await propose(draftLane, line, pending, most);
        const proposed = line.proposed.slice();
        const logits = await lane.feed([pending.at(-1)!, ...proposed]); // (1 + proposed, vocabulary)
        const accepted = settle(line, proposed, (i) => logits.subarray(i * vocabulary, (i + 1) * vocabulary));
        counts.proposed += proposed.length;
        counts.accepted += accepted;
        while (told < sequence.ready) yield sequence.tokens[told++]!;
        if (sequence.stopped) return;
        line.settle(sequence.tokens.slice(drawnBefore));
        lane.rewind(proposed.length - accepted);
        draftLane.rewind(Math.max(0, draftLane.behind - lane.behind));
        pending = [...fed, ...sequence.tokens].slice(draftLane.behind);
        await breathe();
        signal?.throwIfAborted();
      }
    } finally {
      lane.dispose();
      draftLane.dispose();
    }
  }

  /** Up to `most` tokens, one after the other; the draft is not fed the last of them. */
  async function propose(
    lane: RewindableLane<DP, DS>,
    line: DraftLine<A>,
    pending: readonly number[],
    most: number,
  ): Promise<void> {
    let seen = pending;
    for (let i = 0; i < most; i++) {
      const logits = (await lane.feed(seen)).slice(-vocabulary);
      if (!line.propose(logits, fold(key, DRAFT))) return;
      seen = line.proposed.slice(-1);
    }
  }

  /** Accepts proposed tokens or draws another in place of the first that is not. @returns how many were accepted. */
  function settle(line: DraftLine<A>, proposed: readonly number[], logitsAt: (i: number) => Float32Array): number {
    for (const [i, token] of proposed.entries()) {
      const p = sequence.weigh(logitsAt(i));
      if (!p) return i;
      const q = line.masses(i);
      const position = sequence.tokens.length;
      if (uniform(fold(fold(key, ACCEPT), position)) * q[token]! < p[token]!) sequence.take(token, logitsAt(i));
      else {
        sequence.take(drawMass(fold(fold(key, REPLACE), position), beyond(p, q)), logitsAt(i));
        return i;
      }
      if (sequence.stopped) return i + 1;
    }
    const p = sequence.weigh(logitsAt(proposed.length));
    if (p) sequence.take(drawMass(fold(fold(key, REPLACE), sequence.tokens.length), p), logitsAt(proposed.length));
    return proposed.length;
  }

  return lazyGeneration('speculate', { run, result: () => ({ ...sequence.result(), ...counts }) });
}

/** What the key is folded with for each use. */
const DRAFT = 0;
const ACCEPT = 1;
const REPLACE = 2;

/** max(0, p − q), written over p: what is left to draw from where a token was not accepted. */
function beyond(p: Float64Array, q: Float64Array): Float64Array {
  if (p.every((mass, i) => mass <= q[i]!)) return p; // rounded off: the two are the same
  for (let i = 0; i < p.length; i++) p[i] = Math.max(0, p[i]! - q[i]!);
  return p;
}

/** In pieces of up to 512 tokens. */
async function fedInPieces<P extends Tree<Tensor>, S extends Tree<Tensor>>(
  lane: RewindableLane<P, S>,
  tokens: readonly number[],
  signal: AbortSignal | undefined,
): Promise<void> {
  for (let from = 0; from < tokens.length; from += 512) {
    signal?.throwIfAborted();
    await lane.feed(tokens.slice(from, from + 512));
  }
}

function expectRewindable(where: string, model: { readonly reserve?: unknown; readonly rewind?: unknown }): void {
  if (model.reserve && model.rewind) return;
  throw new GenaiError(`${where} cannot take tokens back: it has no \`rewind\`. Use a transformer, or \`generate\`.`);
}
