import type { ConfigReader } from '../config-reader.js';
import { type CommonConfig, type CommonTraining, commonTraining, type TableDataConfig } from '../family.js';

/** Which maps a flow of rows is made of, and what it is given. */
export type TableParts = (
  | { readonly kind: 'spline'; readonly bins: number; readonly bound: number }
  | { readonly kind: 'affine' }
) & {
  readonly transforms: number;
  readonly hidden: readonly number[];
  /** Columns that the others are conditioned on; empty for a density of whole rows. */
  readonly given: readonly string[];
};

export type TableTraining = CommonTraining & {
  /** The longest gradient: a longer one is scaled down to it. */
  readonly clip: number;
  /** Of the weights of nets, AdamW's: this by the number of rows, as a prior weighs less the more there are, 2 at most. */
  readonly weightDecay: number;
};

export type TableConfig = CommonConfig<TableDataConfig> & {
  readonly family: 'table';
  readonly parts: TableParts;
  readonly training: TableTraining;
};

export function parseTable(fields: ConfigReader, common: CommonConfig<TableDataConfig>): TableConfig {
  const training = fields.record('training', ['steps', 'batch', 'learningRate', 'seed', 'clip', 'weightDecay']);
  return {
    family: 'table',
    preset: common.preset,
    parts: partsOf(fields),
    data: common.data,
    training: {
      ...commonTraining(training),
      clip: training.number('clip', LEAST),
      weightDecay: training.number('weightDecay', 0),
    },
    versions: common.versions,
  };
}

function partsOf(top: ConfigReader): TableParts {
  const kind = top.record('parts', ['kind', ...COMMON, ...SPLINE]).oneOf('kind', ['spline', 'affine']);
  const fields = top.record('parts', ['kind', ...COMMON, ...(kind === 'spline' ? SPLINE : [])]);
  const common = {
    transforms: fields.integer('transforms', 1),
    hidden: fields.integers('hidden', 1),
    given: fields.texts('given'),
  };
  if (kind === 'affine') return { kind, ...common };
  return { kind, bins: fields.integer('bins', 2), bound: fields.number('bound', 0.1), ...common };
}

const COMMON = ['transforms', 'hidden', 'given'] as const;
const SPLINE = ['bins', 'bound'] as const;
/** A gradient of no length would move nothing. */
const LEAST = 1e-6;
