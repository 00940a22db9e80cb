import { disposeTree, GenaiError, key, randomBits, randomNormal } from '@genai/core';
import { expectClose } from '@genai/testing/expect-close';
import { describe, expect, test } from 'vitest';
import { fromArrays } from '../from-arrays.js';
import { normalQuantile } from './normal-quantile.js';
import { quantileNormalized, standardized } from './number-scaling.js';
import { readTable } from './read-table.js';
import type { Table } from './table.js';
import { tableCodec, tableCodecFrom } from './table-codec.js';
import { tableOf } from './table-of.js';
import { writeTable } from './write-table.js';

const birds = tableOf({
  species: ['owl', 'hen', 'owl', 'emu'],
  grams: [480, null, 520, 36_000],
  sex: ['f', null, 'm', 'f'],
  wing: [1.5, 0.25, 1.75, 0.5],
});

const valuesOf = (table: Table): { [name: string]: readonly unknown[] } =>
  Object.fromEntries(table.columns.map(({ name, values }) => [name, values]));

describe('tableCodec: known answers', () => {
  test('the layout, and where what stands in a row', () => {
    const codec = tableCodec(birds);
    expect(codec.width).toBe(9);
    expect(codec.layout).toEqual([
      { name: 'species', kind: 'category', width: 3 },
      { name: 'grams', kind: 'number', width: 2 },
      { name: 'sex', kind: 'category', width: 3 },
      { name: 'wing', kind: 'number', width: 1 },
    ]);
    const { data, shape } = codec.encode(birds);
    expect(shape).toEqual([4, 9]);
    // Mean 1, deviation √(((½)² + (¾)² + (¾)² + (½)²) / 4) of the wings; (12,333⅓, 16,734.6) of the grams.
    const mean = (480 + 520 + 36_000) / 3;
    const deviation = Math.hypot(480 - mean, 520 - mean, 36_000 - mean) / Math.sqrt(3);
    const wing = Math.sqrt((0.25 + 0.5625 + 0.5625 + 0.25) / 4);
    expectClose(data.subarray(0, 18), [
      ...[0, 0, 1, (480 - mean) / deviation, 0, 1, 0, 0, 0.5 / wing],
      ...[0, 1, 0, 0, 1, 0, 0, 1, -0.75 / wing],
    ]);
  });

  test('a dataset of its rows', async () => {
    const codec = tableCodec(birds);
    const batch = await fromArrays(codec.encode(birds)).read(Uint32Array.of(3, 0));
    expect([batch.dtype, ...batch.shape]).toEqual(['float32', 2, 9]);
    disposeTree(batch);
  });

  test('decoding takes the likeliest category, a flag from one half, and keeps to ranges and decimals', () => {
    const codec = tableCodec(birds);
    const table = codec.decode([0.4, 0.35, 0.25, 9, 0.4, 0.1, 0.1, 0.8, 0.013, 0, 0, 1, -9, 0.6, 0.5, 0.2, 0.3, -9]);
    expect(valuesOf(table)).toEqual({
      species: ['emu', 'owl'],
      grams: [36_000, null],
      sex: [null, 'f'],
      wing: [1.01, 0.25],
    });
  });

  test('only the columns that are asked for, in that order', () => {
    const codec = tableCodec(birds, { columns: ['wing', 'species'] });
    expect(codec.layout.map(({ name }) => name)).toEqual(['wing', 'species']);
    expect(valuesOf(codec.decode(codec.encode(birds).data))).toEqual({
      wing: [1.5, 0.25, 1.75, 0.5],
      species: ['owl', 'hen', 'owl', 'emu'],
    });
  });
});

describe('scalings', () => {
  test('goldens: normalQuantile', () => {
    // scipy 1.17: norm.ppf([0.3, 0.5, 0.6, 0.975, 1e-3, 1e-6, 1e-10])
    const golden = [
      -0.5244005127080409, 0, 0.2533471031357997, 1.959963984540054, -3.090232306167813, -4.753424308822899,
      -6.361340902404056,
    ];
    const got = [0.3, 0.5, 0.6, 0.975, 1e-3, 1e-6, 1e-10].map(normalQuantile);
    expectClose(got, golden, { absolute: 1e-14, relative: 1e-12 });
  });

  test('known answer: quantiles of ties are those of the middle of their ranks', () => {
    const scale = quantileNormalized()(Float64Array.of(1, 1, 2, 5));
    if (scale.kind !== 'quantiles') throw new Error(`a scale of kind ${scale.kind}`);
    expect(scale.values).toEqual([1, 2, 5]);
    expectClose(scale.features, [0.25, 0.625, 0.875].map(normalQuantile));
  });

  test('law: the quantiles of a long tail become normal, with few knots as well', () => {
    const values = Array.from(randomNormal(key(0), 2_000), (z) => Math.exp(2 * z));
    for (const knots of [2_000, 100]) {
      const codec = tableCodec(tableOf({ x: values }), { numbers: quantileNormalized(knots) });
      const features = codec.encode(tableOf({ x: values })).data;
      const moment = (n: number): number => features.reduce((sum, z) => sum + z ** n / features.length, 0);
      expectClose([moment(1), moment(2), moment(3), moment(4)], [0, 1, 0, 3], { absolute: knots === 100 ? 0.2 : 0.05 });
    }
  });
});

test('properties: 200 random tables come back as they were, also from JSON', () => {
  for (let i = 0; i < 200; i++) {
    const bits = randomBits(key(i), 200);
    let at = 0;
    const next = (below: number): number => bits[at++]! % below;
    const rows = 1 + next(8);
    const column = <T>(known: () => T, holes: number): (T | null)[] =>
      Array.from({ length: rows }, (_, row) => (row > 0 && holes > 0 && next(holes) === 0 ? null : known()));
    const table = tableOf({
      integer: column(() => next(2_000_000) - 1_000_000, 0),
      price: column(() => next(100_000) / 100, 3),
      constant: column(() => 7, 3),
      text: column(() => ['a', 'b', '', 'null', '__proto__'][next(5)]!, 0),
      maybe: column(() => ['x', 'y'][next(2)]!, 3),
    });
    for (const numbers of [standardized(), quantileNormalized()]) {
      const codec = tableCodec(table, { numbers });
      const { data, shape } = codec.encode(table);
      expect(shape).toEqual([rows, codec.width]);
      expect(valuesOf(codec.decode(data)), `table ${i}`).toEqual(valuesOf(table));
      const again = tableCodecFrom(JSON.parse(JSON.stringify(codec)));
      expect(again.layout).toEqual(codec.layout);
      expect(again.encode(table).data).toEqual(data);
    }
  }
});

test('known answer: a column of one value is 0 and has the deviation 1, however many rows add up', () => {
  for (const value of [7, 0.1, -1e300]) {
    const codec = tableCodec(tableOf({ x: Array.from({ length: 2_700 }, () => value) }));
    expect(codec.toJSON().columns[0]).toMatchObject({ scale: { mean: value, deviation: 1 } });
    expect(new Set(codec.encode(tableOf({ x: [value] })).data)).toEqual(new Set([0]));
  }
});

test('known answers: dates come back as dates, rounded to days, and are no numbers', () => {
  const table = readTable('day,n\n2024-02-28,1\n,2\n2024-03-01,3\n');
  const codec = tableCodecFrom(JSON.parse(JSON.stringify(tableCodec(table))));
  const { data } = codec.encode(table);
  expect(codec.decode(data)).toEqual(table);
  expect(writeTable(codec.decode([0.3, 0, 0]))).toBe('day,n\n2024-02-29,2\n');
  expect(() => codec.encode(tableOf({ day: [1], n: [1] }))).toThrow(
    /"day" is one of kind number, the codec learnt it as date/,
  );
  const none = readTable('day,n\n,1\n,3\n'); // what kind a column without a value is, none can say
  expect(codec.encode(none).data).toEqual(
    codec.encode({ ...none, columns: [{ ...table.columns[0]!, values: [null, null] }, none.columns[1]!] } as Table)
      .data,
  );
  const wrong = { columns: [{ ...codec.toJSON().columns[0]!, as: 'time' }] };
  expect(() => tableCodecFrom(wrong)).toThrow(/columns\[0\]\.as is not "date"/);
});

test('errors', () => {
  const codec = tableCodec(birds);
  const many = tableOf({ id: Array.from({ length: 101 }, (_, i) => `row ${i}`) });
  const cases: [act: () => unknown, message: RegExp][] = [
    [() => tableCodec(many), /tableCodec: column "id" has 101 categories in 101 rows, at most 100 are expected/],
    [() => tableCodec(birds, { columns: ['beak'] }), /no column "beak", only "species", "grams", "sex", "wing"/],
    [() => tableCodec(birds, { columns: ['sex', 'sex'] }), /two columns are named "sex"/],
    [() => tableCodec(readTable('a,b\n1,\n2,\n')), /column "b" has no value in 2 rows. Leave it out of `columns`/],
    [() => tableCodec(birds, { columns: [] }), /there are no columns/],
    [() => tableCodec(birds, { mostCategories: 0 }), /mostCategories must be an integer/],
    [() => codec.encode(tableOf({ species: ['owl'] })), /encode: there is no column "grams"/],
    [
      () => codec.encode(tableOf({ ...valuesOf(birds), wing: ['a', 'b', 'c', 'd'] } as never)),
      /"wing" is one of kind category/,
    ],
    [
      () => codec.encode(tableOf({ ...valuesOf(birds), wing: [1, 2, null, 3] } as never)),
      /"wing" misses a value, which it did not/,
    ],
    [
      () => codec.encode(tableOf({ ...valuesOf(birds), species: ['auk', 'owl', 'owl', 'owl'] } as never)),
      /"species" holds "auk"/,
    ],
    [() => codec.decode([1, 2]), /decode: got 2 features, expected whole rows of 9/],
    [() => codec.decode([]), /got 0 features/],
    [() => codec.decode([...new Array(9).fill(0), ...new Array(9).fill(Number.NaN)]), /decode: row 1 holds NaN/],
    [() => quantileNormalized(1), /knots must be an integer of at least 2/],
  ];
  for (const [act, message] of cases) {
    expect(act).toThrow(message);
    expect(act).toThrow(GenaiError);
  }
  expect(tableCodec(many, { mostCategories: 101 }).width).toBe(101);
});

test('errors: a description that was tampered with', () => {
  const good = JSON.stringify(tableCodec(birds, { numbers: quantileNormalized() }));
  const bad: [from: string, to: string, message: RegExp][] = [
    ['"columns":[', '"columns":[null,', /columns\[0\] is not a column with name and missing/],
    ['"kind":"category"', '"kind":"image"', /columns\[0\]\.kind is not "number" or "category"/],
    ['["emu","hen","owl"]', '["emu","emu"]', /columns\[0\]\.values is not a list of different texts/],
    ['"values":[480,', '"values":[880,', /columns\[1\]\.scale is not a scale/],
    ['"min":480', '"min":null', /columns\[1\]\.min and max is not a range/],
    ['"decimals":0', '"decimals":99', /columns\[1\]\.decimals is not an integer from 0 to 6/],
    ['"name":"sex"', '"name":"wing"', /columns is not a list of different names/],
  ];
  for (const [from, to, message] of bad) {
    expect(good).toContain(from);
    expect(() => tableCodecFrom(JSON.parse(good.replace(from, to))), to).toThrow(message);
  }
  for (const other of [null, 3, [], {}, { columns: [] }, { columns: 'x' }]) {
    expect(() => tableCodecFrom(other)).toThrow(/tableCodecFrom: columns is not a list of at least one column/);
  }
});
