import { GenaiError, type Key, key, randomNormal } from '@genai/core';
import { owned, scope } from '@genai/tensor';
import { memory, mul, slice, type Tensor, tensor2d } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { hashedRows } from '../../golden/hashed-rows.js';
import manifest from '../../package.json' with { type: 'json' };
import type { SampleMetric } from '../sample-metric.js';
import type { Statistics } from '../statistics.js';
import { compareSamples } from './compare-samples.js';
import { energyDistance } from './energy-distance.js';
import { frechet } from './frechet.js';
import { frechetExtrapolated } from './frechet-extrapolated.js';
import { gatherStatistics } from './gather-statistics.js';
import { inceptionScore } from './inception-score.js';
import { kernelDistance } from './kernel-distance.js';
import { onBatch } from './on-batch.js';
import { precisionRecallMetric } from './precision-recall-metric.js';

const VERSION = `version:genai-${manifest.version}`;
const [a, b] = [hashedRows(1, 90, 6), hashedRows(2, 70, 6, 1.3, 0.2)];

const metrics = {
  frechet: frechet(),
  energy: energyDistance({ keep: 40 }),
  kernel: kernelDistance({ subsets: 3, size: 20, keep: 50 }),
  infinite: frechetExtrapolated({ points: 3, from: 0.5 }),
  manifold: precisionRecallMetric({ keep: 50 }),
};

describe('laws', () => {
  test('a gathered reference gives what the reference gives, also by way of JSON', async () => {
    const direct = await compareSamples({ samples: [a], reference: [b.slice(0, 9), b.slice(9)], metrics, key: key(5) });
    const gathered = await gatherStatistics({ data: [b], metrics, key: key(5) });
    expect(await compareSamples({ samples: [a], reference: gathered, metrics, key: key(5) })).toEqual(direct);
    const plain = Object.entries(gathered).map(([name, arrays]) => [
      name,
      Object.entries(arrays).map(([array, { shape, values }]) => [array, { shape, values: [...values] }]),
    ]);
    const read = Object.fromEntries(
      (JSON.parse(JSON.stringify(plain)) as [string, [string, { shape: number[]; values: number[] }][]][]).map(
        ([name, arrays]) => [
          name,
          Object.fromEntries(
            arrays.map(([array, { shape, values }]) => [array, { shape, values: Float64Array.from(values) }]),
          ),
        ],
      ),
    ) as unknown as typeof gathered;
    expect(await compareSamples({ samples: [a], reference: read, metrics, key: key(5) })).toEqual(direct);
    expect(direct.counts).toEqual({ samples: 90, reference: 70 });
    expect(direct.signatures.energy).toBe(
      `energy-distance|permutations:0|keep:40|samples:90|reference:70|key:0.5|${VERSION}`,
    );
  });

  test('another metric beside it changes no figure', async () => {
    const { figures } = await compareSamples({ samples: [a], reference: [b], metrics, key: key(5) });
    const alone = await compareSamples({
      samples: [a],
      reference: [b],
      metrics: { energy: metrics.energy },
      key: key(5),
    });
    expect(alone.figures.energy).toEqual(figures.energy);
  });

  test('tensors: batches stay, features go, also if a metric throws', async () => {
    using batch = owned(tensor2d(randomNormal(key(0), 60), [20, 3]));
    const stretch = { name: 'stretch-2', extract: (x: Tensor): Tensor => mul(x, 2) };
    const only = { frechet: frechet() };
    const before = memory().numTensors;
    const found = await compareSamples({
      samples: [batch],
      reference: [batch],
      features: stretch,
      metrics: only,
      key: key(0),
    });
    expect(found.figures.frechet.frechet.value).toBeLessThan(1e-12);
    expect(found.signatures.frechet).toBe(`frechet|features:stretch-2|samples:20|reference:20|key:0.0|${VERSION}`);
    const same = { features: (x: Tensor): Tensor => x, metrics: only, key: key(0) };
    await compareSamples({ samples: [batch], reference: [batch], ...same });
    const narrow = (x: Tensor): Tensor => scope(() => slice(x, [0, 0], [1, 3]));
    await expect(
      compareSamples({ samples: [batch], reference: [batch], metrics: only, features: narrow, key: key(0) }),
    ).rejects.toThrow(GenaiError);
    expect(memory().numTensors).toBe(before);
    expect(batch.isDisposed).toBe(false);
  });

  test('memory: what accumulators hold does not grow with the samples', async () => {
    async function* stream(batches: number): AsyncIterable<Float64Array[]> {
      for (let i = 0; i < batches; i++) yield hashedRows(i, 100, 6);
    }
    const size = async (batches: number): Promise<number> => {
      const gathered = await gatherStatistics({ data: stream(batches), metrics, key: key(0) });
      return Object.values(gathered)
        .flatMap((arrays: Statistics) => Object.values(arrays))
        .reduce((sum, { values }) => sum + values.byteLength, 0);
    };
    expect(await size(110)).toBe(await size(100)); // all reservoirs are full
  });
});

test('known answers: parts of a batch by onBatch, and a metric without a reference', async () => {
  const seen = { features: a, logits: a.map((row) => row.map((x) => 9 * x)) };
  const both = {
    score: onBatch((batch: typeof seen) => batch.logits, inceptionScore({ splits: 2 })),
    frechet: onBatch((batch: typeof seen) => batch.features, frechet()),
  };
  const { figures, counts } = await compareSamples({ samples: [seen], reference: [seen], metrics: both, key: key(0) });
  expect(counts.samples).toBe(90);
  expect(figures.frechet.frechet.value).toBeLessThan(1e-12);
  const alone = await compareSamples({
    samples: [seen.logits],
    metrics: { score: inceptionScore({ splits: 2 }) },
    key: key(0),
  });
  expect(alone.figures.score).toEqual(figures.score);
  expect(alone.signatures.score).toBe(`inception-score|splits:2|logits:true|samples:90|key:0.0|${VERSION}`);
});

test('known answers: metrics of anything, here of words', async () => {
  const lengths: SampleMetric<'length', readonly string[]> = {
    name: 'length',
    settings: {},
    gather: (_: Key) => {
      let total = 0;
      return {
        add: async (batch) => {
          total += batch.join('').length;
        },
        result: () => ({ total: { shape: [], values: Float64Array.of(total) } }),
      };
    },
    compare: async (samples, reference) => ({
      length: { value: samples.total!.values[0]! - reference.total!.values[0]! },
    }),
  };
  const found = await compareSamples({ samples: [['ab', 'c']], reference: [['d']], metrics: { lengths }, key: key(0) });
  expect(found.figures.lengths.length.value).toBe(2);
  expect(found.counts).toEqual({ samples: 2, reference: 1 });
});

test('errors: no data, a reference that lacks a metric, an aborted signal', async () => {
  const only = { frechet: frechet() };
  await expect(
    compareSamples({ samples: [] as Float64Array[][], reference: [b], metrics: only, key: key(0) }),
  ).rejects.toThrow('compareSamples: the data gave no sample. Pass data with at least one.');
  const gathered = await gatherStatistics({ data: [b], metrics: only, key: key(0) });
  const more = { ...only, energy: energyDistance() };
  await expect(
    compareSamples({ samples: [a], reference: gathered as never, metrics: more, key: key(0) }),
  ).rejects.toThrow('compareSamples: the reference has statistics of frechet, expected "energy" too. Gather it.');
  const controller = new AbortController();
  function* aborting(): Iterable<Float64Array[]> {
    yield a;
    controller.abort(new Error('enough'));
    yield a;
  }
  const { signal } = controller;
  await expect(
    compareSamples({ samples: aborting(), reference: [b], metrics: only, key: key(0), signal }),
  ).rejects.toThrow('enough');
});
