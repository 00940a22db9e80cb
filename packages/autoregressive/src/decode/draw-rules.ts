import { GenaiError } from '@genai/core';
import type { TokenModel } from '../token-model.js';
import { count, expectRange } from './expect-range.js';
import { expectTokens } from './expect-tokens.js';
import type { TokenConstraint } from './token-constraint.js';
import type { Warp } from './warp.js';
import { type WarpOptions, warps } from './warps.js';

/** How tokens are drawn. */
export interface DrawOptions<A = unknown> extends WarpOptions {
  /** The most tokens to draw; `Infinity` to go on until the model ends or you leave. */
  readonly steps: number;
  /** Takes the likeliest token each time, as `temperature: 0` does. Default false. */
  readonly greedy?: boolean | undefined;
  /** Sequences of tokens that end the drawing when they are drawn; they are left out of the result. */
  readonly stop?: readonly ArrayLike<number>[] | undefined;
  /** The token that ends a sequence, also where a constraint lets it end. Default: the model's; that one then counts as a stop. */
  readonly endToken?: number | undefined;
  /** What the drawn tokens must look like. What it rules out is out before any warp. */
  readonly constraint?: TokenConstraint<A> | undefined;
}

/** {@link DrawOptions} that were checked, and working memory; shared by all sequences of a call. */
export interface DrawRules<A> {
  readonly where: string;
  readonly steps: number;
  readonly stop: readonly ArrayLike<number>[];
  readonly endToken: number | undefined;
  readonly constraint: TokenConstraint<A> | undefined;
  readonly warps: readonly Warp[];
  readonly greedy: boolean;
  /** (vocabulary), what the warps work on. */
  readonly logits: Float32Array;
  /** (vocabulary) */
  readonly masses: Float64Array;
}

/** @throws GenaiError that names the option that is out of range. */
export function drawRules<A>(
  where: string,
  model: Pick<TokenModel<never, never, never>, 'vocabulary' | 'endToken'>,
  options: DrawOptions<A>,
): DrawRules<A> {
  const { steps, greedy = false, constraint, temperature = 1, endToken = model.endToken } = options;
  const own = model.endToken === undefined || model.endToken === endToken ? [] : [[model.endToken]];
  const stop = [...(options.stop ?? []), ...own];
  expectRange(where, 'steps', steps, count);
  if (!(temperature >= 0 && temperature < Number.POSITIVE_INFINITY)) {
    throw new GenaiError(
      `${where}: temperature must be a finite number of at least 0 (0 takes the likeliest token), got ${temperature}.`,
    );
  }
  for (const [i, sequence] of stop.entries()) {
    if (sequence.length === 0) throw new GenaiError(`${where}: stop[${i}] is empty, expected at least one token.`);
    expectTokens(`${where}: stop[${i}]`, sequence, model.vocabulary);
  }
  if (options.endToken !== undefined) expectTokens(`${where}: endToken`, [options.endToken], model.vocabulary);
  return {
    where,
    steps,
    stop,
    endToken,
    constraint,
    warps: warps(options),
    greedy: greedy || temperature === 0,
    logits: new Float32Array(model.vocabulary),
    masses: new Float64Array(model.vocabulary),
  };
}
