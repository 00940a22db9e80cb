import { GenaiError, key, randomBits } from '@genai/core';
import { describe, expect, test } from 'vitest';
import { readTable } from './read-table.js';
import { selectRows } from './select-rows.js';
import type { Table } from './table.js';
import { tableOf } from './table-of.js';
import { writeTable } from './write-table.js';

const valuesOf = (table: Table): { [name: string]: readonly unknown[] } =>
  Object.fromEntries(table.columns.map(({ name, values }) => [name, values]));

describe('readTable: known answers', () => {
  test('numbers, categories, what is missing in either', () => {
    const table = readTable('species,grams,egg\nowl,480,1.5e1\nhen,,-.5\nNA,+7,"NA"\n');
    expect(table.length).toBe(3);
    expect(table.columns.map(({ kind }) => kind)).toEqual(['category', 'number', 'number']);
    expect(valuesOf(table)).toEqual({ species: ['owl', 'hen', null], grams: [480, null, 7], egg: [15, -0.5, null] });
  });

  test('quotes: separators, line ends and quotes within, and text that is not missing', () => {
    const table = readTable('"a, b";c\r\n"x;\r\n""y""";"NA"\r\n"";NA\r\n z ;""\r\n', { separator: ';' });
    expect(valuesOf(table)).toEqual({ 'a, b': ['x;\r\n"y"', '', ' z '], c: ['NA', null, ''] });
  });

  test('a byte order mark, line ends of all systems, empty lines, no line end behind', () => {
    for (const end of ['\n', '\r\n', '\r']) {
      const table = readTable(['\uFEFFa,b', '1,2', '', '3,4'].join(end));
      expect(valuesOf(table)).toEqual({ a: [1, 3], b: [2, 4] });
    }
    expect(valuesOf(readTable('a\n1\n\n3\n'))).toEqual({ a: [1, null, 3] });
  });

  test('numbers that are names stay text if one asks', () => {
    const table = readTable('code,n\n01234,1\n,2\n', { categories: ['code'] });
    expect(valuesOf(table)).toEqual({ code: ['01234', null], n: [1, 2] });
    expect(valuesOf(readTable('a\n1\n0x10\n'))).toEqual({ a: ['1', '0x10'] });
    expect(valuesOf(readTable('a\n1\n-\n', { missing: ['-'] }))).toEqual({ a: [1, null] });
  });

  test('dates are days since 1970-01-01, and dates again when written; what is none in one row leaves text', () => {
    const text = 'born,n\n1970-01-02,1\n,2\n2024-02-29,3\n1969-12-31,4\n';
    const table = readTable(text);
    expect(table.columns[0]).toEqual({ name: 'born', kind: 'number', values: [1, null, 19_782, -1], as: 'date' });
    expect(writeTable(table)).toBe(text);
    expect(writeTable(selectRows(table, [2]))).toBe('born,n\n2024-02-29,3\n');
    for (const other of ['2023-02-29', '2024-13-01', '2024-1-1', 'soon', '7']) {
      expect(readTable(`a\n2024-02-29\n${other}\n`).columns[0]!.kind, other).toBe('category');
    }
    expect(readTable('a\n2024-02-29\n', { categories: ['a'] }).columns[0]!.kind).toBe('category');
    const late: Table = { length: 1, columns: [{ name: 'a', kind: 'number', values: [1e9], as: 'date' }] };
    expect(() => writeTable(late)).toThrow(/isoDate: 1000000000 days after 1970-01-01 have no date/);
  });

  test('a column without a value is one of categories of which all are missing', () => {
    const table = readTable('a,b\n1,\n2,NA\n');
    expect(table.columns[1]).toEqual({ name: 'b', kind: 'category', values: [null, null] });
    expect(writeTable(table)).toBe('a,b\n1,\n2,\n');
  });
});

test('readTable: errors', () => {
  const cases: [text: string, message: RegExp][] = [
    ['', /readTable: the text is empty/],
    ['a,b\n', /no rows below the names/],
    ['a,b\n1,2\n3\n', /line 3 has 1 cells, the first has 2/],
    ['a,b\n"x\ny",2\n3,4,5\n', /line 4 has 3 cells/],
    ['a,a\n1,2\n', /two columns are named "a"/],
    ['a\n1\ninf\n', /column "a" holds Infinity in row 1, expected finite numbers/],
    ['a\n1e999\n', /holds Infinity in row 0/],
    ['a\n"x\n', /the quote opened in line 2 is not closed/],
    ['a\n"x"y\n', /in line 2 text follows a closing quote/],
    ['a\nx"y\n', /a quote stands within a cell in line 2/],
  ];
  for (const [text, message] of cases) {
    expect(() => readTable(text), text).toThrow(message);
    expect(() => readTable(text), text).toThrow(GenaiError);
  }
  expect(() => readTable('a\n1', { separator: ', ' })).toThrow(/separator must be one character/);
  expect(() => readTable('a\n1', { categories: ['b'] })).toThrow(/there is no column "b" for categories/);
});

test('tableOf: errors', () => {
  expect(() => tableOf({})).toThrow(/tableOf: there are no columns/);
  expect(() => tableOf({ a: [1, 2], b: ['x'] })).toThrow(/column "b" has 1 values, "a" has 2/);
  expect(() => tableOf({ a: [1, 'x'] })).toThrow(/column "a" holds number and string, expected numbers alone/);
  expect(() => tableOf({ a: [1, Number.NaN] })).toThrow(/column "a" holds NaN in row 1/);
  expect(() => tableOf({ a: [null, undefined] })).toThrow(/column "a" has no value/);
  expect(() => tableOf({ a: [] })).toThrow(GenaiError);
});

test('properties: 300 random tables are read as they were written', () => {
  const texts = ['a', '', 'NA', 'x,y', '"', 'two\nlines', 'cr\rlf\r\n', ' edge ', 'Ω', 'null', '\uFEFF', ';', '=1+1'];
  for (let i = 0; i < 300; i++) {
    const bits = randomBits(key(i), 100);
    let at = 0;
    const next = (below: number): number => bits[at++]! % below;
    const rows = 1 + next(6);
    const cell = (known: () => number | string): (number | string | null)[] =>
      Array.from({ length: rows }, (_, row) => (row > 0 && next(4) === 0 ? null : known()));
    const number = (): number => (next(2 ** 20) - 2 ** 19) / [1, 10, 3, 1e-9][next(4)]!;
    const text = (): string => texts[next(texts.length)]!;
    const table = tableOf({
      [text()]: cell(number),
      t: ['some text', ...cell(text).slice(1)],
      n: cell(number),
    });
    const separator = [',', ';', '\t'][next(3)]!;
    expect(valuesOf(readTable(writeTable(table, { separator }), { separator })), `table ${i}`).toEqual(valuesOf(table));
  }
});

test('properties: 500 mutated texts make a table or a GenaiError', () => {
  const whole = 'species,grams,"a ""b"""\nowl,480,x\nhen,,"y,\nz"\nNA,1e3,w\n';
  for (let i = 0; i < 500; i++) {
    const bits = randomBits(key(i), 4);
    const place = bits[0]! % whole.length;
    const put = ['"', ',', '\n', '\r', '', 'x', '\0', '\uFEFF'][bits[1]! % 8]!;
    const text = (whole.slice(0, place) + put + whole.slice(place + (bits[2]! % 3))).slice(
      0,
      i % 2 ? undefined : bits[3]! % 60,
    );
    try {
      const { length, columns } = readTable(text);
      for (const { values } of columns) expect(values).toHaveLength(length);
    } catch (error) {
      expect(GenaiError.is(error), `text ${i}: ${error}`).toBe(true);
    }
  }
});

test('selectRows: rows in the order asked for, and errors', () => {
  const table = tableOf({ a: [1, null, 3], b: ['x', 'y', null] });
  expect(valuesOf(selectRows(table, Uint32Array.of(2, 0, 2)))).toEqual({ a: [3, 1, 3], b: [null, 'x', null] });
  expect(() => selectRows(table, [3])).toThrow(/selectRows: there is no row 3; the last of 3 is 2/);
  expect(() => selectRows(table, [])).toThrow(GenaiError);
});

test('costs: hostile cells take linear time', () => {
  const digits = `${'1'.repeat(200_000)}x`;
  expect(readTable(`a\n${digits}\n`).columns[0]!.kind).toBe('category');
  expect(readTable(`a\n"${'""'.repeat(200_000)}"\n`).columns[0]!.values[0]).toHaveLength(200_000);
});
