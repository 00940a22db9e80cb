/** Times our engine and its peers in turn and prints what a training step takes on each. */
import type { Contender } from './contender.js';
import { HELP, type Options, readOptions } from './options.js';
import { inNode, peer } from './peers.js';
import { race } from './race.js';
import { aligned, COLUMNS, faultsOf, type Line, linesOf, rowsOf } from './report.js';
import { writeResults } from './write-results.js';

const WIDTHS = [24, 46, 7, 32, 7, 20, 9];
const args = process.argv.slice(2);
process.exitCode = await main();

async function main(): Promise<number> {
  let options: Options | 'help';
  try {
    options = readOptions(args);
  } catch (error) {
    console.error((error as Error).message);
    return 2;
  }
  if (options === 'help') {
    console.log(HELP);
    return 0;
  }
  const contenders = [...ours(options), ...options.peers.map(peer)];
  const say = (text: string): void => console.error(text);
  const rows: string[][] = [];
  const lines: Line[] = [];
  const faults: string[] = [];
  const notes = new Set(contenders.flatMap(({ name, note }) => (note === undefined ? [] : [`${name}: ${note}.`])));
  if (!options.json) console.log(aligned([COLUMNS], WIDTHS));
  for (const workload of options.workloads) {
    const results = await race(workload, contenders, options, say);
    const made = { rows: rowsOf(workload, results), lines: linesOf(workload, results) };
    rows.push(...made.rows);
    lines.push(...made.lines);
    faults.push(...faultsOf(workload, results));
    for (const { contender, summary } of results) {
      for (const note of summary?.notes ?? []) notes.add(`${contender.name}: ${note}`);
    }
    if (options.json) for (const line of made.lines) console.log(JSON.stringify(line));
    else console.log(aligned(made.rows, WIDTHS));
  }
  for (const note of notes) say(note);
  if (options.write) writeResults({ rows, lines, notes: [...notes], args, today: new Date() });
  for (const fault of faults) say(`FAULT ${fault}`);
  return faults.length > 0 ? 1 : 0;
}

function ours({ backend, native }: Options): Contender[] {
  if (native === undefined) return [inNode(backend, backend, { isOurs: true })];
  const which = native === 'both' ? (['on', 'off'] as const) : [native];
  return which.map((native) => inNode(`${backend}, native ${native}`, backend, { isOurs: true, native }));
}
