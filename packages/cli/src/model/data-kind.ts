import type { ImageData } from '../image-data.js';
import { type ImageDataOptions, imageData } from '../image-data.js';
import { type TableData, tableData } from '../table-data.js';
import { type TextData, textData } from '../text-data.js';
import type { DataConfig, Described } from './family.js';
import { imageKind } from './image-kind.js';
import { tableKind } from './table-kind.js';
import { textKind } from './text-kind.js';

/** What a run learns from. */
export type RunData = ImageData | TextData | TableData;

/** What data of a kind have to do with the configuration of a run. */
export interface DataKind<D = RunData> {
  /** A SPEC that every machine has, for messages. */
  readonly example: string;
  /** A configuration before the data are seen. */
  readonly unknown: (spec: string) => DataConfig;
  /** What a configuration says of data once they are opened. `before` is the rest of it. */
  readonly configOf: (spec: string, data: D, before: Described) => Promise<DataConfig>;
  /** @throws UsageError if one step takes more than there is. */
  readonly expectEnough: (spec: string, data: D, described: Described) => void;
  /** @throws UsageError if a run that goes on, in the folder `shown`, was begun with other data. */
  readonly expectSame: (shown: string, data: D, described: Described) => Promise<void>;
}

/** Sound as long as it is given data of its own kind, as {@link openData} opens them. */
export function dataKind(reads: Described['reads']): DataKind {
  return { images: imageKind, text: textKind, table: tableKind }[reads] as DataKind;
}

/** The data that a SPEC names, of the kind that a model reads. */
export async function openData(
  reads: Described['reads'],
  spec: string,
  cwd: string,
  options: ImageDataOptions = {},
): Promise<RunData> {
  if (reads === 'table') return tableData(spec, cwd);
  return reads === 'text' ? textData(spec, cwd) : imageData(spec, cwd, options);
}

/** How much there is to learn from, in words. */
export function amountOf(data: RunData): string {
  if (data.kind === 'images') return `${data.train.length} images`;
  if (data.kind === 'table') return `${data.train.length} rows`;
  return data.dialogues ? `${data.dialogues.train.length} dialogues` : `${data.train.length} characters`;
}
