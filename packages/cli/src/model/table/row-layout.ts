import { type ColumnDescription, type Table, tableCodecFrom } from '@genai/data';

/** One number of a row as a flow sees it. */
export type Place =
  /** A scaled value, known to `cell` (0 if to any number of decimals); `missing` is the place of its flag. */
  | { readonly kind: 'number'; readonly deviation: number; readonly cell: number; readonly missing?: number }
  /** A digit of the number of a category, or a flag: 0 for known, 1 for missing. */
  | { readonly kind: 'category'; readonly levels: number };

/**
 * Rows of some columns as numbers: one for each number, a flag before one that may be missing, and for each category the digits of its
 * number, the highest first.
 */
export interface RowLayout {
  readonly places: readonly Place[];
  /** (rows, places), row after row. @throws GenaiError that names the column and what it holds. */
  readonly encode: (table: Table) => Float32Array;
  /** What `encode` gave, or numbers near it, as a table. */
  readonly decode: (numbers: ArrayLike<number>) => Table;
}

/** The layout of columns as a codec of tables describes them, numbers standardised. */
export function rowLayout(columns: readonly ColumnDescription[]): RowLayout {
  const codec = tableCodecFrom({ columns });
  const places: Place[] = [];
  const starts: number[] = [];
  const parts = columns.map((column) => {
    const part = column.kind === 'category' ? categoryPart(column) : numberPart(column, places.length);
    starts.push(places.length);
    places.push(...part.places);
    return part;
  });
  const firsts = codec.layout.map((_, i) => codec.layout.slice(0, i).reduce((sum, { width }) => sum + width, 0));
  /** Calls for the part of each column in each row, with where its features and its places begin. */
  const each = (rows: number, act: (part: Part, feature: number, place: number) => void): void => {
    for (let row = 0; row < rows; row++) {
      for (const [i, part] of parts.entries()) {
        act(part, row * codec.width + firsts[i]!, row * places.length + starts[i]!);
      }
    }
  };
  return {
    places,
    encode: (table) => {
      const { data } = codec.encode(table);
      const numbers = new Float32Array(table.length * places.length);
      each(table.length, (part, feature, place) => part.encode(data, feature, numbers, place));
      return numbers;
    },
    decode: (numbers) => {
      const rows = numbers.length / places.length;
      const features = new Float32Array(rows * codec.width);
      each(rows, (part, feature, place) => part.decode(numbers, place, features, feature));
      return codec.decode(features);
    },
  };
}

/** The places of one column, and the way from its features to them and back, each from an index on. */
interface Part {
  readonly places: readonly Place[];
  readonly encode: (features: Float32Array, feature: number, numbers: Float32Array, place: number) => void;
  readonly decode: (numbers: ArrayLike<number>, place: number, features: Float32Array, feature: number) => void;
}

type Description<K extends ColumnDescription['kind']> = ColumnDescription & { readonly kind: K };

function numberPart({ scale, decimals, missing }: Description<'number'>, start: number): Part {
  const deviation = scale.kind === 'standard' ? scale.deviation : 1;
  const cell = decimals === undefined ? 0 : 10 ** -decimals / deviation;
  const value = { kind: 'number', deviation, cell } as const;
  if (!missing) {
    return {
      places: [value],
      encode: (features, feature, numbers, place) => {
        numbers[place] = features[feature]!;
      },
      decode: (numbers, place, features, feature) => {
        features[feature] = numbers[place]!;
      },
    };
  }
  return {
    places: [
      { kind: 'category', levels: 2 },
      { ...value, missing: start },
    ],
    encode: (features, feature, numbers, place) => {
      [numbers[place], numbers[place + 1]] = [features[feature + 1]!, features[feature]!];
    },
    decode: (numbers, place, features, feature) => {
      [features[feature], features[feature + 1]] = [numbers[place + 1]!, numbers[place]!];
    },
  };
}

function categoryPart({ values, missing }: Description<'category'>): Part {
  const categories = values.length + Number(missing); // what is missing is one more
  const { count, base } = digitsFor(categories);
  return {
    places: Array.from({ length: count }, () => ({ kind: 'category', levels: base })),
    encode: (features, feature, numbers, place) => {
      let rest = features.subarray(feature, feature + categories).indexOf(1);
      for (let d = count - 1; d >= 0; d--, rest = Math.floor(rest / base)) numbers[place + d] = rest % base;
    },
    decode: (numbers, place, features, feature) => {
      let category = 0;
      for (let d = 0; d < count; d++) category = base * category + Math.round(numbers[place + d]!);
      features[feature + Math.min(category, categories - 1)] = 1; // the highest numbers may be of none
    },
  };
}

/** The fewest digits of at most `MOST_LEVELS` levels that tell so many categories apart, in the lowest base that does. */
function digitsFor(categories: number): { readonly count: number; readonly base: number } {
  let count = 1;
  while (MOST_LEVELS ** count < categories) count++;
  let base = 1;
  while (base ** count < categories) base++;
  return { count, base };
}

/** More cells in a row are hard to tell apart for a spline, and for nets that look at where in them it is. */
const MOST_LEVELS = 4;
