import { extname, resolve } from 'node:path';
import { key } from '@genai/core';
import { writeTable } from '@genai/data';
import type { Io } from '../io.js';
import type { Loaded } from '../model/checkpoint.js';
import { givenTable } from '../model/table/given-table.js';
import type { Outcome } from '../outcome.js';
import { separatorOf } from '../table-data.js';
import { UsageError } from '../usage-error.js';
import { writeAtomically } from '../write-atomically.js';
import type { SampleCommandOptions } from './sample.js';
import { expectTemperature, flagOf, TEXT_OPTIONS } from './sample-text.js';

/** Rows unless told otherwise. */
const ROWS = 100;

/** Rows of a table, on stdout or in a file of comma-separated values. */
export async function sampleTable(
  { config, trainable, params }: Loaded & { readonly reads: 'table' },
  options: SampleCommandOptions,
  { io, engine }: { readonly io: Io; readonly engine: string },
): Promise<Outcome> {
  const { out, seed, count = ROWS, given = [], temperature, json = false } = options;
  if (options.label !== undefined) {
    throw new UsageError(
      `${config.preset} knows no labels. Leave --label out; columns that it is given are said by --given.`,
    );
  }
  const foreign = TEXT_OPTIONS.find((name) => name !== 'temperature' && options[name] !== undefined);
  if (foreign) {
    throw new UsageError(`${config.preset} draws rows: leave ${flagOf(foreign)} out, it is for models of text.`);
  }
  expectTemperature(temperature);
  const known = config.data.table.columns.filter(({ name }) => trainable.given.includes(name));
  const conditions = givenTable(given, known, count);
  const absent = trainable.given.find((name) => !conditions.columns.some((column) => column.name === name));
  if (absent !== undefined) {
    throw new UsageError(`the model is given ${trainable.given.join(', ')}. Add --given ${absent}=VALUE.`);
  }
  const table = await trainable.draw(params, key(seed), {
    ...{ count, temperature },
    ...(known.length > 0 && { given: conditions }),
  });
  if (out === undefined) {
    if (!json) io.stdout.write(writeTable(table));
  } else {
    await writeCsv(out, writeTable(table, { separator: separatorOf(out) }), io);
    if (!json) io.stdout.write(`${out}: ${count} rows\n`);
  }
  return { ...(out !== undefined && { files: [out] }), details: { engine, count } };
}

/** @throws UsageError unless the file is named as a table is. */
export async function writeCsv(out: string, text: string, io: Io): Promise<void> {
  await writeAtomically(resolve(io.cwd, expectTableName('--out', out)), text);
}

export function expectTableName(flag: string, file: string): string {
  if (['.csv', '.tsv'].includes(extname(file).toLowerCase())) return file;
  throw new UsageError(`${flag} must name a .csv or .tsv file, got "${file}".`);
}
