import { GenaiError } from '@genai/core';
import type { NumberScale } from './number-scaling.js';

/** How a column becomes features, as plain data. */
export type ColumnDescription =
  | {
      readonly kind: 'number';
      readonly name: string;
      readonly scale: NumberScale;
      /** The least and the greatest value. */
      readonly min: number;
      readonly max: number;
      /** Decimals that all values make do with, 0 for integers; absent where they need more than six. */
      readonly decimals?: number;
      /** The numbers are days since 1970-01-01, written as dates. */
      readonly as?: 'date';
      /** Whether values may be missing. */
      readonly missing: boolean;
    }
  | {
      readonly kind: 'category';
      readonly name: string;
      readonly values: readonly string[];
      readonly missing: boolean;
    };

/** What a codec knows, as plain data that JSON can hold. */
export type TableDescription = { readonly columns: readonly ColumnDescription[] };

/** Checks data of unknown origin. @throws GenaiError that names the place. */
export function describedTable(where: string, json: unknown): TableDescription {
  const fail = (place: string, expected: string): never => {
    throw new GenaiError(`${where}: ${place} is not ${expected}. Pass what the toJSON of a codec gave.`);
  };
  const numbers = (x: unknown): x is number[] => Array.isArray(x) && x.length > 0 && x.every(Number.isFinite);
  const isIncreasing = (xs: readonly number[]): boolean => xs.every((x, i) => i === 0 || x > xs[i - 1]!);
  const scaleOf = (place: string, x: unknown): NumberScale => {
    const { kind, mean, deviation, values, features } = recordOf(x);
    if (kind === 'standard' && Number.isFinite(mean) && Number.isFinite(deviation) && (deviation as number) > 0) {
      return { kind, mean: mean as number, deviation: deviation as number };
    }
    if (kind === 'quantiles' && numbers(values) && numbers(features) && values.length === features.length) {
      if (isIncreasing(values) && isIncreasing(features)) return { kind, values: [...values], features: [...features] };
    }
    return fail(`${place}.scale`, 'a scale with numbers that increase or a deviation above 0');
  };
  const columnOf = (x: unknown, i: number): ColumnDescription => {
    const place = `columns[${i}]`;
    const { kind, name, missing, values, scale, min, max, decimals, as } = recordOf(x);
    if (typeof name !== 'string' || typeof missing !== 'boolean') return fail(place, 'a column with name and missing');
    if (kind === 'category') {
      const isList = Array.isArray(values) && values.length > 0 && values.every((value) => typeof value === 'string');
      if (!isList || new Set(values).size !== values.length)
        return fail(`${place}.values`, 'a list of different texts');
      return { kind, name, missing, values: [...(values as string[])] };
    }
    if (kind !== 'number') return fail(`${place}.kind`, '"number" or "category"');
    if (!(Number.isFinite(min) && Number.isFinite(max) && (min as number) <= (max as number))) {
      return fail(`${place}.min and max`, 'a range of finite numbers');
    }
    if (
      decimals !== undefined &&
      !(Number.isInteger(decimals) && (decimals as number) >= 0 && (decimals as number) <= MOST_DECIMALS)
    ) {
      return fail(`${place}.decimals`, `an integer from 0 to ${MOST_DECIMALS}`);
    }
    if (as !== undefined && as !== 'date') return fail(`${place}.as`, '"date"');
    const range = { min: min as number, max: max as number };
    return {
      kind,
      name,
      missing,
      scale: scaleOf(place, scale),
      ...range,
      ...(decimals !== undefined && { decimals: decimals as number }),
      ...(as !== undefined && { as }),
    };
  };
  const { columns } = recordOf(json);
  if (!Array.isArray(columns) || columns.length === 0) return fail('columns', 'a list of at least one column');
  const described = columns.map(columnOf);
  if (new Set(described.map(({ name }) => name)).size !== described.length)
    fail('columns', 'a list of different names');
  return { columns: described };
}

export const MOST_DECIMALS = 6;

function recordOf(x: unknown): { readonly [name: string]: unknown } {
  return typeof x === 'object' && x !== null ? (x as { readonly [name: string]: unknown }) : {};
}
