import { GenaiError } from '@genai/core';

/**
 * Checks a shape where it is used and returns its sizes.
 *
 * `expected` holds a number where the size is fixed and a name where it is free; a leading `'…'` stands for any
 * number of leading dimensions, which are not returned. A name that stands twice must have one size.
 *
 * @example
 * const [batch, time] = expectShape('gru', x, ['batch', 'time', inputs]);
 * expectShape('dense', x, ['…', inputs]);
 * @throws GenaiError that names the place, the shape got and the shape expected.
 */
export function expectShape<const E extends readonly (number | string)[]>(
  where: string,
  x: { readonly shape: readonly number[] },
  expected: E,
): Sizes<E> {
  const open = expected[0] === '…';
  const pattern = open ? expected.slice(1) : expected;
  const tail = open ? x.shape.slice(Math.max(0, x.shape.length - pattern.length)) : x.shape;
  const sizes = new Map<string, number>();
  const fits =
    tail.length === pattern.length &&
    pattern.every((want, i) => {
      const got = tail[i]!;
      if (typeof want === 'number') return got === want;
      const known = sizes.get(want);
      sizes.set(want, got);
      return known === undefined || known === got;
    });
  if (!fits) throw new GenaiError(`${where}: got shape [${x.shape.join(', ')}], expected [${expected.join(', ')}].`);
  return [...tail] as Sizes<E>;
}

/** One size for each entry, without a leading '…'; an array where the entries are not known to the type. */
type Sizes<E extends readonly (number | string)[]> = E extends readonly ['…', ...infer Rest]
  ? { -readonly [I in keyof Rest]: number }
  : { -readonly [I in keyof E]: number };
