import { readFile, writeFile } from 'node:fs/promises';
import { GenaiError } from '@genai/core';
import { expect, test } from 'vitest';
import { faultOf } from './fault.js';
import { UsageError } from './usage-error.js';

const caught = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );
const system = (code: string): Error => Object.assign(new Error(`${code}: it failed, open 'a'`), { code });

test('errors: what the system refuses is bad input with a remedy, a full disk a failure', async () => {
  const missing = faultOf(await caught(readFile('no/such/file')));
  expect(missing).toMatchObject({ badInput: true, message: expect.stringMatching(/ENOENT.*\. Check the path\.$/) });
  const folder = faultOf(await caught(writeFile(import.meta.dirname, '')));
  expect(folder).toMatchObject({ badInput: true, message: expect.stringMatching(/A folder stands where a file is/) });
  for (const code of ['ENOSPC', 'EDQUOT', 'EIO', 'EMFILE', 'ENOMEM']) {
    expect(faultOf(system(code))).toMatchObject({ badInput: false, message: expect.stringMatching(/\. \w.*\.$/) });
    expect(faultOf(new GenaiError('store: it failed.', { cause: system(code) })).badInput).toBe(false);
  }
  expect(
    faultOf(new GenaiError('fetching failed.', { cause: new Error('x', { cause: system('ENOTFOUND') }) })),
  ).toEqual({
    badInput: false,
    name: 'GenaiError',
    message: 'fetching failed.',
  });
});

test('errors: of two remedies the closer one is told', () => {
  const error = new UsageError('cannot read a (EACCES). Check the path.', { cause: system('EACCES') });
  expect(faultOf(error)).toEqual({
    badInput: true,
    name: 'UsageError',
    message: 'cannot read a (EACCES). You may not do that there: change the rights, or choose another place.',
  });
  expect(faultOf(new GenaiError('a is wrong. Mend it.')).message).toBe('a is wrong. Mend it.');
});

test('errors: several lines become one', () => {
  expect(faultOf(new GenaiError('does not fit.\n  missing: a\n  unexpected: b')).message).toBe(
    'does not fit. missing: a unexpected: b',
  );
});

test('errors: too little memory is a failure that says what to make smaller; a fault of ours says where', () => {
  const large = () => new Float32Array(2 ** 40);
  expect(large).toThrow(RangeError);
  try {
    large();
  } catch (error) {
    expect(faultOf(error)).toMatchObject({ badInput: false, message: expect.stringMatching(/take a smaller model/) });
  }
  const ours = faultOf(new TypeError('x is undefined'));
  expect(ours.badInput).toBe(false);
  expect(ours.message).toMatch(/^TypeError: x is undefined \(at .*fault\.test\.ts.*\)\. This is a fault of genai/);
  expect(ours.message).not.toContain('\n');
  expect(faultOf('text')).toMatchObject({ name: 'Error', message: expect.stringMatching(/text/) });
});
