import { key, type NoParams } from '@genai/core';
import { type ColumnDescription, tableCodec, tableOf } from '@genai/data';
import { standardNormal } from '@genai/distributions';
import {
  type Bijector,
  type ConditionalFlowParams,
  conditionalFlow,
  type FlowParams,
  flow,
  standardize,
} from '@genai/flow';
import { scope } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { add, exp, mean, sub, type Tensor, tensor2d, tile, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { rowFlow } from './row-flow.js';
import { rowLayout } from './row-layout.js';

const TABLE = tableOf({
  kind: ['owl', 'hen', null, 'owl', 'emu'],
  eggs: [3, null, 0, 7, 2],
  grams: [480.123456789, 2100.5, 1950.25, 500, 1],
});
const columns = tableCodec(TABLE).toJSON().columns;
const DRAWS = 10_000;

/** N(0, I) of the real numbers that rows become: their density then is known. */
function plain(described: readonly ColumnDescription[]) {
  const layout = rowLayout(described);
  const normal = flow({ transforms: [standardize(0, 1)], base: standardNormal(layout.places.length) });
  const params: FlowParams<[NoParams], NoParams> = { transforms: [{}], base: {} };
  return {
    layout,
    params,
    model: rowFlow<typeof params>(
      () => normal,
      layout,
      () => params,
    ),
  };
}

/** p(row): the mean weight of so many draws of the noise. */
function probability(
  described: readonly ColumnDescription[],
  row: { readonly [name: string]: string | number | null },
) {
  const { layout, params, model } = plain(described);
  const table = { length: 1, columns: described.map(({ name, kind }) => ({ name, kind, values: [row[name]!] })) };
  let value = Number.NaN;
  scope(() => {
    const x = tile(tensor2d(layout.encode(table as never), [1, layout.places.length]), [DRAWS, 1]);
    value = mean(exp(model.given(params, undefined).logProbBound(x, key(1)))).dataSync()[0]!;
    return [];
  });
  return value;
}

test('laws: rows come back from their numbers, missing ones too', () => {
  const layout = rowLayout(columns);
  expect(layout.places.map(({ kind }) => kind)).toEqual(['category', 'category', 'number', 'number']);
  expect(layout.decode(layout.encode(TABLE)).columns.slice(0, 2)).toEqual(TABLE.columns.slice(0, 2));
});

test('known answers: many categories are digits, the highest first; numbers of none become the last', () => {
  const names = Array.from({ length: 60 }, (_, i) => `c${String(i).padStart(2, '0')}`);
  const layout = rowLayout(tableCodec(tableOf({ x: names.map((_, i) => i), name: names })).toJSON().columns);
  expect(layout.places.slice(1)).toEqual(Array.from({ length: 3 }, () => ({ kind: 'category', levels: 4 })));
  const rows = tableOf({ x: [0, 1, 2], name: ['c00', 'c27', 'c59'] });
  const numbers = layout.encode(rows);
  expect([...numbers].filter((_, i) => i % 4 > 0)).toEqual([0, 0, 0, 1, 2, 3, 3, 2, 3]);
  expect(layout.decode(numbers).columns[1]).toEqual(rows.columns[1]);
  expect(layout.decode([0, 3, 3, 3]).columns[1]!.values).toEqual(['c59']);
  const levels = (count: number) => {
    const table = tableOf({ a: Array.from({ length: count }, (_, i) => `${i}`) });
    return rowLayout(tableCodec(table).toJSON().columns).places.map((place) => 'levels' in place && place.levels);
  };
  expect([1, 4, 5, 9, 10, 17].map(levels)).toEqual([[1], [4], [3, 3], [3, 3], [4, 4], [3, 3, 3]]);
});

describe('known answers: the probability of a row under N(0, I)', () => {
  test('categories: P(k) is what a normal has between the logits of k / K, and the sum is 1', () => {
    const found = ['emu', 'hen', 'owl', null].map((kind) => probability([columns[0]!], { kind }));
    // SCALE · logit(1/4) = −0.6057, Φ(−0.6057) = 0.2724.
    for (const [i, want] of [0.2724, 0.2276, 0.2276, 0.2724].entries()) {
      expect(Math.abs(found[i]! - want), `category ${i}`).toBeLessThan(0.004);
    }
    expect(found.reduce((a, b) => a + b)).toBeCloseTo(1, 2);
  });

  test('numbers of a resolution: what a normal has in the cell, a density in units of the column', () => {
    const { scale } = { ...columns[1], missing: false } as never as { scale: { mean: number; deviation: number } };
    const eggs = { ...columns[1]!, missing: false };
    for (const value of [0, 3, 7]) {
      const at = (edge: number): number => cumulative((value + edge - scale.mean) / scale.deviation);
      expect(Math.abs(probability([eggs], { eggs: value }) / (at(0.5) - at(-0.5)) - 1)).toBeLessThan(0.01);
    }
  });

  test('numbers that may be missing: a flag, and nothing else where they are', () => {
    expect(probability([columns[1]!], { eggs: null })).toBeCloseTo(0.5, 2);
  });

  test('real numbers: the density is exact with each draw', () => {
    const grams = columns[2] as ColumnDescription & { kind: 'number' };
    const { mean, deviation } = grams.scale as { mean: number; deviation: number; kind: 'standard' };
    const z = (500 - mean) / deviation;
    const exact = Math.exp(-0.5 * z * z) / (deviation * Math.sqrt(2 * Math.PI));
    expect(Math.abs(probability([grams], { grams: 500 }) / exact - 1)).toBeLessThan(1e-4);
  });
});

test('known answers: one draw of the noise is below log P on average', () => {
  const { layout, params, model } = plain(columns.slice(0, 2));
  scope(() => {
    const x = tensor2d(layout.encode(TABLE).subarray(0, layout.places.length), [1, layout.places.length]);
    const given = model.given(params, undefined);
    const one = given.logProbBound(tile(x, [DRAWS, 1]), key(1));
    const hundred = given.logProbBound(x, key(2), 100);
    expect(mean(one).dataSync()[0]!).toBeLessThan(hundred.dataSync()[0]!);
    expect(Math.abs(Math.log(mean(exp(one)).dataSync()[0]!) - hundred.dataSync()[0]!)).toBeLessThan(0.3);
    return [];
  });
});

describe('what if', () => {
  const shift: Bijector<NoParams> = {
    init: () => ({}),
    forward: (_params, x, context) => scope(() => ({ y: sub(x, context!), logDet: zeros([x.shape[0]!]) })),
    inverse: (_params, y, context) => scope(() => ({ x: add(y, context!), logDet: zeros([y.shape[0]!]) })),
  };
  const layout = rowLayout(columns);
  const density = conditionalFlow({ transforms: [shift], base: standardNormal(4) });
  const params: ConditionalFlowParams<[NoParams], NoParams, NoParams> = { transforms: [{}], base: {}, embed: {} };
  const model = rowFlow<typeof params>(
    (c) => density.at(c!),
    layout,
    () => params,
  );
  const context = (value: number): Tensor => tensor2d([value], [1, 1]);
  const rows = (): Tensor => tensor2d(layout.encode(TABLE).subarray(12, 16), [1, 4]); // owl, 7, 500

  test('laws: in their own context rows are what they were, to the resolution of their columns', () => {
    scope(() => {
      for (const seed of [0, 1, 2]) {
        const same = model.whatIf(params, rows(), { was: context(0.3), would: context(0.3) }, key(seed));
        expect(
          layout
            .decode(same.dataSync())
            .columns.slice(0, 2)
            .map(({ values }) => values[0]),
        ).toEqual(['owl', 7]);
        expectClose(same.dataSync()[3]!, rows().dataSync()[3]!, { absolute: 1e-5 });
      }
      return [];
    });
  });

  test('known answers: a context that shifts everything shifts numbers', () => {
    scope(() => {
      const moved = model.whatIf(params, rows(), { was: context(0), would: context(-0.5) }, key(0));
      expectClose(moved.dataSync()[3]!, rows().dataSync()[3]! - 0.5, { absolute: 1e-5 });
      return [];
    });
  });
});

/** Φ by the trapezoid rule. */
function cumulative(z: number): number {
  const steps = 4_000;
  const h = (z + 10) / steps;
  let sum = 0;
  for (let i = 0; i <= steps; i++) sum += Math.exp(-0.5 * (-10 + i * h) ** 2) * (i === 0 || i === steps ? 0.5 : 1);
  return (sum * h) / Math.sqrt(2 * Math.PI);
}
