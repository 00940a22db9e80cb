import { fold } from '@genai/core';
import { selectRows, type Table } from '@genai/data';
import { bootstrap as bootstrapped, distanceToClosestRecord, signature } from '@genai/eval';
import { pointsOf } from '../../table-data.js';
import { UsageError } from '../../usage-error.js';
import type { Measured, Measurement, Params } from '../trainable.js';
import type { TableMeasure, TableTrainable } from './table-trainable.js';

/** Folded into the key for what is drawn, and for resamples: batches take numbers of rows. */
const [DRAWN, ROUNDS] = [0x726f7773, 0x626f6f74];

/** Means over the held-out rows, each taken once, and what rows that are drawn tell. */
export async function measureTable(
  { score, draw, drawn, given }: Pick<TableTrainable, 'score' | 'draw' | 'drawn' | 'given'>,
  params: Params,
  options: TableMeasure,
): Promise<Measured> {
  const { data, names, bootstrap: rounds, key, signal } = options;
  const { test, toy } = data;
  const asked = (name: string): boolean => names.includes(name);
  if (asked('aboveEntropy') && (!toy || drawn.length < test.columns.length)) {
    throw new UsageError('aboveEntropy is measured of whole rows of toys, such as moons, whose density is known.');
  }
  const scores: { [name: string]: Measurement } = {};
  const signatures: { [name: string]: string } = {};
  if (asked('nllPerRow') || asked('aboveEntropy')) {
    const nll = await score(params, test, options);
    if (asked('nllPerRow')) scores.nllPerRow = meanOf(nll);
    if (asked('aboveEntropy')) {
      const exact = toy!.logProb(pointsOf(test));
      scores.aboveEntropy = meanOf(nll.map((value, row) => exact[row]! + value));
    }
  }
  if (asked('closestRecord')) {
    const count = options.drawn ?? test.length;
    const conditions = given.length > 0 ? conditionsOf(test, given, count) : undefined;
    const synthetic = await draw(params, fold(key, DRAWN), { count, given: conditions });
    const names = synthetic.columns.map(({ name }) => name);
    const near = await distanceToClosestRecord(
      { training: columnsOf(data.train, names), synthetic, heldOut: columnsOf(test, names) },
      { signal },
    );
    scores.closestRecord = { mean: near.synthetic.fifthPercentile - near.heldOut.fifthPercentile, unit: '' };
    signatures.closestRecord = signature('closestRecord', {
      ...{ samples: count, heldOut: test.length, training: data.train.length, key: key.join('.') },
    });
  }
  return { scores, signatures };

  function meanOf(values: Float64Array): Measurement {
    const count = values.length;
    const mean = values.reduce((sum, value) => sum + value / count, 0);
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, count - 1);
    const of = (rows: Int32Array): number => rows.reduce((sum, row) => sum + values[row]!, 0) / rows.length;
    return {
      ...{ mean, standardError: Math.sqrt(variance / count), unit: 'nats' },
      ...(rounds !== undefined && {
        interval: bootstrapped(count, of, { key: fold(key, ROUNDS), rounds }),
      }),
    };
  }
}

/** The columns that are given, those of the held-out rows in turn. */
function conditionsOf(test: Table, given: readonly string[], count: number): Table {
  const rows = Array.from({ length: count }, (_, i) => i % test.length);
  return columnsOf(selectRows(test, rows), given);
}

function columnsOf({ columns, length }: Table, names: readonly string[]): Table {
  return { length, columns: names.map((name) => columns.find((column) => column.name === name)!) };
}
