import { type Contender, orderFor } from './contender.js';
import type { Measured } from './measured.js';
import type { Options } from './options.js';
import { runChild } from './run-child.js';
import { type Summary, summary } from './summary.js';
import type { Timed } from './workload.js';

/** A contender's figures, or why there are none. */
export type Result = { readonly contender: Contender } & (
  | { readonly summary: Summary; readonly missing?: never }
  | { readonly summary?: never; readonly missing: string }
);

/** Seconds that a round of one contender may take in all: stock engines need minutes for a single large step. */
const PATIENCE = 240;

/**
 * All contenders at one workload, taking turns, so that a machine that slows down slows all.
 *
 * One whose single steps fill a round many times is asked once only.
 */
export async function race(
  workload: Timed,
  contenders: readonly Contender[],
  options: Options,
  say: (text: string) => void,
): Promise<Result[]> {
  const rounds = new Map<Contender, Measured[]>(contenders.map((contender) => [contender, []]));
  const faults = new Map<Contender, string>();
  for (let round = 0; round < options.rounds; round++) {
    for (const contender of contenders) {
      const made = rounds.get(contender)!;
      if (contender.missing !== undefined || faults.has(contender) || made.some(isSlow(options))) continue;
      say(`${workload.name}, round ${round + 1} of ${options.rounds}: ${contender.name}`);
      try {
        made.push(await runChild(contender.start(orderFor(workload, options.backend, options), workload), PATIENCE));
      } catch (error) {
        faults.set(contender, (error as Error).message);
      }
    }
  }
  return contenders.map((contender) => {
    const missing = contender.missing ?? faults.get(contender);
    return missing === undefined ? { contender, summary: summary(rounds.get(contender)!) } : { contender, missing };
  });
}

function isSlow({ seconds }: Options): (measured: Measured) => boolean {
  return ({ times }) => times.length <= 2 && Math.min(...times) > 2000 * seconds;
}
