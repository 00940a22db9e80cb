import { key } from '@genai/core';
import { type Table, writeTable } from '@genai/data';
import type { Io } from '../io.js';
import type { Loaded } from '../model/checkpoint.js';
import { separatorOf, tableData, tableFile } from '../table-data.js';
import { UsageError } from '../usage-error.js';
import type { EvalCommandOptions } from './eval.js';
import { expectTableName, writeCsv } from './sample-table.js';

type TableModel = Loaded & { readonly reads: 'table' };

/** The one model that scores rows. @throws UsageError if there are several, or it is no model of tables. */
export function expectScored(file: string, models: readonly Loaded[], folders: readonly string[]): TableModel {
  expectTableName('--scores', file);
  const [model, other] = models;
  if (other) throw new UsageError('--scores is of one model. Name one folder.');
  if (model!.reads === 'table') return model as TableModel;
  throw new UsageError(`--scores writes rows of tables, ${folders[0]} holds ${model!.config.preset}. Leave it out.`);
}

/** Every row of the data, held out or not, with −log p(row) in nats in a column of its own: the highest are the oddest. */
export async function writeScores(
  { trainable, params }: TableModel,
  { data: spec, scores: out, samples, batch, seed }: EvalCommandOptions,
  io: Io,
): Promise<void> {
  const table = await allRows(spec, io.cwd);
  const nll = await trainable.score(params, table, { samples, batch, key: key(seed), signal: io.signal });
  const name = freeName(table);
  const columns = [...table.columns, { name, kind: 'number' as const, values: [...nll] }];
  await writeCsv(out!, writeTable({ length: table.length, columns }, { separator: separatorOf(out!) }), io);
}

/** Of a file all rows, in their order; of a density of the plane those that are held out. */
async function allRows(spec: string, cwd: string): Promise<Table> {
  const { toy, test } = await tableData(spec, cwd);
  return toy ? test : tableFile(spec, cwd);
}

/** `nll`, or the like where the table has such a column. */
function freeName({ columns }: Table): string {
  let name = 'nll';
  while (columns.some((column) => column.name === name)) name = `${name}_`;
  return name;
}
