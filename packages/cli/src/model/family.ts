import type { ChatFormat, TableDescription, TextTokenizer, TokenizerDescription } from '@genai/data';
import type { ConfigReader } from './config-reader.js';
import type { ImageConfig } from './families.js';
import type { TableConfig } from './table/table-config.js';
import type { TableTrainable } from './table/table-trainable.js';
import type { TextConfig } from './text/text-config.js';
import type { TextTrainable } from './text/text-trainable.js';
import type { Trainable } from './trainable.js';

/** A model and a way to train it, by name. Light: help lists them all without loading a single net. */
export interface Preset {
  /** A few words for the list. */
  readonly about: string;
  readonly parts: object;
  readonly training: CommonTraining;
}

/** What all families train by. */
export type CommonTraining = {
  /** Steps in all. */
  readonly steps: number;
  readonly batch: number;
  readonly learningRate: number;
  readonly seed: number;
};

/** @throws UsageError that names the field that is wrong. */
export function commonTraining(fields: ConfigReader): CommonTraining {
  return {
    steps: fields.integer('steps', 1),
    batch: fields.integer('batch', 1),
    learningRate: fields.number('learningRate', 0),
    seed: fields.integer('seed', 0),
  };
}

/** Which data a model is for: images of one shape, text in tokens, or rows of columns. */
export type DataConfig = ImageDataConfig | TextDataConfig | TableDataConfig;

export type ImageDataConfig = {
  readonly spec: string;
  readonly shape: readonly [height: number, width: number, channels: number];
  /** How many classes there are, of a model that is given them. */
  readonly classes?: number;
};

export type TextDataConfig = {
  readonly spec: string;
  readonly tokenizer: KeptTokenizer;
};

export type TableDataConfig = {
  readonly spec: string;
  /** Rows to learn from. */
  readonly rows: number;
  /** All columns, and how they are scaled. */
  readonly table: TableDescription;
};

/** A tokenizer as `config.json` has it: whole, or the name of the file beside it that a model from elsewhere came with. */
export type KeptTokenizer =
  | Exclude<TokenizerDescription, { readonly kind: 'hugging-face' }>
  | { readonly kind: 'hugging-face'; readonly file: string };

/** What the configurations of all families have. */
export type CommonConfig<D extends DataConfig = ImageDataConfig> = {
  readonly preset: string;
  readonly data: D;
  readonly versions: { readonly [name: string]: string };
};

/** What a configuration says, checked; nothing is built yet. */
export type Described = DescribedImages | DescribedText | DescribedTable;

export interface DescribedImages {
  readonly reads: 'images';
  readonly config: ImageConfig;
  /** Whether the model is given the class of an image, so that the data must have labels. */
  readonly conditional: boolean;
  /** Images that one step takes. */
  readonly perStep: number;
  /** @throws UsageError if the networks do not fit the shape of the data, or are larger than any that could be trained. */
  readonly build: () => Trainable;
}

export interface DescribedText {
  readonly reads: 'text';
  readonly config: TextConfig;
  /** Tokens that one step takes. */
  readonly perStep: number;
  /** With a token for each that the model has. */
  readonly tokenizer: TextTokenizer;
  /** How dialogues are written, of a model that was made for them. */
  readonly chat: ChatFormat | undefined;
  /** The Jinja template that `chat` is of, if it is of one. */
  readonly chatTemplate: string | undefined;
  /** @throws UsageError if the networks are larger than any that could be trained. */
  readonly build: () => TextTrainable;
}

export interface DescribedTable {
  readonly reads: 'table';
  readonly config: TableConfig;
  /** Rows that one step takes. */
  readonly perStep: number;
  /** @throws UsageError if columns do not fit, or the networks are larger than any that could be trained. */
  readonly build: () => TableTrainable;
}

/** A family of models of images: how its part of a configuration is read and built. */
export interface Family {
  /** @throws UsageError that names the field that is wrong. */
  readonly describe: (fields: ConfigReader, common: CommonConfig) => DescribedImages;
}

/** A family of models of text. */
export interface TextFamily {
  /** @throws UsageError that names the field that is wrong. */
  readonly describe: (
    fields: ConfigReader,
    common: CommonConfig<TextDataConfig>,
    opened: OpenedTokenizer,
  ) => DescribedText;
}

/** A family of models of rows of tables. */
export interface TableFamily {
  /** @throws UsageError that names the field that is wrong. */
  readonly describe: (fields: ConfigReader, common: CommonConfig<TableDataConfig>) => DescribedTable;
}

/** A tokenizer, and how dialogues are written with it where a file says so. */
export interface OpenedTokenizer {
  readonly tokenizer: TextTokenizer;
  readonly chat?: ChatFormat | undefined;
  readonly chatTemplate?: string | undefined;
}
