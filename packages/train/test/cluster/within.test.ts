import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { within } from '../../src/cluster/mpi/within.js';
import { bundled } from './bundled.js';

test('known answers: what comes back in time is the result, and a fault is thrown', async () => {
  expect(await within(60_000, 'too late', () => 3)).toBe(3);
  const failing = within(60_000, 'too late', () => {
    throw new Error('it failed');
  });
  await expect(failing).rejects.toThrow('it failed');
});

test('errors: a process that is blocked for ever ends, and says why', async () => {
  await bundled('thread-that-blocks', async (file) => {
    const run = promisify(execFile)(process.execPath, [file]);
    await expect(run).rejects.toMatchObject({ signal: 'SIGKILL', stderr: 'nobody came\n' });
  });
});
