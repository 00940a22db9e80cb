import { type Table, type TableDescription, tableCodec, tableCodecFrom, tableOf } from '@genai/data';
import type { TableData } from '../table-data.js';
import { UsageError } from '../usage-error.js';
import type { DataKind } from './data-kind.js';
import type { TableDataConfig } from './family.js';

/** Rows of named columns, numbers standardised. */
export const tableKind: DataKind<TableData> = {
  example: 'a-file.csv',
  unknown: (spec) => ({ spec, table: NOTHING }),
  configOf: async (spec, { train, test }) => ({ spec, table: descriptionOf(train, test) }),
  expectEnough: (spec, { train }, { perStep }) => {
    if (perStep <= train.length) return;
    throw new UsageError(
      `a batch of ${perStep} is more than the ${train.length} rows of ${spec} to train on. Give a smaller --batch.`,
    );
  },
  expectSame: async (shown, { train, test }, { config }) => {
    const { spec, table } = config.data as TableDataConfig;
    if (JSON.stringify(descriptionOf(train, test)) === JSON.stringify(table)) return;
    throw new UsageError(`${spec} is not the table that ${shown} was begun with. Put back the data it was begun with.`);
  },
};

/** Before a table is seen. */
const NOTHING: TableDescription = {
  columns: [{ kind: 'category', name: '', values: [''], missing: false }],
};

/** Of all rows, so that categories which only held-out rows have are known too. */
function descriptionOf(train: Table, test: Table): TableDescription {
  const whole = train.columns.map(({ name, values }, i) => [name, [...values, ...test.columns[i]!.values]] as const);
  const learnt = tableCodec(tableOf(Object.fromEntries(whole))).toJSON();
  return tableCodecFrom(learnt).toJSON(); // fields in the order in which a configuration is read, to be compared
}
