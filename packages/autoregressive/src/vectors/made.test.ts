import { type Distribution, GenaiError, key } from '@genai/core';
import { normalNoise, owned, scope, valueAndGrad } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { modelLaws } from '@genai/testing/model-laws';
import {
  cast,
  concat,
  exp,
  greater,
  memory,
  mul,
  relu,
  reshape,
  slice,
  sum,
  type Tensor,
  tanh,
  tensor,
  tensor2d,
  tile,
  transpose,
  zeros,
} from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import golden from '../../golden/made-outputs.json' with { type: 'json' };
import { everyVector, expectRates, moved, total } from '../../test/vectors.js';
import { bernoulliEmission } from './emissions/bernoulli-emission.js';
import { categoricalEmission } from './emissions/categorical-emission.js';
import { logisticMixtureEmission } from './emissions/logistic-mixture-emission.js';
import { normalEmission } from './emissions/normal-emission.js';
import { type MadeOptions, made } from './made.js';
import { type MadeNet, type MadeParams, madeOutputs } from './made-net.js';
import { drawMasks } from './mask-set.js';
import { maskTables } from './mask-tables.js';
import { vectorNll } from './vector-nll.js';

const bits = (): Tensor => cast(greater(normalNoise(key(2), [5, 6]), 0), 'float32');

modelLaws('made', () => ({ model: made({ features: 6, hidden: [40] }), context: () => undefined, data: bits }));
modelLaws('made in several orders, deep', () => ({
  model: made({ features: 6, hidden: [40, 40], orders: 3 }),
  context: () => undefined,
  data: bits,
}));
modelLaws('made in a context, with direct connections', () => ({
  model: made({ features: 6, hidden: [40], context: 2, direct: true }),
  context: () => normalNoise(key(1), [5, 2]),
  data: bits,
}));
modelLaws('made of real features', () => ({
  model: made({ features: 3, hidden: [40], activation: tanh, emission: normalEmission({ mixtures: 2 }) }),
  context: () => undefined,
  data: () => normalNoise(key(2), [5, 3]),
}));

// golden/made-outputs.py makes them.
describe.each(golden)('goldens: features $features, hidden $hidden, outputs $outputs, as pytorch-made', (c) => {
  const weightsOf = (): MadeParams => {
    const layers = c.weights.map(({ weight, bias }) => ({ weight: transpose(tensor2d(weight)), bias: tensor(bias) }));
    // A row of PyTorch's last weight is an output; his come in chunks, ours feature by feature.
    const { weight, bias } = layers.pop()!;
    const own = Array.from({ length: c.features * c.outputs }, (_, column) => {
      const [feature, k] = [Math.floor(column / c.outputs), column % c.outputs];
      return k * c.features + feature;
    });
    const columns = own.map((j) => slice(weight, [0, j], [weight.shape[0]!, 1]));
    return { hidden: layers, output: { weight: concat(columns, 1), bias: concat(own.map((j) => slice(bias, j, 1))) } };
  };
  const masks = [{ order: c.order, degrees: c.degrees }];

  test('outputs', () => {
    scope(() => {
      const emission = { ...bernoulliEmission(), outputs: c.outputs };
      const net: MadeNet = { ...c, emission, activation: relu, direct: false, context: 0 };
      expectClose(madeOutputs(net, weightsOf(), maskTables(masks), tensor2d(c.x)), c.y, { absolute: 1e-5 });
    });
  });

  if (!c.nll) return; // of one output for each feature
  test('log-likelihood and its gradient', () => {
    scope(() => {
      const model = made({ features: c.features, hidden: c.hidden, masks });
      const params = weightsOf();
      const x = tensor2d(c.x);
      expectClose(mul(model.given(params).logProb(x), -1), c.nll, { absolute: 1e-5 });
      const { grad } = valueAndGrad((p: MadeParams) => vectorNll(model).loss(p, x, key(0), tensor(0)), params);
      expectClose(transpose(grad.hidden[0]!.weight), c.first!, { absolute: 1e-5 });
      expectClose(transpose(grad.output.weight), c.last!, { absolute: 1e-5 });
    });
  });
});

type Options = MadeOptions & { readonly context?: never };

const CASES: { readonly name: string; readonly options: Options; readonly levels?: number }[] = [
  { name: 'one order', options: { features: 5, hidden: [12] } },
  { name: 'deep', options: { features: 5, hidden: [12, 9, 10] } },
  { name: 'direct', options: { features: 5, hidden: [12], direct: true } },
  { name: 'several orders', options: { features: 4, hidden: [12, 10], orders: 3, direct: true } },
  { name: 'one feature', options: { features: 1, hidden: [4] } },
  { name: 'levels', options: { features: 3, hidden: [12], direct: true, emission: categoricalEmission(3) }, levels: 3 },
  {
    name: 'logistics in several orders',
    options: {
      features: 3,
      hidden: [12, 8],
      orders: 2,
      emission: logisticMixtureEmission({ mixtures: 2, bins: 3, max: 2 }),
    },
    levels: 3,
  },
];

describe.each(CASES)('known answers: $name', ({ options, levels = 2 }) => {
  const model = made(options);
  const given = (f: (d: Distribution<Tensor>, params: MadeParams) => void): void =>
    scope(() => {
      const params = moved(model.init(key(0)), key(1));
      f(model.given(params), params);
    });

  test('the probabilities of all vectors sum to 1, and draws come as often as they say', () => {
    given((d) => {
      const all = everyVector(options.features, levels);
      const p = exp(d.logProb(all)).dataSync();
      expectClose(total(p), 1, { absolute: 1e-5 });
      expectRates(d.sample(key(3), [2000]), all, p);
    });
  });

  test('in training the order is one of those that are averaged', () => {
    given((d, params) => {
      const x = everyVector(options.features, levels);
      const each = model.masks.map((set) =>
        made({ ...options, masks: [set] })
          .given(params)
          .logProb(x),
      );
      const wanted = each.map((logP) => [...logP.dataSync()]);
      const seen = new Set<number>();
      for (let seed = 0; seed < 12; seed++) {
        const logP = [...model.given(params, undefined, key(seed)).logProb(x).dataSync()];
        const found = wanted.findIndex((own) => own.every((value, i) => Math.abs(value - logP[i]!) < 1e-5));
        expect(found).toBeGreaterThanOrEqual(0);
        seen.add(found);
      }
      expect(seen.size).toBe(model.masks.length);
      const mean = wanted[0]!.map((_, i) => wanted.reduce((a, own) => a + Math.exp(own[i]!), 0) / wanted.length);
      expectClose(exp(d.logProb(x)), mean, { absolute: 1e-6, relative: 1e-4 });
    });
  });
});

test('known answers: in a context each row has its own distribution', () => {
  scope(() => {
    const model = made({ features: 3, hidden: [10], context: 2, orders: 2 });
    const params = moved(model.init(key(0)), key(1));
    const context = tensor2d([
      [1, -2],
      [-1, 2],
    ]);
    const all = everyVector(3, 2);
    const d = model.given(params, context);
    expect([d.batchShape, d.eventShape]).toEqual([[2], [3]]);
    const p = exp(d.logProb(reshape(all, [8, 1, 3]))).arraySync() as number[][]; // (8, 2)
    const draws = d.sample(key(2), [2000]); // (2000, 2, 3)
    for (const row of [0, 1]) {
      const own = p.map((both) => both[row]!);
      expectClose(total(own), 1, { absolute: 1e-5 });
      expectRates(reshape(slice(draws, [0, row, 0], [2000, 1, 3]), [2000, 3]), all, own);
      const alone = model.given(params, slice(context, [row, 0], [1, 2]));
      expectClose(exp(alone.logProb(all)), own);
    }
    expect(Math.max(...p.map(([a, b]) => Math.abs(a! - b!)))).toBeGreaterThan(0.05);
  });
});

test('known answers: the density of real features integrates to 1 on a grid', () => {
  scope(() => {
    const model = made({
      features: 2,
      hidden: [8],
      activation: tanh,
      emission: normalEmission({ mixtures: 2, floor: 0.3 }),
    });
    const params = moved(model.init(key(0)), key(1), 0.5);
    const step = 0.2;
    const axis = Array.from({ length: 81 }, (_, i) => (i - 40) * step);
    const grid = tensor2d(axis.flatMap((a) => axis.map((b) => [a, b])));
    expectClose(mul(sum(exp(model.given(params).logProb(grid))), step ** 2), [1], { absolute: 1e-3 });
  });
});

describe('complete', () => {
  const features = 4;
  const hidden = [16, 12];
  const model = made({ features, hidden, orders: 3, direct: true });

  test('known answers: draws come as often as the average over all orders that put the known first says', () => {
    scope(() => {
      const params = moved(model.init(key(0)), key(1), 1);
      const rows = 3000;
      const x = tensor2d([[Number.NaN, 1, Number.NaN, 0]]); // what is hidden may be anything
      const drawn = model.given(params).complete(key(2), tile(x, [rows, 1]), tensor([0, 1, 0, 1]));

      const all = tensor2d([0, 1].flatMap((a) => [0, 1].map((b) => [a, 1, b, 0])));
      const orders = [0, 1].flatMap((a) => [0, 1].map((b) => [2 + a, b, 3 - a, 1 - b]));
      const want = [0, 0, 0, 0];
      for (const { degrees } of model.masks) {
        for (const order of orders) {
          const one = made({ features, hidden, direct: true, masks: [{ order, degrees }] }).given(params);
          const joint = [...exp(one.logProb(all)).dataSync()]; // of what is known, and each of what is not
          const known = total(joint);
          for (const [i, p] of joint.entries()) want[i]! += p / known / (orders.length * model.masks.length);
        }
      }
      expectRates(drawn, all, want);
    });
  });

  test('laws: rows may know different features; what is known stays, and all known gives x', () => {
    using params = owned(model.init(key(0)));
    using world = owned({
      x: tensor2d([
        [1, 1, 0, 0],
        [0, 1, 0, 1],
      ]),
      known: tensor2d([
        [1, 1, 1, 1],
        [0, 1, 0, 0],
      ]),
    });
    const before = memory().numTensors;
    const drawn = model.given(params).complete(key(0), world.x, world.known);
    expect(memory().numTensors - before).toBe(1);
    const [first, second] = drawn.arraySync() as [number[], number[]];
    expect(first).toEqual([1, 1, 0, 0]);
    expect(second[1]).toBe(1);
    drawn.dispose();
  });
});

test('errors: sizes, masks, shapes, a context that is missing, an order that is unknown', () => {
  const make = (options: Partial<Options>) => () => made({ features: 3, hidden: [4], ...options });
  expect(make({ features: 0 })).toThrow('made(0): features must be an integer of at least 1, got 0.');
  expect(make({ hidden: [] })).toThrow('made(3): hidden is empty.');
  expect(make({ hidden: [4, 0] })).toThrow('made(3): hidden[1] must be an integer of at least 1, got 0.');
  expect(make({ orders: 0 })).toThrow('made(3): orders must be an integer of at least 1, got 0.');
  expect(make({ masks: [] })).toThrow('made(3): masks is empty.');
  expect(make({ masks: [{ order: [0, 1, 1], degrees: [[1, 1, 1, 1]] }] })).toThrow(
    'order must hold each of 0 to 2 once',
  );
  expect(make({ masks: [{ order: [0, 1, 2], degrees: [[1, 1]] }] })).toThrow(
    'degrees are of layers of [2] units, expected [4]',
  );
  expect(make({ masks: [{ order: [0, 1, 2], degrees: [[1, 1, 0.5, 1]] }] })).toThrow(
    'degrees[0][2] must be an integer',
  );
  scope(() => {
    const model = made({ features: 3, hidden: [4] });
    const params = model.init(key(0));
    expect(() => model.given(params).logProb(zeros([2, 4]))).toThrow('made(3).logProb: x has shape [2, 4], expected [');
    expect(() => model.given(params).complete(key(0), zeros([2, 3]), zeros([3]))).toThrow(
      'the net knows one order only',
    );
    const several = made({ features: 3, hidden: [4], orders: 2 });
    expect(() => several.given(params).complete(key(0), zeros([2, 3]), zeros([2]))).toThrow(
      'made(3).complete: known has shape [2], x has shape [2, 3].',
    );
    const conditional = made({ features: 3, hidden: [4], context: 2 });
    const own = conditional.init(key(0));
    expect(() => conditional.given(own, zeros([2, 3]))).toThrow(
      'made(3), the context: got shape [2, 3], expected [batch, 2]',
    );
    expect(() => conditional.given(own, undefined as never)).toThrow(
      'made(3): it needs a context of [batch, 2] and got none.',
    );
    expect(() => drawMasks(key(0), { features: 2, hidden: [3], order: [0, 2] })).toThrow(GenaiError);
  });
});
