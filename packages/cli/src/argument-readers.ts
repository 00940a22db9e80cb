import { InvalidArgumentError } from 'commander';

/** An empty path, as of an unset variable in a script, would be the working directory. */
export const text = (value: string): string => {
  if (value.trim() === '') throw new InvalidArgumentError('Expected a text that is not empty.');
  return value;
};

/** Several of them, one after another. */
export const texts = (value: string, before: readonly string[] = []): readonly string[] => [...before, text(value)];

/** The number of a class, or all of them. */
export const label = (value: string): number | 'all' => {
  if (value === 'all') return value;
  if (!/^\d{1,9}$/.test(value)) throw new InvalidArgumentError('Expected the number of a class, or all.');
  return Number(value);
};

export const integer =
  (least: number, most: number = Number.MAX_SAFE_INTEGER) =>
  (text: string): number => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < least || value > most) {
      const bound = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
      throw new InvalidArgumentError(`Expected an integer ${bound}.`);
    }
    return value;
  };

/** Of a weight. */
export const bits = (text: string): 16 | 8 | 4 => {
  const found = ([16, 8, 4] as const).find((bits) => String(bits) === text);
  if (!found) throw new InvalidArgumentError('Expected 16, 8 or 4.');
  return found;
};

export const notNegative = (text: string): number => {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < 0)
    throw new InvalidArgumentError('Expected a number of at least 0.');
  return value;
};

export const positive = (text: string): number => {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value <= 0)
    throw new InvalidArgumentError('Expected a number above 0.');
  return value;
};
