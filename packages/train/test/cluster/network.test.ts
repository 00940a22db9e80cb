import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { hosts, whyNoHosts } from './hosts.js';
import { LAUNCHERS } from './launch.js';
import { expectSurvival, killRank, ranksOf } from './survival.js';

/** How often a rank is killed before the cable is pulled out; GENAI_KILLS asks for more. */
const KILLS = Number(process.env.GENAI_KILLS ?? 1);

/**
 * Two of fourteen runs of MPICH 4.0 hung on a busy machine, where is not known; none in 153 kills since its start and end are watched,
 * 110 of them in two runs of the same busy machine.
 */
const reason = LAUNCHERS.length === 0 ? 'neither OpenMPI nor MPICH is installed' : whyNoHosts();

if (reason !== undefined)
  test.skip(`ranks on two hosts (skipped: ${reason})`); // so that the count says it; namespaces take rights that not every machine gives
else
  test.each(LAUNCHERS)(
    `%s on two hosts: ${KILLS} times SIGKILL of a rank, then no network: none waits longer than its patience, and a restart goes on`,
    { timeout: 120_000 + 40_000 * KILLS },
    async (launcher) => {
      await using both = await hosts();
      await expectSurvival({
        start: (args) => both.launch(launcher, args),
        strikes: KILLS + 1,
        strike: async (file, i) => {
          if (i < KILLS) return killRank(file, i);
          await both.plug(false);
          for (let waited = 0; (await ranksOf(file)).length > 0; waited += 100) {
            expect(waited).toBeLessThan(20_000); // the patience of the ranks is 10 s
            await delay(100);
          }
          both.clear(); // what started the ranks may wait for the other host for ever
          await both.plug(true);
        },
      });
    },
  );
