import { expectIntegers, GenaiError } from '@genai/core';

/**
 * What stands where in a row of features, from left to right. A `number` of width 1 is a value; one of width 2 has a flag behind that
 * is 1 where the value is missing (and 0 then). A `category` is `width` places of which one is 1.
 */
export type TableLayout = readonly { readonly kind: 'number' | 'category'; readonly width: number }[];

/** Where a group of features lies. */
export interface TablePlace {
  readonly kind: 'number' | 'category';
  /** The first of its features in a row. */
  readonly start: number;
  /** Which of the numbers it is. */
  readonly number: number;
  readonly width: number;
  readonly flagged: boolean;
}

/** Features in a row. */
export function tableWidth(layout: TableLayout): number {
  return layout.reduce((sum, { width }) => sum + width, 0);
}

/** @throws GenaiError if the layout is empty, or a width does not fit its kind. */
export function placesOf(where: string, layout: TableLayout): TablePlace[] {
  if (layout.length === 0) throw new GenaiError(`${where}: the layout is empty. Pass that of the table's codec.`);
  let start = 0;
  let number = 0;
  return layout.map(({ kind, width }, i) => {
    expectIntegers(where, { [`the width of layout[${i}]`]: width });
    if (kind === 'number' && width > 2) {
      throw new GenaiError(
        `${where}: the number layout[${i}] has width ${width}, expected 1, or 2 with a flag for "missing".`,
      );
    }
    const place = { kind, start, number, width, flagged: kind === 'number' && width === 2 };
    start += width;
    if (kind === 'number') number++;
    return place;
  });
}
