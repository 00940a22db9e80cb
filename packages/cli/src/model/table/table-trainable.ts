import type { Batches, Key } from '@genai/core';
import type { Table } from '@genai/data';
import type { TableData } from '../../table-data.js';
import type { AnyStep, Batch, Measured, Params, Trainable } from '../trainable.js';

/** A model of rows as the commands see it. Tables that it is given need only the columns that it asks for. */
export interface TableTrainable {
  readonly init: Trainable['init'];
  readonly step: AnyStep;
  readonly batches: (data: TableData, keys: { readonly order: Key }) => Batches<Batch>;
  readonly headline: Trainable['headline'];
  /** Columns that must be given to it, and those that it draws. */
  readonly given: readonly string[];
  readonly drawn: readonly string[];
  /** Rows of all columns, `count` of them or one for each row of `given`. */
  readonly draw: (params: Params, key: Key, options: TableDraw) => Promise<Table>;
  /** The rows as they would be, had they these values in the columns that the model is given, all else about them equal. */
  readonly whatIf: (params: Params, table: Table, would: Table, key: Key) => Promise<Table>;
  /** An upper bound of −log p of each row in nats, exact of real numbers alone. */
  readonly score: (params: Params, table: Table, options: TableScore) => Promise<Float64Array>;
  readonly measure: (params: Params, options: TableMeasure) => Promise<Measured>;
}

export interface TableDraw {
  readonly count: number;
  /** The columns that the model is given, `count` rows. */
  readonly given?: Table | undefined;
  readonly temperature?: number | undefined;
}

export interface TableScore {
  /** Draws of the noise for each row. */
  readonly samples: number;
  readonly batch: number;
  readonly key: Key;
  readonly signal?: AbortSignal | undefined;
}

export interface TableMeasure extends TableScore {
  readonly data: TableData;
  readonly names: readonly string[];
  /** Rows drawn for metrics of samples, as many as are held out unless given. */
  readonly drawn?: number | undefined;
  readonly bootstrap?: number | undefined;
}
