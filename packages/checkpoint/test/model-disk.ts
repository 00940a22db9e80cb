import { basename } from 'node:path';
import { fold, type Key } from '@genai/core';
import type { Disk } from '../src/disk.js';

/** The power is gone: no move succeeds any more. */
class PowerLoss extends Error {}

interface Pending {
  readonly from?: string;
  readonly name: string;
  readonly content: Uint8Array | undefined;
}

/**
 * A disk of one folder that loses power at its `stopAt`-th move, in the least kind way that file systems allow: of what
 * was done to names since the last sync of the folder, any part may be lost, in any combination; a file that was being
 * written may be there in part.
 */
export function modelDisk(
  durable: ReadonlyMap<string, Uint8Array>,
  stopAt = Number.POSITIVE_INFINITY,
): { disk: Disk; moves: () => number; afterPowerLoss: (key: Key) => Map<string, Uint8Array> } {
  let synced = new Map(durable);
  const names = new Map(durable);
  let pending: Pending[] = [];
  let moves = 0;

  const change = (move: Pending): void => {
    if (move.from !== undefined) names.delete(move.from);
    if (move.content === undefined) names.delete(move.name);
    else names.set(move.name, move.content);
    pending.push(move);
  };
  const move = <R>(act: () => R, part?: () => void): Promise<R> => {
    moves++;
    if (moves === stopAt) part?.();
    return moves >= stopAt ? Promise.reject(new PowerLoss(`no power at move ${moves}`)) : Promise.resolve(act());
  };

  const disk: Disk = {
    makeDirectory: () => move(() => {}),
    list: () => move(() => [...names.keys()]),
    read: (path) => move(() => names.get(basename(path))?.slice()),
    writeSynced: (path, bytes) =>
      move(
        () => change({ name: basename(path), content: bytes.slice() }),
        () => change({ name: basename(path), content: bytes.slice(0, bytes.length >> 1) }),
      ),
    syncDirectory: () =>
      move(() => {
        synced = new Map(names);
        pending = [];
      }),
    rename: (from, to) =>
      move(() => {
        const content = names.get(basename(from));
        if (content === undefined) throw new Error(`ENOENT: ${from}`);
        change({ from: basename(from), name: basename(to), content });
      }),
    remove: (path) => move(() => change({ name: basename(path), content: undefined })),
  };

  return {
    disk,
    moves: () => moves,
    afterPowerLoss: (key) => {
      const left = new Map(synced);
      for (const [i, { from, name, content }] of pending.entries()) {
        if (fold(key, i)[0] & 1) continue; // this one is lost
        if (from !== undefined) left.delete(from);
        if (content === undefined) left.delete(name);
        else left.set(name, content);
      }
      return left;
    },
  };
}
