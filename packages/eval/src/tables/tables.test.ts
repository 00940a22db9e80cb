import { key, randomIntegers, randomNormal, randomUniform } from '@genai/core';
import { expectClose } from '@genai/testing/expect-close';
import { describe, expect, test } from 'vitest';
import { categoryCoverage } from './category-coverage.js';
import { chiSquared } from './chi-squared.js';
import { distanceToClosestRecord } from './distance-to-closest-record.js';
import { kolmogorovSmirnov } from './kolmogorov-smirnov.js';
import type { Learner } from './learner.js';
import { logisticRegression } from './logistic-regression.js';
import { marginals } from './marginals.js';
import { correlationDifference, pairCorrelations } from './pair-correlations.js';
import { propensityScore } from './propensity-score.js';
import { ridgeRegression } from './ridge-regression.js';
import type { Table, TableColumn } from './table.js';
import { trainOnSyntheticTestOnReal } from './train-on-synthetic-test-on-real.js';
import { uniqueRows } from './unique-rows.js';

const table = (columns: { readonly [name: string]: readonly (number | string | null)[] }): Table => ({
  length: Object.values(columns)[0]!.length,
  columns: Object.entries(columns).map(([name, values]) => {
    const kind = values.some((value) => typeof value === 'number') ? 'number' : 'category';
    return { name, kind, values } as TableColumn;
  }),
});

const letters = (text: string): string[] => [...text];

describe('kolmogorovSmirnov', () => {
  test('goldens', () => {
    // scipy 1.17: r = ks_2samp(a, b).statistic; scipy.special.kolmogorov(r * sqrt(m * n / (m + n)))
    const { statistic, pValue } = kolmogorovSmirnov([0.1, 0.4, 0.4, 2.5, 3, 7, 1], [0.4, 0.9, 3, 8, 9.5]);
    expect(statistic).toBeCloseTo(0.4, 14);
    expect(pValue).toBeCloseTo(0.7391045368250917, 12);
  });

  test('known answers: all apart, all the same; p-values of one distribution are uniform', () => {
    expect(kolmogorovSmirnov([1, 2], [3, 4, 5]).statistic).toBe(1);
    expect(kolmogorovSmirnov([1, 2, 2], [2, 1, 2])).toEqual({ statistic: 0, pValue: 1 });
    const pValues = Float64Array.from(
      { length: 300 },
      (_, i) => kolmogorovSmirnov(randomNormal(key(i), 200), randomNormal(key(1_000 + i), 150)).pValue,
    );
    for (const level of [0.1, 0.3, 0.7]) {
      const share = pValues.filter((pValue) => pValue < level).length / 300;
      expect(Math.abs(share - level)).toBeLessThan(0.08);
    }
  });
});

describe('chiSquared', () => {
  // scipy 1.17: chi2_contingency([a, b], correction=False)
  test.each([
    [[10, 20], [20, 10], 6.666666666666667, 0.009823274507519235],
    [[5, 9, 30, 2], [7, 8, 20, 9], 6.805618672190398, 0.07835832046085907],
    [[3, 4, 5], [3, 4, 6], 0.05099067599067608, 0.97482692360281],
    [[100, 2, 50, 31, 7, 9, 12], [40, 40, 50, 10, 3, 9, 20], 71.21851217950466, 2.2991764896678735e-13],
    [
      [12, 15, 11, 9, 14, 10, 13, 12, 16, 8],
      [11, 14, 12, 10, 13, 11, 12, 13, 15, 9],
      0.4298085378911669,
      0.999984146837112,
    ],
  ])('goldens: %j beside %j', (a, b, statistic, pValue) => {
    const found = chiSquared(a, b);
    expectClose([found.statistic, found.pValue], [statistic, pValue], { absolute: 0, relative: 1e-9 });
    expect(found.degrees).toBe(a.length - 1);
  });

  test('known answers: equal shares, one category, categories of neither', () => {
    expect(chiSquared([1, 2], [2, 4])).toEqual({ statistic: 0, degrees: 1, pValue: 1 });
    expect(chiSquared([3, 0], [5, 0])).toEqual({ statistic: 0, degrees: 0, pValue: 1 });
    expect(chiSquared([10, 0, 20], [20, 0, 10])).toEqual(chiSquared([10, 20], [20, 10]));
  });
});

describe('marginals: known answers', () => {
  test('numbers by their distribution functions, categories by shares, what is missing as well', () => {
    const real = table({
      age: [1, 2, 3, 4],
      pet: letters('ccdd'),
      gap: [1, 1, 1, null],
      note: ['x', null, null, null],
    });
    const synthetic = table({
      note: ['x', 'x', null, null],
      gap: [1, 1, null, null],
      age: [3, 4, 5, 6],
      pet: letters('cdde'),
    });
    const { columns, mean } = marginals(real, synthetic);
    expect(columns.map(({ name, distance }) => [name, distance])).toEqual([
      ['age', 0.5],
      ['pet', 0.25],
      ['gap', 0.25],
      ['note', 0.25],
    ]);
    expect(mean).toBe(1.25 / 4);
    expect(marginals(real, real).mean).toBe(0);
  });
});

describe('pairCorrelations', () => {
  const mixed = table({ x: [1, 2, 4, 4, 7.5, 9], y: [2, 1, 5, 6, 6, 11], c: letters('aabbca'), d: letters('uvvvuu') });

  test('goldens', () => {
    const { names, matrix } = pairCorrelations(mixed);
    expect(names).toEqual(['x', 'y', 'c', 'd']);
    expect(matrix[0]![1]).toBeCloseTo(0.9069627862465286, 12); // scipy 1.17: pearsonr(x, y).statistic
    expect(matrix[3]![2]).toBeCloseTo(0.7453559924999298, 12); // scipy.stats.contingency.association(counts of c and d, method='cramer')
    expect(matrix[0]![2]).toBeCloseTo(0.4601679449909937, 12); // numpy: sqrt(sum_c n_c (mean_c − mean)² / sum (x − mean)²)
    for (let i = 0; i < 4; i++) {
      expect(matrix[i]![i]).toBe(1);
      for (let j = 0; j < 4; j++) expect(matrix[i]![j]).toBe(matrix[j]![i]);
    }
  });

  test('known answers: what follows exactly, what is constant, what is missing', () => {
    const { matrix } = pairCorrelations(
      table({
        x: [1, 2, 3, null],
        minus: [-2, -4, -6, 100],
        c: letters('abca'),
        same: [1, 1, 1, 1],
        code: letters('xyzx'),
      }),
    );
    expect(matrix[0]![1]).toBeCloseTo(-1, 12);
    expect(matrix[0]![2]).toBeCloseTo(1, 12);
    expect(matrix[2]![4]).toBeCloseTo(1, 12);
    expect([...matrix[3]!]).toEqual([0, 0, 0, 1, 0]);
  });

  test('law: what is constant goes with nothing, though its mean is rounded', () => {
    const rows = Array.from({ length: 2_700 }, (_, row) => row);
    const { matrix } = pairCorrelations(
      table({
        x: rows.map((row) => row * 0.37),
        same: rows.map(() => 0.1),
        c: rows.map((row) => 'ab'[row % 2]!),
      }),
    );
    expect([...matrix[1]!]).toEqual([0, 1, 0]);
  });

  test('correlationDifference: known answers, columns in another order', () => {
    const real = table({ x: [1, 2, 3, 4], y: [2, 4, 6, 8], z: [1, -1, -1, 1] });
    const synthetic = table({ z: [1, -1, -1, 1], y: [-2, -4, -6, -8], x: [1, 2, 3, 4] });
    const found = correlationDifference(real, synthetic);
    expect(found.mean).toBeCloseTo(2 / 3, 12);
    expect(found.worst).toMatchObject({ columns: ['x', 'y'] });
    expect(found.worst!.difference).toBeCloseTo(2, 12);
    expect(found.synthetic.names).toEqual(['x', 'y', 'z']);
  });
});

describe('distanceToClosestRecord', () => {
  test('known answers: by hand', async () => {
    const training = table({ n: [0, 10, 5, null], c: ['a', 'b', 'a', null] });
    const synthetic = table({ n: [0, 6, null, 100], c: ['a', 'b', null, 'q'] });
    const heldOut = table({ n: [2, 10], c: ['a', 'a'] });
    const found = await distanceToClosestRecord({ training, synthetic, heldOut });
    expectClose(found.synthetic.distances, [0, 0.2, 0, 1]); // 6, b from 10, b; 100, q from whatever
    expect([...found.synthetic.closest.slice(0, 3)]).toEqual([0, 1, 3]);
    expectClose(found.heldOut.distances, [0.1, 0.25]); // 10, a: from 5, a by half a range
    expect(found.synthetic.median).toBeCloseTo(0.1, 12);
    expect(found.heldOut.fifthPercentile).toBeCloseTo(0.1075, 12);
  });

  test('a signal ends it with its reason', async () => {
    const one = table({ n: [1] });
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(distanceToClosestRecord({ training: one, synthetic: one, heldOut: one }, { signal })).rejects.toThrow(
      'enough',
    );
  });
});

test('uniqueRows: known answers', () => {
  const training = table({ n: [1, 2, 3], c: ['1', 'b', null] });
  const synthetic = table({ c: ['b', 'b', null, '1'], n: [2, 2, null, 2] });
  const { unique, novel, copied } = uniqueRows(training, synthetic);
  expect(unique).toBe(3 / 4);
  expect(novel).toBe(1 / 2);
  expect([...copied]).toEqual([0, 1]);
});

test('categoryCoverage: known answers', () => {
  const real = table({ c: letters('abcd'), n: [0, 10, 2, 3], one: [5, 5, 5, 5] });
  const synthetic = table({ c: ['a', 'b', 'z', null], n: [-5, 4, null, null], one: [4, 6, 6, 6] });
  expect(categoryCoverage(real, synthetic)).toEqual([
    { name: 'c', kind: 'category', covered: 0.5, lacking: ['c', 'd'] },
    { name: 'n', kind: 'number', covered: 0.4, lacking: [] },
    { name: 'one', kind: 'number', covered: 1, lacking: [] },
  ]);
});

describe('learners', () => {
  const numbers = Array.from({ length: 60 }, (_, i) => i);
  const features = numbers.map((i) =>
    Float64Array.of(Math.sin(i * 1.3), Math.cos(i * 0.7) + 0.2 * Math.sin(i * 3.1), Number(i % 5 === 0)),
  );

  test('goldens: logisticRegression', async () => {
    const targets = numbers.map((i) => {
      const [x, y] = features[i]!;
      return x! + 0.3 * Math.sin(i * 2.9) > 0.3 ? 2 : y! > 0 ? 1 : 0;
    });
    const predict = await logisticRegression()({ features, targets, classes: 3 });
    // scikit-learn 1.9: LogisticRegression(C=1, tol=1e-12, max_iter=10000).fit(features, targets).predict_proba(features[:3])
    expectClose(features.slice(0, 3).map(predict), [
      [0.012468076683114292, 0.8107959328847991, 0.17673599043208657],
      [0.006931201339923236, 0.13290992651628136, 0.8601588721437955],
      [0.08141440060225226, 0.16781909158109826, 0.7507665078166494],
    ]);
  });

  test('goldens: ridgeRegression', async () => {
    const targets = features.map(([x, y, z], i) => 2 * x! - y! + 0.5 * z! + 1 + 0.1 * Math.sin(i * 5.3));
    const predict = await ridgeRegression()({ features, targets });
    // scikit-learn 1.9: Ridge(alpha=1).fit(features, targets).predict(features[:3])
    expectClose(
      features.slice(0, 3).map((row) => predict(row)[0]!),
      [0.5405789791875117, 2.0989302787002755, 1.839448906966303],
      { absolute: 1e-12, relative: 1e-12 },
    );
  });
});

/** Rows with a class that follows from two numbers with some chance, and a number that follows from all. */
function made(seed: number, length: number): Table {
  const [x, y, u] = [
    randomNormal(key(seed), length),
    randomNormal(key(seed + 1), length),
    randomUniform(key(seed + 2), length),
  ];
  const kind = Array.from(x, (value, i) => (u[i]! < 1 / (1 + Math.exp(-3 * value - y[i]!)) ? 'yes' : 'no'));
  const price = kind.map((value, i) => (value === 'yes' ? 3 : 0) + 2 * x[i]! + 0.5 * y[(i * 7) % length]!);
  return table({ x: [...x], y: [...y], kind, price });
}

const pick = ({ columns }: Table, rows: Int32Array): Table =>
  table(Object.fromEntries(columns.map(({ name, values }) => [name, Array.from(rows, (row) => values[row]!)])));

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

describe('trainOnSyntheticTestOnReal', () => {
  const [training, test_] = [made(0, 400), made(10, 400)];

  test('known answers: rows of the same distribution are worth as much, rows where the target is chance nothing', async () => {
    const same = await trainOnSyntheticTestOnReal(
      { training, synthetic: made(20, 400), test: test_ },
      { target: 'kind' },
    );
    const { columns } = made(20, 400);
    const chance = {
      length: 400,
      columns: columns.map((column) => (column.name === 'kind' ? made(30, 400).columns[2]! : column)),
    };
    const other = await trainOnSyntheticTestOnReal({ training, synthetic: chance, test: test_ }, { target: 'kind' });
    if (same.synthetic.kind !== 'category' || same.real.kind !== 'category' || other.synthetic.kind !== 'category')
      throw new Error();
    expect(same.real.auroc).toBeGreaterThan(0.85);
    expect(Math.abs(same.synthetic.auroc - same.real.auroc)).toBeLessThan(0.03);
    expect(Math.abs(same.synthetic.accuracy - same.real.accuracy)).toBeLessThan(0.05);
    expect(other.synthetic.auroc).toBeLessThan(same.real.auroc - 0.1);
  });

  test('known answers: R² of a number is what its noise leaves', async () => {
    const { synthetic, real } = await trainOnSyntheticTestOnReal(
      { training, synthetic: training, test: test_ },
      { target: 'price' },
    );
    expect(synthetic).toEqual(real);
    // Var(price) is about 0.25 of noise beside 4 + 9/4 + what the class and x share: more than 9.
    expect(real).toMatchObject({ kind: 'number' });
    if (real.kind === 'number') expect(Math.abs(real.r2 - 0.975)).toBeLessThan(0.015);
  });

  test('a learner of one’s own gets what is known, and its scores are used', async () => {
    const seen: number[] = [];
    const learner: Learner = async ({ features, targets, classes }) => {
      seen.push(features.length, targets.length, features[0]!.length, classes!);
      return () => [0, 1]; // always the second class
    };
    const gaps = table({ c: ['a', 'b', null, 'b'], n: [1, null, 3, 4], d: ['u', 'v', 'w', 'u'] });
    const { real } = await trainOnSyntheticTestOnReal(
      { training: gaps, synthetic: gaps, test: gaps },
      { target: 'c', learner },
    );
    expect(seen.slice(0, 4)).toEqual([3, 3, 2 + 3, 2]);
    expect(real).toEqual({ kind: 'category', accuracy: 2 / 3, auroc: 0.5 });
  });
});

describe('propensityScore: known answers', () => {
  test('rows drawn from the real ones have a ratio of about 1, new real rows one of 1 / (1 − c), others far more', async () => {
    const [drawn, fresh]: [number[], number[]] = [[], []];
    for (let i = 0; i < 40; i++) {
      const real = made(100 + 10 * i, 150);
      const rows = randomIntegers(key(i), 100, { min: 0, max: 150 });
      drawn.push((await propensityScore(real, pick(real, rows))).ratio);
      fresh.push((await propensityScore(real, made(105 + 10 * i, 100))).ratio);
    }
    // Each is a χ² of four degrees of freedom over 4 (x, y, kind and price), times what is expected: 40 of them have the error √(2 / 160).
    const error = 4 * Math.sqrt(2 / 160);
    expect(Math.abs(mean(drawn) - 1)).toBeLessThan(error);
    expect(Math.abs(mean(fresh) * 0.6 - 1)).toBeLessThan(error); // c = 0.4
    const moved = table({ x: [5, 6, 7, 5, 6, 7] });
    const { pMse } = await propensityScore(table({ x: [1, 2, 3, 1, 2, 3] }), moved);
    expect(pMse).toBeGreaterThan(0.24); // told apart for certain: ¼
  });

  test('the same table again cannot be told apart', async () => {
    expect((await propensityScore(made(0, 50), made(0, 50))).pMse).toBeLessThan(1e-12);
  });
});

test('errors: tables that do not match', async () => {
  const a = table({ x: [1, 2], c: ['u', 'v'] });
  expect(() => marginals(a, table({ x: [1] }))).toThrow(/marginals: the tables have 2 and 1 columns/);
  expect(() => marginals(a, table({ x: ['1'], c: ['u'] }))).toThrow(
    /column "x" is of kind number in one table and of kind category/,
  );
  expect(() => uniqueRows(a, table({ x: [1], d: ['u'] }))).toThrow(
    /uniqueRows: column "c" is of kind category in one table and missing/,
  );
  expect(() => categoryCoverage(a, { length: 0, columns: a.columns })).toThrow(/2 and 0 rows/);
  expect(() => kolmogorovSmirnov([], [1])).toThrow(/got 0 and 1 numbers/);
  expect(() => chiSquared([1], [1, 2])).toThrow(/got 1 and 2 counts/);
  expect(() => chiSquared([0], [1])).toThrow(/add up to 0 and 1/);
  const run = (target: string, test = a) => trainOnSyntheticTestOnReal({ training: a, synthetic: a, test }, { target });
  await expect(run('z')).rejects.toThrow(/expected a column "z" beside others, got "x", "c"/);
  await expect(run('c', table({ x: [1, 2], c: ['u', 'u'] }))).rejects.toThrow(
    /column "c" of the test table does not vary/,
  );
});
