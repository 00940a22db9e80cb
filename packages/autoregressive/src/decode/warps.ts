import { frequencyPenalty } from './frequency-penalty.js';
import { logitBias, type TokenBias } from './logit-bias.js';
import { minP } from './min-p.js';
import { presencePenalty } from './presence-penalty.js';
import { repetitionPenalty } from './repetition-penalty.js';
import { temperature } from './temperature.js';
import { topK } from './top-k.js';
import { topP } from './top-p.js';
import { typical } from './typical.js';
import type { Warp } from './warp.js';

/** The warps by name, each left out unless given. */
export interface WarpOptions {
  /** Added to the logits of some tokens: {@link logitBias}. */
  readonly bias?: TokenBias | undefined;
  /** {@link repetitionPenalty}, of the prompt and what was drawn. */
  readonly repetitionPenalty?: number | undefined;
  /** {@link frequencyPenalty}, of what was drawn. */
  readonly frequencyPenalty?: number | undefined;
  /** {@link presencePenalty}, of what was drawn. */
  readonly presencePenalty?: number | undefined;
  /** {@link temperature}; 0 takes the likeliest token each time. Default 1. */
  readonly temperature?: number | undefined;
  /** {@link topK}: how many tokens are kept. */
  readonly topK?: number | undefined;
  /** {@link topP}: the probability that is kept. */
  readonly topP?: number | undefined;
  /** {@link minP}: the share of the likeliest token's probability. */
  readonly minP?: number | undefined;
  /** {@link typical}: the probability that is kept. */
  readonly typical?: number | undefined;
  /** Any others, after those above. */
  readonly warps?: readonly Warp[] | undefined;
}

/**
 * The warps of options, in the order of Hugging Face's `generate`: bias, repetition, frequency and presence penalty, then
 * temperature, top-k, top-p, min-p, typical, then `warps`. Each sees what those before it left.
 *
 * @example
 * for (const warp of warps({ temperature: 0.8, topP: 0.95 })) warp(logits, history);
 * @throws GenaiError that names the option whose number is out of range.
 */
export function warps(options: WarpOptions): readonly Warp[] {
  const { temperature: degree = 1 } = options;
  return [
    ...given(options.bias, logitBias),
    ...given(options.repetitionPenalty, repetitionPenalty),
    ...given(options.frequencyPenalty, frequencyPenalty),
    ...given(options.presencePenalty, presencePenalty),
    ...(degree === 1 || degree === 0 ? [] : [temperature(degree)]), // at 0 only the largest logit counts
    ...given(options.topK, topK),
    ...given(options.topP, topP),
    ...given(options.minP, minP),
    ...given(options.typical, typical),
    ...(options.warps ?? []),
  ];
}

function given<V>(value: V | undefined, make: (value: V) => Warp): Warp[] {
  return value === undefined ? [] : [make(value)];
}
