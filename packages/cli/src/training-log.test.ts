import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { trainingLog } from './training-log.js';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'genai-log-'));
  path = join(folder, 'run', 'log.jsonl');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const text = (): Promise<string> => readFile(path, 'utf8');

test('lines up to the step are kept, torn and later ones dropped', async () => {
  const before = await trainingLog(path, 0);
  for (const step of [1, 2, 3, 4]) before.add(step, { loss: step / 2 });
  await before.flush();
  await writeFile(path, `${await text()}{"step":5,"lo`);
  const log = await trainingLog(path, 3);
  log.add(4, { loss: 9 });
  await log.flush();
  expect(await text()).toBe('{"step":1,"loss":0.5}\n{"step":2,"loss":1}\n{"step":3,"loss":1.5}\n{"step":4,"loss":9}\n');
  await trainingLog(path, 0);
  expect(await text()).toBe('');
});

test('what a failed write left is written over by the next attempt, nothing is lost', async () => {
  const log = await trainingLog(path, 0);
  log.add(1, { loss: 1 });
  await log.flush();
  log.add(2, { loss: 2 });
  await rename(path, `${path}.away`);
  await expect(log.flush()).rejects.toThrow(/ENOENT/);
  await rename(`${path}.away`, path);
  await writeFile(path, `${await text()}{"ste`); // a disk that became full in the middle
  log.add(3, { loss: 3 });
  await log.flush();
  expect(await text()).toBe('{"step":1,"loss":1}\n{"step":2,"loss":2}\n{"step":3,"loss":3}\n');
});

test('errors: a log that cannot be read is not taken for an empty one', async () => {
  await mkdir(path, { recursive: true });
  await expect(trainingLog(path, 3)).rejects.toThrow(/EISDIR/);
});
