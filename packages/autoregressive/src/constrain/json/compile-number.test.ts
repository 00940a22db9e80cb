import { fold, key } from '@genai/core';
import { describe, expect, test } from 'vitest';
import { accepts, dice, textOf, walk } from '../../../test/constraint-walks.js';
import { validates } from '../../../test/validate-json.js';
import { constrain } from '../constrain.js';
import { jsonSchema } from './json-schema.js';

type Bounds = { readonly [keyword: string]: number | string };

const BYTES = Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte));

/** What Zod 4 gives for the schemas named: z.toJSONSchema(…) of zod 4.6.7, without $schema. */
const ZOD: { readonly [schema: string]: Bounds } = {
  'z.number()': { type: 'number' },
  'z.number().int()': { type: 'integer', minimum: -9007199254740991, maximum: 9007199254740991 },
  'z.int32()': { type: 'integer', minimum: -2147483648, maximum: 2147483647 },
  'z.uint32()': { type: 'integer', minimum: 0, maximum: 4294967295 },
  'z.float32()': { type: 'number', minimum: -3.4028234663852886e38, maximum: 3.4028234663852886e38 },
  'z.number().positive()': { type: 'number', exclusiveMinimum: 0 },
  'z.number().min(0.5).max(2.25)': { type: 'number', minimum: 0.5, maximum: 2.25 },
  'z.number().gt(-1.5).lt(1e-3)': { type: 'number', exclusiveMinimum: -1.5, exclusiveMaximum: 0.001 },
  'z.number().int().min(1).max(100).multipleOf(7)': { type: 'integer', minimum: 1, maximum: 100, multipleOf: 7 },
  'z.number().multipleOf(0.01).min(0).max(99.99)': { type: 'number', minimum: 0, maximum: 99.99, multipleOf: 0.01 },
  'z.number().multipleOf(0.25)': { type: 'number', multipleOf: 0.25 },
};

describe('laws: a thousand draws of each are valid', () => {
  test.each(Object.entries(ZOD))('%s', (name, schema) => {
    const constraint = constrain(jsonSchema(schema), BYTES);
    const random = dice(fold(key(3), name.length));
    const seen = new Set<string>();
    for (let i = 0; i < 1_000; i++) {
      const text = textOf(walk(constraint, random, { end: 0.15 })!.map((token) => BYTES[token]!));
      seen.add(text);
      expect(validates(JSON.parse(text), schema), text).toBe(true);
    }
    expect(seen.size).toBeGreaterThan(name.includes('multipleOf(7)') ? 13 : 40);
  });
});

describe('properties: random bounds against a recogniser that compares decimals', () => {
  const random = dice(key(4));
  const pick = (count: number): number => Math.floor(random() * count);
  /** A decimal of a few digits, of any sign. */
  const bound = (): number => (pick(4_001) - 2_000) / 10 ** pick(4);
  const KEYWORDS = ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'];
  const STEPS = [0.01, 0.05, 0.1, 0.25, 0.3, 0.5, 1, 1.5, 2, 3, 7, 10, 12, 50, 100, 1000];

  test.each(['number', 'integer'])('%s', (type) => {
    const wrong: string[] = [];
    let [valid, empty] = [0, 0];
    for (let i = 0; i < 40; i++) {
      const schema: { [keyword: string]: number | string } = { type };
      for (const keyword of KEYWORDS) if (random() < 0.4) schema[keyword] = bound();
      if (random() < 0.5) schema.multipleOf = STEPS[pick(STEPS.length)]!;
      const texts = Array.from({ length: 50 }, () => near(schema, pick, random));
      let automaton: ReturnType<typeof jsonSchema> | undefined;
      try {
        automaton = jsonSchema(schema);
      } catch (error) {
        expect(String(error)).toMatch(/no (integer|number|multiple)/);
        empty++;
      }
      for (const text of texts) {
        const expected = isValid(text, schema);
        if (expected) valid++;
        if (expected !== (automaton !== undefined && accepts(automaton, text)))
          wrong.push(`${text} of ${JSON.stringify(schema)}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(valid).toBeGreaterThan(60);
    expect(empty).toBeGreaterThan(0);
  });
});

describe('known answers', () => {
  const cases: readonly [schema: Bounds, yes: readonly string[], no: readonly string[]][] = [
    [{ type: 'number', minimum: 0.1 }, ['0.1', '0.10', '7', '123456789012345'], ['0.09', '0', '-1', '.1', '0.1e0']],
    [{ type: 'number', exclusiveMinimum: 0.1 }, ['0.11', '0.10000000000001'], ['0.1', '0.10', '0.100000000000000001']],
    [{ type: 'number', exclusiveMaximum: 0 }, ['-0.5', '-3'], ['0', '-0', '-0.0', '0.0']],
    [{ type: 'number', minimum: 1e-7, maximum: 2e-7 }, ['0.0000001', '0.00000015'], ['0.00000021', '0.0000003', '0']],
    [{ type: 'number', minimum: 5, maximum: 5 }, ['5', '5.0', '5.00'], ['5.01', '4.99']],
    [{ type: 'number', multipleOf: 0.01 }, ['0.07', '-19.99', '3', '3.1', '3.10'], ['0.071', '0.070', '1e2']],
    [{ type: 'number', multipleOf: 2.5 }, ['0', '2.5', '-5', '5.0', '1002.5'], ['1', '2', '0.5']],
    [{ type: 'integer', multipleOf: 1.5 }, ['3', '0', '-6'], ['2', '1', '4.5']],
    [{ type: 'integer', multipleOf: 1000 }, ['0', '1000', '-9007199254740000'], ['10', '100', '9007199254741000']],
    [{ type: 'integer', multipleOf: 0.01, minimum: 4 }, ['4', '5'], ['3', '4.5']],
    [{ type: 'integer', multipleOf: 97 }, ['97', '9409', '-194'], ['96', '98', '-97.0']],
  ];
  test.each(cases)('%o', (schema, yes, no) => {
    const automaton = jsonSchema(schema);
    for (const text of yes) expect(accepts(automaton, text), text).toBe(true);
    for (const text of no) expect(accepts(automaton, text), text).toBe(false);
  });
});

describe('errors', () => {
  const cases: readonly [schema: unknown, message: RegExp][] = [
    [{ type: 'number', minimum: '2' }, /#: minimum must be a number, got "2"/],
    [{ type: 'number', minimum: 2, exclusiveMinimum: true }, /#: exclusiveMinimum must be a number, got true/],
    [{ type: 'number', multipleOf: 0 }, /#: multipleOf must be above 0, got 0/],
    [{ type: 'integer', multipleOf: -2 }, /#: multipleOf must be above 0, got -2/],
    [{ type: 'number', minimum: 2, maximum: 1.5 }, /#: no number of 15 digits is within/],
    [{ type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 1e-20 }, /#: no number of 15 digits is within/],
    [
      { type: 'integer', minimum: 8, maximum: 13, multipleOf: 7, exclusiveMinimum: 7 },
      /no multiple of 7 is at least 8/,
    ],
    [{ type: 'number', multipleOf: 1e-16 }, /#: multipleOf 1e-16 has 16 decimals, at most 14 are written/],
    [{ type: 'integer', multipleOf: 104729 }, /#: multipleOf 104729 has too many remainders/],
  ];
  for (const [schema, message] of cases) {
    test(JSON.stringify(schema), () => expect(() => jsonSchema(schema as Bounds)).toThrow(message));
  }
});

/** A text that is often just within or without the bounds: a bound, or any small number, moved by a little. */
function near(schema: Bounds, pick: (count: number) => number, random: () => number): string {
  const bounds = Object.entries(schema).flatMap(([keyword, x]) => (keyword !== 'type' ? [Number(x)] : []));
  const base = random() < 0.6 && bounds.length > 0 ? bounds[pick(bounds.length)]! * (1 + pick(3)) : pick(2_001) - 1_000;
  const places = pick(5);
  const moved = base + (pick(5) - 2) * 10 ** -places;
  const text = moved.toFixed(places);
  return /^-0(\.0*)?$/.test(text) ? text.slice(1) : text;
}

/** By exact arithmetic on the decimals, and the few things that are never written. */
function isValid(text: string, schema: Bounds): boolean {
  const places = 20;
  const exact = (of: string): bigint => {
    const [whole = '', fraction = ''] = of.split('.');
    return BigInt(whole + fraction.padEnd(places, '0'));
  };
  const of = (keyword: string): bigint | undefined =>
    schema[keyword] === undefined ? undefined : exact(Number(schema[keyword]).toFixed(9));
  const x = exact(text);
  const [step, minimum, maximum] = [of('multipleOf'), of('minimum'), of('maximum')];
  const [above, below] = [of('exclusiveMinimum'), of('exclusiveMaximum')];
  const fraction = text.split('.')[1]?.length ?? 0;
  if (schema.type === 'integer' && fraction > 0) return false; // 3.0 is valid, and not written
  // Zeros behind the decimals of a step are not written either.
  if (step !== undefined && fraction > (String(schema.multipleOf).split('.')[1]?.length ?? 0)) return false;
  return (
    !(step !== undefined && x % step !== 0n) &&
    !(minimum !== undefined && x < minimum) &&
    !(maximum !== undefined && x > maximum) &&
    !(above !== undefined && x <= above) &&
    !(below !== undefined && x >= below)
  );
}
