import { UsageError } from '../../usage-error.js';
import type { ConfigReader } from '../config-reader.js';
import { type CommonConfig, type CommonTraining, commonTraining } from '../family.js';

/** Which maps a flow is made of. */
export type FlowParts = (
  | { readonly kind: 'checkerboard'; readonly couplings: number; readonly hidden: number }
  | { readonly kind: 'multiscale'; readonly hidden: readonly [fine: number, middle: number, coarse: number] }
  | { readonly kind: 'glow'; readonly levels: number; readonly steps: number; readonly hidden: number }
) & {
  /** Couplings of the learned noise that makes real numbers of integers; 0 for uniform noise. */
  readonly noise: number;
};

/** How a flow is trained. */
export type FlowTraining = CommonTraining & {
  /** The longest gradient: a longer one is scaled down to it. */
  readonly clip: number;
};

export type FlowConfig = CommonConfig & {
  readonly family: 'flow';
  readonly parts: FlowParts;
  readonly training: FlowTraining;
};

const KINDS = ['checkerboard', 'multiscale', 'glow'] as const;
const PARTS = ['kind', 'couplings', 'levels', 'steps', 'hidden', 'noise'];

export function parseFlow(fields: ConfigReader, common: CommonConfig): FlowConfig {
  const training = fields.record('training', ['steps', 'batch', 'learningRate', 'seed', 'clip']);
  return {
    family: 'flow',
    preset: common.preset,
    parts: partsOf(fields.record('parts', PARTS)),
    data: common.data,
    training: { ...commonTraining(training), clip: training.number('clip', LEAST) },
    versions: common.versions,
  };
}

function partsOf(fields: ConfigReader): FlowParts {
  const kind = fields.oneOf('kind', KINDS);
  const parts = { ...partsOfKind(fields, kind), noise: fields.integer('noise', 0) };
  for (const field of PARTS) {
    if (fields.has(field) && !Object.hasOwn(parts, field)) {
      const own = Object.keys(parts).filter((name) => name !== 'kind');
      throw new UsageError(`${fields.where}.${field} does not belong to ${kind} parts, which have ${own.join(', ')}.`);
    }
  }
  return parts;
}

type PartsOfKind<P = FlowParts> = P extends FlowParts ? Omit<P, 'noise'> : never;

function partsOfKind(fields: ConfigReader, kind: (typeof KINDS)[number]): PartsOfKind {
  switch (kind) {
    case 'checkerboard':
      return { kind, couplings: fields.integer('couplings', 1), hidden: fields.integer('hidden', 1) };
    case 'multiscale':
      return { kind, hidden: fields.integers('hidden', 1, 3) as [number, number, number] };
    case 'glow':
      return {
        kind,
        levels: fields.integer('levels', 1),
        steps: fields.integer('steps', 1),
        hidden: fields.integer('hidden', 1),
      };
  }
}

/** A gradient of no length would move nothing. */
const LEAST = 1e-6;
