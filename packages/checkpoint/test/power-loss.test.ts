import { readdir } from 'node:fs/promises';
import { fold, GenaiError, type Key, key } from '@genai/core';
import { describe, expect, test } from 'vitest';
import { directoryOn } from '../src/directory.js';
import { type Disk, nodeDisk } from '../src/disk.js';
import { modelDisk } from './model-disk.js';
import { temporaryFolder } from './temporary-folder.js';

const group = (version: number): { [name: string]: Uint8Array } => ({
  'config.json': new Uint8Array(6).fill(version),
  'model.safetensors': new Uint8Array(40 + version).fill(version),
  'state.json': new Uint8Array(9).fill(version),
});

/** The one version that all files of the group have, which must be one of those allowed. */
async function versionIn(disk: Disk, allowed: readonly number[], path = 'run'): Promise<number> {
  const store = directoryOn(disk, path);
  const files = await Promise.all(Object.keys(group(0)).map((name) => store.read(name)));
  const version = files[0]?.[0] ?? 0;
  expect(allowed).toContain(version);
  for (const [i, expected] of Object.values(version ? group(version) : {}).entries())
    expect(files[i]).toEqual(expected);
  if (version === 0) expect(files).toEqual([undefined, undefined, undefined]);
  return version;
}

const DRAWS = 24;

describe('loss of power at every move of a write, whatever the file system had kept in memory', () => {
  test('the first write, and one over old files: all old or all new; a write that was reported done is there', async () => {
    for (const old of [0, 1]) {
      const start = await written(new Map(), old);
      const whole = modelDisk(start);
      await directoryOn(whole.disk, 'run').write(group(2));
      const seen = new Set<number>();
      for (let stop = 1; stop <= whole.moves(); stop++) {
        for (let draw = 0; draw < DRAWS; draw++) {
          const broken = modelDisk(start, stop);
          const done = await directoryOn(broken.disk, 'run')
            .write(group(2))
            .then(
              () => true,
              () => false,
            );
          expect(done).toBe(false);
          const left = broken.afterPowerLoss(fold(key(stop), draw));
          seen.add(await versionIn(modelDisk(left).disk, [old, 2]));
        }
      }
      expect([...seen].sort()).toEqual([old, 2]);
      for (let draw = 0; draw < DRAWS; draw++) {
        await versionIn(modelDisk(whole.afterPowerLoss(fold(key(0), draw))).disk, [2]);
      }
    }
  });

  test('a second loss while the next write completes the first: still one version; the write after it tidies up', async () => {
    const start = await written(new Map(), 1);
    const firstMoves = await movesOf(start, 2);
    for (let stop = 1; stop <= firstMoves; stop++) {
      const first = modelDisk(start, stop);
      await expect(directoryOn(first.disk, 'run').write(group(2))).rejects.toBeInstanceOf(GenaiError);
      const left = first.afterPowerLoss(fold(key(7), stop));
      const before = await versionIn(modelDisk(left).disk, [1, 2]);
      const moves = await movesOf(left, 3);
      for (let again = 1; again <= moves; again++) {
        for (let draw = 0; draw < 4; draw++) {
          const second = modelDisk(left, again);
          await expect(directoryOn(second.disk, 'run').write(group(3))).rejects.toBeInstanceOf(GenaiError);
          const rest = second.afterPowerLoss(fold(fold(key(again), stop), draw));
          await versionIn(modelDisk(rest).disk, [before, 3]);
          const last = modelDisk(rest);
          await directoryOn(last.disk, 'run').write(group(4));
          await versionIn(last.disk, [4]);
          expect((await last.disk.list('run')).sort()).toEqual(Object.keys(group(4)).sort());
        }
      }
    }
  });

  test('the model is strict: without the syncs of the folder it does tear the group', async () => {
    const start = await written(new Map(), 1);
    let torn = 0;
    for (let draw = 0; draw < 200; draw++) {
      const model = modelDisk(start, 14 + (draw % 6));
      const careless: Disk = { ...model.disk, syncDirectory: async () => {} };
      await directoryOn(careless, 'run')
        .write(group(2))
        .catch(() => {});
      const left = model.afterPowerLoss(fold(key(3), draw));
      await versionIn(modelDisk(left).disk, [1, 2]).catch(() => torn++);
    }
    expect(torn).toBeGreaterThan(0);
  });
});

describe('errors: one move of the real file system fails', () => {
  test('the write says so, all files are old or all new, and the next write succeeds', async () => {
    const outcomes = new Set<number>();
    for (let fail = 1; fail < 60; fail++) {
      const path = await temporaryFolder();
      await directoryOn(nodeDisk, path).write(group(1));
      const { disk, moves } = failingAt(fail);
      const error = await directoryOn(disk, path)
        .write(group(2))
        .catch((reason: unknown) => reason);
      if (moves() < fail) return void expect([...outcomes].sort()).toEqual([1, 2]); // every move has had its turn
      if (error !== undefined) expect(GenaiError.is(error)).toBe(true);
      const version = await versionIn(nodeDisk, error === undefined ? [2] : [1, 2], path);
      if (version === 1) expect((await readdir(path)).sort(), 'leftovers').toEqual(Object.keys(group(1)).sort());
      outcomes.add(version);
      await directoryOn(nodeDisk, path).write(group(3));
      await versionIn(nodeDisk, [3], path);
      expect((await readdir(path)).sort()).toEqual(Object.keys(group(3)).sort());
    }
    expect.unreachable('a write makes fewer than 60 moves');
  });
});

async function written(start: ReadonlyMap<string, Uint8Array>, version: number): Promise<Map<string, Uint8Array>> {
  const model = modelDisk(start);
  if (version > 0) await directoryOn(model.disk, 'run').write(group(version));
  await model.disk.syncDirectory('run');
  return model.afterPowerLoss(key(0) as Key);
}

async function movesOf(start: ReadonlyMap<string, Uint8Array>, version: number): Promise<number> {
  const model = modelDisk(start);
  await directoryOn(model.disk, 'run').write(group(version));
  return model.moves();
}

/** The real disk, but for one move that fails. */
function failingAt(fail: number): { disk: Disk; moves: () => number } {
  let moves = 0;
  const wrap =
    <A extends unknown[], R>(act: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      if (++moves === fail) throw Object.assign(new Error('EIO: broken by the test'), { code: 'EIO' });
      return act(...args);
    };
  const disk: Disk = {
    makeDirectory: wrap(nodeDisk.makeDirectory),
    list: wrap(nodeDisk.list),
    read: wrap(nodeDisk.read),
    writeSynced: wrap(nodeDisk.writeSynced),
    syncDirectory: wrap(nodeDisk.syncDirectory),
    rename: wrap(nodeDisk.rename),
    remove: wrap(nodeDisk.remove),
  };
  return { disk, moves: () => moves };
}
