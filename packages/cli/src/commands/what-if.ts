import { resolve } from 'node:path';
import { disposeTree, key } from '@genai/core';
import { type Table, writeTable } from '@genai/data';
import { engineLabel, startEngine } from '../engine.js';
import type { Io } from '../io.js';
import { loadModel } from '../model/checkpoint.js';
import { givenTable, withColumns } from '../model/table/given-table.js';
import type { Outcome } from '../outcome.js';
import { separatorOf, tableFile } from '../table-data.js';
import { UsageError } from '../usage-error.js';
import { expectTableName, writeCsv } from './sample-table.js';

export interface WhatIfCommandOptions {
  readonly folder: string;
  readonly data: string;
  /** `column=value`, for each column that is to be another. */
  readonly given: readonly string[];
  /** A file; stdout without one. */
  readonly out?: string;
  readonly seed: number;
  readonly backend: string;
  readonly json?: boolean;
}

/** `genai what-if`: the rows of a table as they would be, had they other values in columns that the model is given. */
export async function whatIf(options: WhatIfCommandOptions, io: Io): Promise<Outcome> {
  const { folder, data: spec, given, out, seed, json = false } = options;
  if (out !== undefined) expectTableName('--out', out);
  const engine = engineLabel(await startEngine(options.backend));
  const loaded = await loadModel(resolve(io.cwd, folder), folder);
  try {
    const { config, params } = loaded;
    if (loaded.reads !== 'table' || loaded.trainable.given.length === 0) {
      throw new UsageError(
        `${config.preset} of ${folder} is given no columns. Train one that is: genai train nsf --data ${spec} --given COLUMN.`,
      );
    }
    const { trainable } = loaded;
    const known = loaded.config.data.table.columns.filter(({ name }) => trainable.given.includes(name));
    const table = await tableFile(spec, io.cwd);
    const would = withColumns(conditionsOf(table, trainable.given, spec), givenTable(given, known, table.length));
    const made = await trainable.whatIf(params, table, would, key(seed));
    const text = writeTable(made, { separator: separatorOf(out ?? spec) });
    if (out !== undefined) await writeCsv(out, text, io);
    if (!json) io.stdout.write(out === undefined ? text : `${out}: ${made.length} rows\n`);
    return { ...(out !== undefined && { files: [out] }), details: { engine, count: made.length } };
  } finally {
    disposeTree(loaded.params);
  }
}

function conditionsOf({ length, columns }: Table, given: readonly string[], spec: string): Table {
  return {
    length,
    columns: given.map((name) => {
      const found = columns.find((column) => column.name === name);
      if (!found) throw new UsageError(`${spec} has no column "${name}", which the model is given.`);
      return found;
    }),
  };
}
