import { GenaiError } from '@genai/core';

/** The numbers that an option may be; `range` says it in words. */
export interface Range {
  readonly range: string;
  readonly holds: (value: number) => boolean;
}

export const positive: Range = {
  range: 'a finite number above 0',
  holds: (x) => x > 0 && x < Number.POSITIVE_INFINITY,
};
export const finite: Range = { range: 'a finite number', holds: Number.isFinite };
export const share: Range = { range: 'a number above 0 and at most 1', holds: (x) => x > 0 && x <= 1 };
export const count: Range = {
  range: 'an integer of at least 0 or Infinity',
  holds: (x) => x === Number.POSITIVE_INFINITY || (Number.isSafeInteger(x) && x >= 0),
};

/** @throws GenaiError that names the place, the option, what was got and the range. */
export function expectRange(where: string, name: string, value: number, { range, holds }: Range): void {
  if (!holds(value)) throw new GenaiError(`${where}: ${name} must be ${range}, got ${value}.`);
}
