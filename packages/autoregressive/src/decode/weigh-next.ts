import type { DrawRules } from './draw-rules.js';
import { likeliestToken } from './draw-token.js';
import { probabilities } from './probabilities.js';
import { ruleOut } from './rule-out.js';
import type { Allowed } from './token-constraint.js';
import type { History } from './warp.js';

/** The logits of a next token after constraint and warps, in the rules' own memory: valid until it is asked again. */
export function warpNext<A>(
  { warps, logits: warped, endToken }: DrawRules<A>,
  logits: Float32Array,
  history: History,
  allowed: Allowed | undefined,
): Float32Array {
  warped.set(logits);
  if (allowed) ruleOut(warped, allowed, endToken);
  for (const warp of warps) warp(warped, history);
  return warped;
}

/**
 * The probability of each next token after constraint and warps, (vocabulary), written over `masses`; all of it on the likeliest if the
 * rules are greedy.
 *
 * @returns whether any token is left.
 */
export function weighNext<A>(
  rules: DrawRules<A>,
  logits: Float32Array,
  history: History,
  allowed: Allowed | undefined,
  masses: Float64Array,
): boolean {
  const warped = warpNext(rules, logits, history, allowed);
  if (!rules.greedy) return probabilities(warped, masses) > Number.NEGATIVE_INFINITY;
  const token = likeliestToken(warped);
  masses.fill(0);
  if (token >= 0) masses[token] = 1;
  return token >= 0;
}
