import { type CodePoints, codePointsOf } from './code-points.js';

/** What regular expressions, grammars and schemas are parsed to: a language of texts. */
export type Expression =
  /** One character of a set; of an empty set, nothing matches. */
  | { readonly kind: 'character'; readonly set: CodePoints }
  | { readonly kind: 'sequence'; readonly parts: readonly Expression[] }
  | { readonly kind: 'choice'; readonly options: readonly Expression[] }
  /** From `least` to `most` times, which may be infinite. */
  | { readonly kind: 'repeat'; readonly part: Expression; readonly least: number; readonly most: number }
  | { readonly kind: 'rule'; readonly name: string };

/** A grammar: named expressions that may refer to each other. */
export type Rules = ReadonlyMap<string, Expression>;

/** One character of a set. */
export function character(set: CodePoints): Expression {
  return { kind: 'character', set };
}

/** This very text. */
export function text(value: string): Expression {
  return sequence(Array.from(value, (c) => character(codePointsOf(c))));
}

/** One after the other; of nothing, the empty text. */
export function sequence(parts: readonly Expression[]): Expression {
  return parts.length === 1 ? parts[0]! : { kind: 'sequence', parts };
}

/** Any one of them; of none, nothing matches. */
export function choice(options: readonly Expression[]): Expression {
  return options.length === 1 ? options[0]! : { kind: 'choice', options };
}

/** From `least` to `most` times, any number unless given. */
export function repeat(part: Expression, least = 0, most = Number.POSITIVE_INFINITY): Expression {
  return { kind: 'repeat', part, least, most };
}

/** Once or not at all. */
export function optional(part: Expression): Expression {
  return repeat(part, 0, 1);
}

/** What the rule of this name says. */
export function rule(name: string): Expression {
  return { kind: 'rule', name };
}
