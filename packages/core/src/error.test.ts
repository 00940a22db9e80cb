import { expect, test, vi } from 'vitest';
import { GenaiError } from './index.js';

test('laws: it is an Error with a name, a message and a cause', () => {
  const cause = new TypeError('inner');
  const error = new GenaiError('what went wrong', { cause });
  expect(error).toBeInstanceOf(Error);
  expect(error.cause).toBe(cause);
  expect(String(error)).toBe('GenaiError: what went wrong');
  expect(Object.keys(error)).toEqual(['name']); // the marker stays out of logs
});

test('laws: is() knows subclasses, and errors of another copy of this module', async () => {
  class NotFinite extends GenaiError {
    override name = 'NotFinite';
  }
  expect(GenaiError.is(new NotFinite('x'))).toBe(true);

  vi.resetModules();
  const copy = await import('./error.js');
  expect(copy.GenaiError).not.toBe(GenaiError);
  const foreign = new copy.GenaiError('x');
  expect(foreign).not.toBeInstanceOf(GenaiError);
  expect(GenaiError.is(foreign)).toBe(true);
  expect(copy.GenaiError.is(new GenaiError('x'))).toBe(true);
});

test('laws: is() refuses everything else', () => {
  for (const other of [new Error('x'), new TypeError('x'), null, undefined, 'GenaiError', { name: 'GenaiError' }]) {
    expect(GenaiError.is(other)).toBe(false);
  }
});
