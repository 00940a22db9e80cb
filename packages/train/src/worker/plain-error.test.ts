import { CannotCaptureError, GenaiError } from '@genai/core';
import { expect, test } from 'vitest';
import { NotFiniteError } from '../not-finite-error.js';
import { fromPlainError, toPlainError } from './plain-error.js';

const sent = (error: unknown): unknown => fromPlainError(structuredClone(toPlainError(error)));

test('laws: errors of this house keep class, name, message, members and stack', () => {
  const fault = { step: 7, metrics: { loss: Number.NaN }, paths: ['params.w'], batchPaths: [] };
  const error = new NotFiniteError(fault);
  const again = sent(error) as NotFiniteError;
  expect(again).toBeInstanceOf(NotFiniteError);
  expect(again).toMatchObject({ ...fault, name: 'NotFiniteError', message: error.message, stack: error.stack });
  expect(sent(new CannotCaptureError('reads a value'))).toBeInstanceOf(CannotCaptureError);
});

test('laws: a subclass that is not known here is a GenaiError under its own name, with its members', () => {
  class Mismatch extends GenaiError {
    override name = 'Mismatch';
    readonly missing = ['a'];
    readonly unsendable = () => 1;
  }
  const again = sent(new Mismatch('does not fit'));
  expect(GenaiError.is(again)).toBe(true);
  expect(again).toMatchObject({ name: 'Mismatch', message: 'does not fit', missing: ['a'] });
  expect(again).not.toHaveProperty('unsendable');
});

test('laws: errors of the language and of the page, causes, and what is no error', () => {
  const again = sent(new RangeError('too far', { cause: new TypeError('inner') })) as RangeError;
  expect(again).toBeInstanceOf(RangeError);
  expect(again.cause).toBeInstanceOf(TypeError);
  expect(sent(new DOMException('stopped', 'AbortError'))).toMatchObject({ name: 'AbortError', message: 'stopped' });
  expect(sent(Object.assign(new Error('no file'), { code: 'ENOENT' }))).toMatchObject({ code: 'ENOENT' });
  expect(sent({ a: 1 })).toEqual({ a: 1 });
  expect(sent(undefined)).toBeUndefined();
  expect(sent(Symbol('s'))).toBe('Symbol(s)');
  const circle = new Error('round');
  circle.cause = circle;
  expect(sent(circle)).toMatchObject({ message: 'round', cause: { message: 'round' } });
});
