import { GenaiError, type Key, randomIntegers, randomUniform, split } from '@genai/core';

/** Tokens that stand before the parts of a text whose middle is to be filled in, such as `<|fim_prefix|>`. */
export type MiddleMarks = {
  readonly prefix: number;
  readonly suffix: number;
  readonly middle: number;
  /** Ends a middle, so that a model learns when to stop. */
  readonly end?: number;
};

export interface FillInTheMiddleOptions {
  readonly marks: MiddleMarks;
  /** How often a text is cut at all, 0 to 1. Default 0.5. */
  readonly rate?: number;
  /** How often the suffix comes first and the middle follows its prefix at once, 0 to 1. Default 0.5. */
  readonly suffixFirst?: number;
}

/**
 * A text for training, its middle moved to the end, so that a model of what comes next learns to fill gaps: cut at two places drawn
 * uniformly, `prefix P suffix S middle M end` or `prefix suffix S middle P M end`. Left as it is, with `end` behind, when not cut.
 *
 * @example
 * const marks = { prefix: tokenizer.specialToken('<|fim_prefix|>'), suffix: tokenizer.specialToken('<|fim_suffix|>'), middle: tokenizer.specialToken('<|fim_middle|>') };
 * const moved = files.map((file, i) => fillInTheMiddle(tokenizer.encode(file), fold(key(0), i), { marks }));
 * @throws GenaiError unless `rate` and `suffixFirst` are from 0 to 1.
 * @source Bavarian et al. 2022, "Efficient training of language models to fill in the middle", section 3.
 */
export function fillInTheMiddle(
  tokens: Int32Array,
  key: Key,
  { marks, rate = 0.5, suffixFirst = 0.5 }: FillInTheMiddleOptions,
): Int32Array {
  for (const [name, share] of Object.entries({ rate, suffixFirst })) {
    if (!(share >= 0 && share <= 1)) {
      throw new GenaiError(`fillInTheMiddle: ${name} is ${share}, expected a share from 0 to 1. Pass 0.5, say.`);
    }
  }
  const end = marks.end === undefined ? [] : [marks.end];
  const [chanceKey, placeKey] = split(key);
  const [cut, order] = randomUniform(chanceKey, 2) as unknown as readonly [number, number];
  if (cut >= rate) return Int32Array.from([...tokens, ...end]);
  const [from, to] = randomIntegers(placeKey, 2, { min: 0, max: tokens.length + 1 }).sort() as unknown as [
    number,
    number,
  ];
  const [before, middle, behind] = [tokens.subarray(0, from), tokens.subarray(from, to), tokens.subarray(to)];
  const asked =
    order < suffixFirst
      ? [marks.prefix, marks.suffix, ...behind, marks.middle, ...before]
      : infillPrompt(before, behind, marks);
  return Int32Array.from([...asked, ...middle, ...end]);
}

/**
 * The prompt behind which a model trained so writes what stands between two parts of a text.
 *
 * @example
 * const prompt = infillPrompt(tokenizer.encode('def add(a, b):\n'), tokenizer.encode('\nprint(add(1, 2))'), marks);
 */
export function infillPrompt(before: Int32Array, behind: Int32Array, marks: MiddleMarks): Int32Array {
  return Int32Array.from([marks.prefix, ...before, marks.suffix, ...behind, marks.middle]);
}
