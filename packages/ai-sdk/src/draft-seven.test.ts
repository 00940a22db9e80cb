import { expect, test } from 'vitest';
import { draftSeven } from './draft-seven.js';

test('known answers: what draft 7 says otherwise, wherever schemas stand', () => {
  const tuple = { items: [{ type: 'string' }, { items: { format: 'date', pattern: '^2' } }], additionalItems: false };
  const plain = { prefixItems: [{ type: 'string' }, { items: { pattern: '^2' } }], items: false };
  const names = { type: 'object', propertyNames: { type: 'string' }, additionalProperties: tuple };
  const schema = {
    definitions: { tuple },
    properties: { items: { anyOf: [{ $ref: '#/definitions/tuple' }, { type: 'null' }, names] } },
  };
  expect(draftSeven(schema)).toEqual({
    definitions: { tuple: plain },
    properties: {
      items: {
        anyOf: [{ $ref: '#/definitions/tuple' }, { type: 'null' }, { type: 'object', additionalProperties: plain }],
      },
    },
  });
});

test('laws: all else stays, values that look like schemas among them', () => {
  const schema = {
    enum: [{ items: [1], additionalItems: 2 }],
    default: { format: 'a', pattern: 'b' },
    items: { type: 'string', format: 'date' },
    propertyNames: { maxLength: 3 },
    not: true,
  };
  expect(draftSeven(schema)).toEqual(schema);
  expect(draftSeven(false)).toBe(false);
});
