import { test } from 'vitest';
import { LAUNCHERS, launch } from './launch.js';
import { expectSurvival } from './survival.js';

/** How often a rank is killed; GENAI_KILLS asks for more. */
const KILLS = Number(process.env.GENAI_KILLS ?? 2);

if (LAUNCHERS.length === 0) test.skip('ranks that are killed, of OpenMPI and MPICH, which are not installed'); // so that the count says it; .ci/run installs both

test.each(LAUNCHERS)(
  `%s: ${KILLS} times SIGKILL of a rank: all end with an error in time, and a restart makes the moves of a run without`,
  { timeout: 60_000 + 30_000 * KILLS },
  (launcher) => expectSurvival({ start: (args) => launch(launcher, 2, args), strikes: KILLS }),
);
