import { GenaiError } from '@genai/core';

/**
 * The days from 1970-01-01 to a date `YYYY-MM-DD` of the Gregorian calendar, undefined if the text is none: what columns of dates hold.
 *
 * @example
 * isoDays('2024-02-29'); // 19782
 * @source ISO 8601.
 */
export function isoDays(text: string): number | undefined {
  const at = ISO_DATE.test(text) ? Date.parse(text) : Number.NaN; // in UTC
  if (Number.isNaN(at) || new Date(at).toISOString().slice(0, 10) !== text) return undefined; // 2023-02-30 is March to some
  return at / DAY;
}

/**
 * The date `YYYY-MM-DD` that lies so many days, rounded, after 1970-01-01: the inverse of {@link isoDays}.
 *
 * @example
 * isoDate(19_782.2); // '2024-02-29'
 * @throws GenaiError if the year has not four digits.
 * @source ISO 8601.
 */
export function isoDate(days: number): string {
  const at = Math.round(days) * DAY;
  if (at >= Date.parse('0000-01-01') && at <= Date.parse('9999-12-31')) return new Date(at).toISOString().slice(0, 10);
  throw new GenaiError(`isoDate: ${days} days after 1970-01-01 have no date of four digits for the year.`);
}

const ISO_DATE = /^\d{4}-\d{2}-\d{2}$/;
/** Milliseconds. */
const DAY = 86_400_000;
