import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fold, key } from '@genai/core';
import { expect } from 'vitest';
import { alone } from '../../src/cluster/alone.js';
import { bundled } from './bundled.js';
import type { Launched } from './launch.js';
import { littleRun } from './little-run.js';

const STEPS = 400;

export interface SurvivalOptions {
  /** Starts two ranks of a program. */
  readonly start: (args: readonly string[]) => Launched;
  /** How often they are struck. */
  readonly strikes: number;
  /** What strikes those that run `file`, the i-th time; SIGKILL of one of them, in turn, unless given. */
  readonly strike?: (file: string, i: number) => Promise<void>;
}

/** Two ranks that save are struck again and again: all end with an error in time, and a restart makes the moves of a run without. */
export async function expectSurvival({ start, strikes, strike = killRank }: SurvivalOptions): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'genai-kills-'));
  const seen = new Map<number, number>();
  const note = (told: readonly unknown[]): void => {
    for (const { step, loss } of told as { step: number; loss: number }[]) seen.set(step, loss);
  };
  try {
    await bundled('rank-that-saves', async (file) => {
      for (let i = 0; i < strikes; i++) {
        const ranks = start([file, folder, '1000000']);
        let hasEnded = false;
        void ranks.ended.then(() => {
          hasEnded = true;
        });
        while (ranks.told.length < 5 && !hasEnded) await delay(20);
        if (hasEnded) throw new Error(`after ${i} strikes the ranks ended by themselves: ${ranks.said()}`);
        await delay(fold(key(3), i)[0] % 200);
        await strike(file, i);
        const since = performance.now();
        expect(await ranks.ended).not.toBe(0);
        expect(performance.now() - since).toBeLessThan(20_000); // the patience of the ranks is 10 s
        note(ranks.told);
      }
      const last = start([file, folder, String(Math.max(...seen.keys()) + 10)]);
      expect(await last.ended).toBe(0);
      note(last.told);
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  await using run = littleRun(alone(), { accumulate: 2, steps: Math.min(STEPS, Math.max(...seen.keys())) });
  for await (const { step, metrics } of run) {
    expect(Math.abs(seen.get(step)! - metrics.loss), `loss of move ${step}`).toBeLessThan(1e-3 * metrics.loss);
  }
}

/** SIGKILL of the first or second process that runs the program, in turn. */
export async function killRank(file: string, i: number): Promise<void> {
  const found = await ranksOf(file);
  if (found.length !== 2) throw new Error(`expected two ranks, found ${found.length}`);
  process.kill(found[i % 2]!, 'SIGKILL');
}

/** The processes that run the program. */
export async function ranksOf(file: string): Promise<number[]> {
  const found: number[] = [];
  for (const name of await readdir('/proc')) {
    const words = await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '');
    if (/^\d+$/.test(name) && words.startsWith(`${process.execPath}\0`) && words.includes(file))
      found.push(Number(name));
  }
  return found;
}
