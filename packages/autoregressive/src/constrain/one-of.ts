import { choice, type Expression, sequence, text } from './expression.js';

/** One of these texts; what they begin with alike stands once, so that a long list is read in one way at a time. */
export function oneOf(list: readonly string[]): Expression {
  return shared([...new Set(list)].map((one) => Array.from(one)).sort(compare));
}

function shared(sorted: readonly (readonly string[])[]): Expression {
  const [first, last] = [sorted[0], sorted.at(-1)];
  if (first === undefined || last === undefined) return choice([]);
  let alike = 0; // what the first and the last have alike, all have
  while (alike < first.length && first[alike] === last[alike]) alike++;
  const begin = text(first.slice(0, alike).join(''));
  if (sorted.length === 1) return begin;
  const options: Expression[] = first.length === alike ? [sequence([])] : [];
  for (let i = options.length; i < sorted.length; ) {
    const letter = sorted[i]![alike];
    let end = i;
    while (end < sorted.length && sorted[end]![alike] === letter) end++;
    options.push(shared(sorted.slice(i, end).map((one) => one.slice(alike))));
    i = end;
  }
  return sequence([begin, choice(options)]);
}

function compare(a: readonly string[], b: readonly string[]): number {
  for (let i = 0; i < a.length && i < b.length; i++) {
    if (a[i] !== b[i]) return a[i]! < b[i]! ? -1 : 1;
  }
  return a.length - b.length;
}
