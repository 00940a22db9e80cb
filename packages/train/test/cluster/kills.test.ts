import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fold, key } from '@genai/core';
import { expect, test } from 'vitest';
import { alone } from '../../src/cluster/alone.js';
import { bundled } from './bundled.js';
import { LAUNCHERS, launch } from './launch.js';
import { littleRun } from './little-run.js';

/** How often a rank is killed; GENAI_KILLS asks for more. */
const KILLS = Number(process.env.GENAI_KILLS ?? 2);
const STEPS = 400;

if (LAUNCHERS.length === 0) test.skip('ranks that are killed, of OpenMPI and MPICH, which are not installed'); // so that the count says it; .ci/run installs both

test.each(LAUNCHERS)(
  `%s: ${KILLS} times SIGKILL of a rank: all end with an error in time, and a restart makes the moves of a run without`,
  { timeout: 60_000 + 30_000 * KILLS },
  async (launcher) => {
    const folder = await mkdtemp(join(tmpdir(), 'genai-kills-'));
    const seen = new Map<number, number>();
    const note = (told: readonly unknown[]): void => {
      for (const { step, loss } of told as { step: number; loss: number }[]) seen.set(step, loss);
    };
    try {
      await bundled('rank-that-saves', async (file) => {
        for (let kill = 0; kill < KILLS; kill++) {
          const ranks = launch(launcher, 2, [file, folder, '1000000']);
          let hasEnded = false;
          void ranks.ended.then(() => {
            hasEnded = true;
          });
          while (ranks.told.length < 5 && !hasEnded) await delay(20);
          if (hasEnded) throw new Error(`after ${kill} kills the ranks ended by themselves: ${ranks.said()}`);
          await delay(fold(key(3), kill)[0] % 200);
          process.kill(await rankOf(file, kill % 2), 'SIGKILL');
          const start = performance.now();
          expect(await ranks.ended).not.toBe(0);
          expect(performance.now() - start).toBeLessThan(20_000); // the patience of the ranks is 10 s
          note(ranks.told);
        }
        const last = launch(launcher, 2, [file, folder, String(Math.max(...seen.keys()) + 10)]);
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
  },
);

/** The first or second process that runs the program. */
async function rankOf(file: string, number: number): Promise<number> {
  const found: number[] = [];
  for (const name of await readdir('/proc')) {
    const words = await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '');
    if (/^\d+$/.test(name) && words.startsWith(`${process.execPath}\0`) && words.includes(file))
      found.push(Number(name));
  }
  if (found.length !== 2) throw new Error(`expected two ranks, found ${found.length}`);
  return found[number]!;
}
