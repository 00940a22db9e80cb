import { fold, key } from '@genai/core';
import { describe, expect, test } from 'vitest';
import { accepts, dice, textOf, walk } from '../../../test/constraint-walks.js';
import { validates } from '../../../test/validate-json.js';
import { constrain } from '../constrain.js';
import { type JsonSchema, json, jsonSchema } from './json-schema.js';

const CHARACTERS = [...'\n éß💩', ...Array.from({ length: 94 }, (_, i) => String.fromCharCode(33 + i))];
const PAIRS = [
  ...Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte)),
  ...'{" ": ", "} },{ }] ]} [[ [] {} "," 12 .5 00 -1 e+ 1e tr true} null, fal se \\" \\\\ \\n é💩 -0 T1 :0 @a name id'.split(
    ' ',
  ),
  ...[': ', ', "', ' {', '\n  ', Uint8Array.of(0xf0, 0x9f), Uint8Array.of(0xa9, 0x22)],
];

const SCHEMAS: { readonly [name: string]: JsonSchema } = {
  anything: true,
  person: {
    title: 'Person',
    type: 'object',
    properties: {
      name: { type: 'string', minLength: 1, maxLength: 12 },
      age: { type: 'integer', minimum: 0, maximum: 150 },
      'a "quoted"\n/~ name': { type: ['boolean', 'null'] },
      weight: { type: 'number', minimum: 0 },
    },
    required: ['age'],
  },
  'all optional, and others': {
    type: 'object',
    properties: { a: { const: 1 }, ab: { enum: ['x', null, { y: [2.5] }] }, é: false },
    additionalProperties: { type: 'integer', exclusiveMinimum: -3, exclusiveMaximum: 12 },
  },
  tree: {
    $ref: '#/$defs/node',
    $defs: {
      node: {
        type: 'object',
        properties: {
          value: { type: 'number' },
          children: { type: 'array', items: { $ref: '#/$defs/node' }, maxItems: 3 },
        },
        required: ['value', 'children'],
        additionalProperties: false,
      },
    },
  },
  tuples: {
    type: 'array',
    prefixItems: [{ type: 'string', maxLength: 2 }, { type: 'integer' }, { type: 'boolean' }],
    items: { enum: ['rest'] },
    minItems: 2,
    maxItems: 5,
  },
  'one of': {
    oneOf: [
      {
        type: 'object',
        properties: { kind: { const: 'circle' }, radius: { type: 'integer', minimum: 1 } },
        required: ['kind', 'radius'],
      },
      {
        type: 'object',
        properties: { kind: { const: 'box' }, sides: { type: 'array', minItems: 2, items: { type: 'null' } } },
        required: ['kind'],
      },
      { type: 'string', pattern: '^[a-c"\\\\]+$|^ß' },
      { type: 'integer', minimum: -120, maximum: -7 },
    ],
  },
  formats: {
    type: 'array',
    minItems: 1,
    maxItems: 3,
    items: {
      anyOf: ['date', 'time', 'date-time', 'uuid', 'email', 'ipv4'].map((format) => ({ type: 'string', format })),
    },
  },
};

describe('laws: random walks are JSON, and valid by an independent validator', () => {
  for (const [name, schema] of Object.entries(SCHEMAS)) {
    for (const [kind, vocabulary] of [
      ['characters', CHARACTERS],
      ['pairs of bytes', PAIRS],
    ] as const) {
      for (const whitespace of ['', '[ \n]{0,2}']) {
        test(`laws: ${name}, ${kind}, white space '${whitespace.replace('\n', '\\n')}'`, () => {
          const constraint = constrain(jsonSchema(schema, { whitespace }), vocabulary);
          const random = dice(fold(key(7), name.length));
          const closing = [...'"]},'].map((c) => vocabulary.findIndex((token) => textOf([token]) === c));
          for (let i = 0; i < 360; i++) {
            // The longer, the likelier a token that closes something.
            const tokens = walk(constraint, random, {
              end: 0.3,
              pick: (done, options) =>
                random() < done.length / 60 ? closing.find((token) => options.includes(token)) : undefined,
            });
            const text = textOf(tokens!.map((token) => vocabulary[token]!));
            expect(validates(JSON.parse(text), schema), text).toBe(true);
          }
        });
      }
    }
  }
});

test('properties: json accepts what JSON.parse does, on texts that are nearly JSON', () => {
  const random = dice(key(8));
  const automaton = json({ whitespace: /[ ]*/ });
  const parts = [
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"a"',
    '""',
    '"\\n"',
    '1',
    '-',
    '0',
    '.5',
    'e3',
    ' ',
    'true',
    'null',
    '"',
  ];
  const wrong: string[] = [];
  let valid = 0;
  for (let i = 0; i < 60_000; i++) {
    const text = Array.from({ length: 1 + Math.floor(random() * 6) }, () => parts[Math.floor(random() * parts.length)])
      .join('')
      .trim();
    let expected = true;
    try {
      JSON.parse(text);
    } catch {
      expected = false;
    }
    if (/e\d{3}/.test(text)) continue; // exponents of three digits are left out
    if (expected) valid++;
    if (accepts(automaton, text) !== expected) wrong.push(text);
  }
  expect(wrong).toEqual([]);
  expect(valid).toBeGreaterThan(1500);
});

describe('known answers: what is and is not accepted', () => {
  const cases: readonly [schema: JsonSchema, yes: readonly string[], no: readonly string[]][] = [
    [
      SCHEMAS.person!,
      ['{"age":0}', '{"name":"x","age":150,"weight":0.5}'],
      ['{}', '{"age":151}', '{"age":1,"name":"x"}', '{"age":1,"x":2}', '{"age":-0}'],
    ],
    [{ type: 'object' }, ['{}', '{"a":[{}]}'], ['[]']],
    [{ properties: { a: {} } }, ['{}', '{"a":1}'], ['{"b":1}', '1']],
    [
      { properties: { a: { type: 'null' } }, additionalProperties: true },
      ['{"b":1,"":2,"aa":3}', '{"a":null,"b":1}'],
      ['{"a":1}', '{"b":1,"a":null}'],
    ],
    [{ type: 'array', maxItems: 0 }, ['[]'], ['[1]']],
    [{ type: 'array', minItems: 2 }, ['[1,2]', '[1,2,3]'], ['[]', '[1]']],
    [{ prefixItems: [{ type: 'null' }], items: false }, ['[]', '[null]'], ['[1]', '[null,null]']],
    [{ type: 'string', maxLength: 2 }, ['"é💩"', '"\\"\\\\"'], ['"abc"', '"\\u0041"']],
    [{ type: 'string', pattern: 'b' }, ['"abc"', '"b"'], ['"ac"']],
    [{ type: 'string', pattern: '^b' }, ['"bc"'], ['"ab"']],
    [{ type: 'string', pattern: '^a(b)c$' }, ['"abc"'], ['"axxbzzc"', '"abcd"']],
    [{ type: 'string', pattern: '^(?:a|b)$' }, ['"a"', '"b"'], ['"abc"', '"xxay"', '"ab"']],
    [{ type: 'string', pattern: '(?:a|b)c' }, ['"xacy"', '"bc"'], ['"ab"', '"axc"']],
    [{ type: 'string', pattern: '\\n$' }, ['"a\\n"'], ['"a\n"', '"n"']],
    [{ enum: [1, 'a', null], type: ['string', 'null'] }, ['"a"', 'null'], ['1']],
    [{ allOf: [{ type: 'integer', minimum: 1.5, exclusiveMaximum: 4 }] }, ['2', '3'], ['1', '4']],
    [
      { type: 'string', format: 'date' },
      ['"2024-02-29"', '"2000-02-29"'],
      ['"2023-02-29"', '"1900-02-29"', '"2024-04-31"', '"2024-13-01"'],
    ],
    [{ type: 'number' }, ['1.5', '-0.0e-5', '1E+22'], ['01', '1.', '.5', '1e400', '+1']],
  ];
  for (const [schema, yes, no] of cases) {
    test(`known answers: ${JSON.stringify(schema).slice(0, 100)}`, () => {
      const automaton = jsonSchema(schema);
      for (const text of yes) expect(accepts(automaton, text), text).toBe(true);
      for (const text of no) expect(accepts(automaton, text), text).toBe(false);
    });
  }
});

test('known answers: integers within bounds, all of them', () => {
  const random = dice(key(9));
  const wrong: string[] = [];
  for (let i = 0; i < 60; i++) {
    const [a, b] = [0, 1].map(() => Math.floor((random() - 0.5) * 10 ** (1 + Math.floor(random() * 4))));
    const [minimum, maximum] = [Math.min(a!, b!), Math.max(a!, b!)];
    const automaton = jsonSchema({ type: 'integer', minimum, maximum });
    for (let n = minimum - 30; n <= maximum + 30; n += 1 + Math.floor((random() * (maximum - minimum)) / 300)) {
      if (accepts(automaton, String(n)) !== (n >= minimum && n <= maximum))
        wrong.push(`${n} of ${minimum} to ${maximum}`);
    }
    for (const text of ['-0', '00', '01', '-01', '']) expect(accepts(automaton, text)).toBe(false);
  }
  expect(wrong).toEqual([]);
  const any = jsonSchema({ type: 'integer' });
  for (const text of ['9007199254740991', '-9007199254740991']) expect(accepts(any, text)).toBe(true);
  for (const text of ['9007199254740992', '-9007199254740992']) expect(accepts(any, text)).toBe(false);
});

describe('errors: the path and the keyword', () => {
  const cases: readonly [schema: unknown, message: RegExp][] = [
    [
      { type: 'object', properties: { 'a/b': { type: 'integer', not: {} } } },
      /#\/properties\/a~1b: 'not' is not supported/,
    ],
    [{ type: 'array', uniqueItems: true }, /#: 'uniqueItems'/],
    [
      { type: 'array', items: { type: 'string', minimum: 2 } },
      /#\/items: 'minimum' is not supported; here only type, minLength/,
    ],
    [{ minimum: 2 }, /#: 'minimum' is not supported/],
    [{ type: 'toString' }, /there is no type "toString"/],
    [{ type: 'string', format: 'constructor' }, /format "constructor" is not supported/],
    [{ $ref: '#/%' }, /nothing at this \$ref/],
    [{ type: 'float' }, /there is no type "float"/],
    [{ anyOf: [{ type: 'null' }, { not: {} }] }, /#\/anyOf\/1: 'not' is not supported/],
    [{ anyOf: [{ type: 'null' }], minLength: 2 }, /'minLength' is not supported; here only anyOf/],
    [{ oneOf: [{ type: 'integer' }, { type: 'number' }] }, /both 0 and 1 of oneOf/],
    [{ allOf: [{}, {}] }, /allOf of 2 schemas/],
    [{ type: 'object', properties: {}, required: ['a'] }, /required property "a"/],
    [{ type: 'array', minItems: 3, maxItems: 2 }, /maxItems 2 is below minItems 3/],
    [{ type: 'string', minLength: -1 }, /minLength must be an integer of at least 0, got -1/],
    [{ type: 'string', maxLength: 3, pattern: 'a' }, /maxLength and pattern cannot stand together/],
    [{ type: 'string', format: 'hostname' }, /format "hostname" is not supported, only date/],
    [{ type: 'string', pattern: '(a)\\1' }, /#: .*back-reference/],
    [{ type: 'integer', minimum: 3, maximum: 2 }, /no integer is at least 3 and at most 2/],
    [{ $ref: '#/$defs/x' }, /nothing at this \$ref/],
    [{ $ref: 'https://example.com' }, /References start at #/],
    [{ $ref: '#/$defs/a', $defs: { a: { $ref: '#/$defs/a' } } }, /left recursion/],
    [{ properties: { a: 3 } }, /#\/properties\/a: a schema is an object, true or false, got 3/],
    [{ properties: [] }, /properties must be an object, got \[\]/],
    [{ enum: 'x' }, /enum must be a list/],
  ];
  for (const [schema, message] of cases) {
    test(`errors: ${JSON.stringify(schema)}`, () => expect(() => jsonSchema(schema as JsonSchema)).toThrow(message));
  }
  test('errors: white space that is none', () => {
    expect(() => json({ whitespace: /\s/ })).toThrow(/whitespace \/\\s\/ can be something else/);
  });
  test('errors: a schema that nothing finite is valid by', () => {
    const endless = { type: 'object', properties: { next: { $ref: '#' } }, required: ['next'] };
    expect(() => constrain(jsonSchema(endless), CHARACTERS)).toThrow(/no text of the language/);
  });
});
