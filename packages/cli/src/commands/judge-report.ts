import { resolve } from 'node:path';
import type { Io } from '../io.js';
import { judgementHtml } from '../judge/judgement-html.js';
import { type Judgement, judgementOf } from '../judge/judgement-of.js';
import { judgementFacts, judgementTables, type Table } from '../judge/judgement-tables.js';
import { readVotes } from '../judge/vote-file.js';
import { votesCsv } from '../judge/votes-csv.js';
import type { Outcome } from '../outcome.js';
import { UsageError } from '../usage-error.js';
import { writeAtomically } from '../write-atomically.js';

export interface JudgeReportCommandOptions {
  /** A file of votes. */
  readonly file: string;
  /** Where the votes are written as a table, and the judgement as a page. */
  readonly csv?: string;
  readonly html?: string;
  readonly json?: boolean;
}

/** `genai judge report`: what votes come to. */
export async function judgeReport({ file, csv, html, json }: JudgeReportCommandOptions, io: Io): Promise<Outcome> {
  const records = await readVotes(resolve(io.cwd, file), file);
  const judgement = judgementOf(records);
  if (judgement.votes + judgement.ratings === 0) throw new UsageError(`${file} holds no votes yet.`);
  if (csv !== undefined) await writeAtomically(resolve(io.cwd, csv), votesCsv(records));
  if (html !== undefined) await writeAtomically(resolve(io.cwd, html), judgementHtml(judgement, `Judgement: ${file}`));
  if (!json) io.stdout.write(`${judgementTables(judgement).map(printed).join('\n')}\n${facts(judgement)}`);
  return { files: [csv, html].filter((name) => name !== undefined), details: { ...judgement } };
}

/** Words to the left, numbers to the right. */
function printed({ title, head, rows, note }: Table): string {
  const columns = head.map((name, i) => {
    const cells = rows.map((row) => row[i]!);
    const isNumeric = i > 0 && cells.every((cell) => /^[-–\d.]+%?$/.test(cell));
    return { width: Math.max(...[name, ...cells].map(({ length }) => length)), isNumeric };
  });
  const line = (cells: readonly string[]): string => {
    const padded = columns.map(({ width, isNumeric }, i) =>
      isNumeric ? cells[i]!.padStart(width) : cells[i]!.padEnd(width),
    );
    return `  ${padded.join('  ').trimEnd()}\n`;
  };
  return `${title}\n${[head, ...rows].map(line).join('')}${note === undefined ? '' : `  ${note}\n`}`;
}

function facts(judgement: Judgement): string {
  return judgementFacts(judgement)
    .map(([name, value]) => `${name}: ${value}\n`)
    .join('');
}
