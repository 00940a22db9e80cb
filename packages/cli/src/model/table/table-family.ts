import { fold, GenaiError, type LowerBound, type Model, type Samples, type Tree } from '@genai/core';
import { batches, fromArrays, type Table, tableCodecFrom } from '@genai/data';
import { boundNll, conditionalBoundNll } from '@genai/flow';
import { owned, scope } from '@genai/tensor';
import { adamW, chain, clipByGlobalNorm, minimize } from '@genai/train';
import { neg, type Tensor, tensor2d } from '@tensorflow/tfjs-core';
import { UsageError } from '../../usage-error.js';
import type { TableFamily } from '../family.js';
import { type AnyStep, untypedStep } from '../trainable.js';
import { type BuiltTable, buildTable } from './build-table.js';
import { measureTable } from './measure-table.js';
import { parseTable, type TableConfig } from './table-config.js';
import type { TableTrainable } from './table-trainable.js';

/** Normalising flows of rows of tables, of some columns given others. */
export const tableFamily: TableFamily = {
  describe: (fields, common) => {
    const config = parseTable(fields, common);
    return { reads: 'table', config, perStep: config.training.batch, build: () => trainable(config) };
  },
};

/** Weights whose gradients always point one way come to the inverse of it, and no further: what hangs together closely needs some. */
const MOST_DECAY = 2;
/** Rows that one draw makes. */
const ROWS = 1_000;

function trainable(config: TableConfig): TableTrainable {
  const built = buildTable(config);
  const { model, layout, columns, given } = built;
  const width = layout.places.length;
  const codec = given.length > 0 ? tableCodecFrom({ columns: given }) : undefined;
  const { batch } = config.training;
  // Real numbers alone take no noise: all draws would be alike.
  const isExact = layout.places.every((place) => place.kind === 'number' && place.cell === 0);
  const rowsOf = (table: Table) =>
    refused(() => ({ data: layout.encode(table), shape: [table.length, width] as const }));
  const contextOf = (table: Table) => codec && refused(() => codec.encode(table));
  /** Rows `from` to `to` of numbers as a tensor. */
  const part = ({ data, shape: [, width] }: Numbers, from: number, to: number): Tensor =>
    tensor2d(data.subarray(from * width, to * width), [to - from, width]);
  /** All columns, in the order of the data. */
  const whole = (drawn: Table, conditions: Table | undefined): Table => {
    const all = [...drawn.columns, ...(conditions?.columns ?? [])];
    return {
      length: drawn.length,
      columns: config.data.table.columns.flatMap(({ name }) => all.filter((column) => column.name === name)),
    };
  };
  const inParts = async (count: number, make: (from: number, to: number) => Tensor): Promise<Float32Array> => {
    const numbers = new Float32Array(count * width);
    for (let from = 0; from < count; from += ROWS) {
      using made = owned({ rows: scope(() => make(from, Math.min(count, from + ROWS))) });
      numbers.set(await made.rows.data<'float32'>(), from * width);
    }
    return numbers;
  };
  const score: TableTrainable['score'] = async (params, table, { samples, batch, key, signal }) => {
    const [rows, contexts] = [rowsOf(table), contextOf(table)];
    const scores = new Float64Array(table.length);
    const draws = isExact ? 1 : samples;
    for (let from = 0; from < table.length; from += batch) {
      signal?.throwIfAborted();
      const to = Math.min(table.length, from + batch);
      using bound = owned({
        nll: scope(() => {
          const context = contexts && part(contexts, from, to);
          const given = model.given(params, context);
          return neg(given.logProbBound(part(rows, from, to), fold(key, from), draws)); // (batch)
        }),
      });
      scores.set(await bound.nll.data(), from);
    }
    return scores;
  };
  const draw: TableTrainable['draw'] = async (params, key, { count, given: conditions, temperature = 1 }) => {
    const contexts = conditions && contextOf(conditions);
    if (codec && !contexts) {
      throw new UsageError(
        `${config.preset} is given ${config.parts.given.join(', ')}. Say of what: --given column=value.`,
      );
    }
    const cooled = temperature === 1 ? model : model.at(temperature);
    const numbers = await inParts(count, (from, to) =>
      contexts
        ? cooled.given(params, part(contexts, from, to)).sample(fold(key, from))
        : cooled.given(params, undefined).sample(fold(key, from), [to - from]),
    );
    return whole(layout.decode(numbers), conditions);
  };
  const drawn = columns.map(({ name }) => name);
  return {
    init: model.init,
    step: stepOf(built, config),
    batches: ({ train }, { order }) => {
      const [rows, contexts] = [rowsOf(train), contextOf(train)];
      if (!contexts) return batches(fromArrays(rows), { size: batch, key: order });
      return batches(fromArrays({ x: rows, context: contexts }), { size: batch, key: order });
    },
    headline: { metric: 'loss', unit: 'nats' },
    given: config.parts.given,
    drawn,
    draw,
    whatIf: async (params, table, would, key) => {
      const [rows, was, other] = [rowsOf(table), contextOf(table), contextOf(would)];
      if (!was || !other) {
        throw new UsageError(
          `${config.preset} of ${config.data.spec} is given no column. Train one with --given COLUMN.`,
        );
      }
      const numbers = await inParts(table.length, (from, to) =>
        model.whatIf(
          params,
          part(rows, from, to),
          { was: part(was, from, to), would: part(other, from, to) },
          fold(key, from),
        ),
      );
      return whole(layout.decode(numbers), would);
    },
    score,
    measure: (params, options) => measureTable({ score, draw, drawn, given: config.parts.given }, params, options),
  };
}

interface Numbers {
  readonly data: Float32Array;
  readonly shape: readonly [rows: number, width: number];
}

function stepOf({ model, given }: BuiltTable, { training, data: { rows } }: TableConfig): AnyStep {
  type P = Tree<Tensor>;
  type Rows = Samples<Tensor> & LowerBound<Tensor>;
  const { learningRate, clip } = training;
  const weightDecay = Math.min(training.weightDecay / rows, MOST_DECAY);
  const decays = (_: string, { rank }: Tensor): boolean => rank > 1; // no biases
  const optimizer = chain(clipByGlobalNorm(clip), adamW(learningRate, { weightDecay, decays }));
  return given.length > 0
    ? untypedStep(minimize(conditionalBoundNll(model as Model<P, Rows, Tensor>), optimizer))
    : untypedStep(minimize(boundNll(model as unknown as Model<P, Rows>), optimizer));
}

/** What a table that does not fit makes the codec say is the user's to hear. */
function refused<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!GenaiError.is(error)) throw error;
    throw new UsageError(`the table is not one that the model knows: ${error.message}`, { cause: error });
  }
}
