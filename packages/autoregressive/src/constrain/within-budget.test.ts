import { expect, test } from 'vitest';
import { constrain } from './constrain.js';
import { regex } from './regex.js';
import { type Budgeted, withinBudget } from './within-budget.js';

const LETTERS = ['a', 'b', 'c', 'd'];

/** All texts that a constraint lets be drawn in at most `most` tokens, complete or not when they are over. */
function allTexts<A>(
  constraint: ReturnType<ReturnType<typeof withinBudget<A>>>,
  most: number,
): { readonly whole: string[]; readonly cut: string[] } {
  const whole: string[] = [];
  const cut: string[] = [];
  const visit = (state: Budgeted<A>, text: string): void => {
    const { mask, end } = constraint.allowed(state);
    if (end) whole.push(text);
    else if (text.length === most || !mask.includes(1)) cut.push(text);
    if (text.length === most) return;
    mask.forEach((may, token) => {
      if (may) visit(constraint.next(state, token), text + LETTERS[token]);
    });
  };
  visit(constraint.start, '');
  return { whole, cut };
}

test.each(['a*b', '(ab)*c', 'a(bcd)?|b{2,5}d', '(a|ab)(c|bcd)*d'])(
  'laws: by enumeration, within a budget %s has its texts that are no longer, and none is cut',
  (pattern) => {
    const automaton = regex(pattern);
    const bounded = withinBudget(constrain(automaton, LETTERS), automaton.shortest!);
    for (const budget of [3, 4, 5, 6]) {
      const { whole, cut } = allTexts(bounded(budget), budget);
      expect(cut).toEqual([]);
      expect(whole.sort()).toEqual(textsUpTo(budget).filter((text) => new RegExp(`^(?:${pattern})$`, 'u').test(text)));
    }
  },
);

test('known answers: where nothing ends in time, all may be drawn that could be without a budget', () => {
  const automaton = regex('aaaa|bbbbb');
  const bounded = withinBudget(constrain(automaton, LETTERS), automaton.shortest!);
  expect(allTexts(bounded(4), 4)).toEqual({ whole: ['aaaa'], cut: [] });
  expect(allTexts(bounded(3), 3)).toEqual({ whole: [], cut: ['aaa', 'bbb'] });
  expect(allTexts(bounded(Number.POSITIVE_INFINITY), 9)).toEqual({ whole: ['aaaa', 'bbbbb'], cut: [] });
});

/** Every text of the letters up to a length, sorted. */
function textsUpTo(length: number): string[] {
  let last = [''];
  const all = [''];
  for (let i = 0; i < length; i++) {
    last = last.flatMap((text) => LETTERS.map((letter) => text + letter));
    all.push(...last);
  }
  return all.sort();
}
