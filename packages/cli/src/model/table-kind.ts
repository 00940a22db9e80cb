import { type Table, type TableColumn, type TableDescription, tableCodec, tableCodecFrom } from '@genai/data';
import { keepColumns, type TableData } from '../table-data.js';
import { UsageError } from '../usage-error.js';
import type { DataKind } from './data-kind.js';
import type { TableDataConfig } from './family.js';
import { nameList } from './listed-names.js';

/** Rows of named columns, numbers standardised. */
export const tableKind: DataKind<TableData> = {
  example: 'a-file.csv',
  unknown: (spec) => ({ spec, rows: 1, table: NOTHING }),
  configOf: async (spec, { train, test }) => {
    const whole = allRows(train, test);
    expectLearnable(spec, whole);
    return { spec, rows: train.length, table: descriptionOf(whole) };
  },
  expectEnough: (spec, { train }, { perStep }) => {
    if (perStep <= train.length) return;
    throw new UsageError(
      `a batch of ${perStep} is more than the ${train.length} rows of ${spec} to train on. Give a smaller --batch.`,
    );
  },
  expectSame: async (shown, { train, test }, { config }) => {
    const { spec, table } = config.data as TableDataConfig;
    const names = new Set(table.columns.map(({ name }) => name));
    const known = keepColumns(allRows(train, test), (name) => names.has(name));
    if (known.columns.length > 0 && JSON.stringify(descriptionOf(known)) === JSON.stringify(table)) return;
    throw new UsageError(`${spec} is not the table that ${shown} was begun with. Put back the data it was begun with.`);
  },
};

/** Before a table is seen. */
const NOTHING: TableDescription = {
  columns: [{ kind: 'category', name: '', values: [''], missing: false }],
};

/** Of all rows, so that categories which only held-out rows have are known too. */
function descriptionOf(whole: Table): TableDescription {
  const learnt = tableCodec(whole, { mostCategories: MOST_CATEGORIES }).toJSON();
  return tableCodecFrom(learnt).toJSON(); // fields in the order in which a configuration is read, to be compared
}

function allRows(train: Table, test: Table): Table {
  const columns = train.columns.map((column, i) => ({
    ...column,
    values: [...column.values, ...test.columns[i]!.values],
  }));
  return { length: train.length + test.length, columns: columns as readonly TableColumn[] };
}

/** @throws UsageError that names all columns of which nothing can be learnt, and how to go on without them. */
function expectLearnable(spec: string, { columns, length }: Table): void {
  const faults = columns.flatMap(({ name, kind, values }): [name: string, fault: string][] => {
    const known = new Set<number | string | null>(values);
    known.delete(null);
    if (known.size === 0) return [[name, `column "${name}" has no value`]];
    if (kind === 'number' || known.size <= MOST_CATEGORIES) return [];
    return [[name, `column "${name}" has ${known.size} categories, more than ${MOST_CATEGORIES}`]];
  });
  if (faults.length === 0) return;
  const said = faults.map(([, fault]) => fault).join('; ');
  const without = nameList(faults.map(([name]) => name));
  throw new UsageError(`${spec}, ${length} rows: ${said}. Go on without: --without '${without}'.`);
}

/** Names and free text have more. */
const MOST_CATEGORIES = 100;
