import { disposeTree, key, leaves, type Objective, randomUniform, type Tree } from '@genai/core';
import { binary, gaussian, standardNormal } from '@genai/distributions';
import { dense, mlp } from '@genai/nn';
import { normalNoise, owned, scope, valueAndGrad } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { modelLaws } from '@genai/testing/model-laws';
import { cast, less, ones, scalar, type Tensor, tensor, tensor1d, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { trained } from '../test/trained.js';
import { conditionalElbo } from './conditional-elbo.js';
import { conditionalVae } from './conditional-vae.js';
import { elbo } from './elbo.js';
import { importanceWeightedNll } from './importance-weighted-nll.js';
import { inContext } from './in-context.js';
import { inpaint } from './inpaint.js';
import { interpolate } from './interpolate.js';
import { iwae } from './iwae.js';
import { latentGrid } from './latent-grid.js';
import { reconstruct } from './reconstruct.js';
import { vae } from './vae.js';
import { variations } from './variations.js';
import { withContext } from './with-context.js';
import { withoutContext } from './without-context.js';

const CLASSES = 2;
const classes = conditionalVae({
  encoder: withContext(gaussian(mlp([3 + CLASSES, 8, 2 * 2])), { classes: CLASSES }),
  decoder: withContext(binary(mlp([2 + CLASSES, 8, 3])), { classes: CLASSES }),
  prior: standardNormal(2),
});
/** One whose prior depends on the context, a vector of two numbers. */
const learnt = conditionalVae({
  encoder: withContext(gaussian(mlp([3 + 2, 8, 2 * 2]))),
  decoder: withContext(gaussian(mlp([2 + 2, 8, 2 * 3]))),
  prior: gaussian(dense(2, 4)),
});

modelLaws('conditionalVae', () => ({
  model: classes,
  context: () => tensor1d([0, 1, 1, 0], 'int32'),
  data: () => cast(less(normalNoise(key(1), [4, 3]), 0), 'float32'),
}));
modelLaws('conditionalVae with a prior p(z | c)', () => ({
  model: learnt,
  context: () => normalNoise(key(2), [4, 2]),
  data: () => normalNoise(key(1), [4, 3]),
}));

/** Loss and gradients as numbers. */
function numbers<P extends Tree<Tensor>, B>(
  objective: Objective<Tensor, P, B, never>,
  params: P,
  batch: B,
): { loss: number; grad: number[][] } {
  const made = scope(() =>
    valueAndGrad((p: P) => ({ loss: objective.loss(p, batch, key(4), scalar(0)).loss }), params),
  );
  const grad = leaves<Tensor>(made.grad).map(([, g]) => Array.from(g.dataSync()));
  const loss = made.values.loss.dataSync()[0]!;
  disposeTree(made as Tree<Tensor>);
  return { loss, grad };
}

describe('parity: a context that nothing looks at', () => {
  const parts = {
    encoder: gaussian(mlp([3, 8, 2 * 2])),
    decoder: binary(mlp([2, 8, 3])),
    prior: standardNormal(2),
  };
  const plain = vae(parts);
  const blind = conditionalVae({
    encoder: withoutContext(parts.encoder),
    decoder: withoutContext(parts.decoder),
    prior: parts.prior,
  });
  const x = () => tensor2d(Array.from(randomUniform(key(3), 15), Math.round), [5, 3]);

  test('gives the loss and gradients of the plain model, for the ELBO and for others', () => {
    using world = owned({ params: scope(() => plain.init(key(0))), x: x(), context: ones([5, 4]) });
    const batch = { x: world.x, context: world.context as Tensor };
    for (const options of [{}, { beta: 4, freeBits: 0.1 }]) {
      const wanted = numbers(elbo(plain, options), world.params, world.x);
      expect(numbers(conditionalElbo(blind, options), world.params, batch)).toEqual(wanted);
    }
    const wanted = numbers(iwae(plain, { samples: 3 }), world.params, world.x);
    expect(
      numbers(
        inContext(blind, (m) => iwae(m, { samples: 3 })),
        world.params,
        batch,
      ),
    ).toEqual(wanted);
  });

  test('and its samples, the batch of the context beside the shape', () => {
    using world = owned({ params: scope(() => plain.init(key(0))), context: ones([4, 1]) });
    const draw = scope(() => ({
      plain: plain.given(world.params).sample(key(5), [12]),
      blind: blind.given(world.params, world.context).sample(key(5), [3]),
    }));
    expect(draw.blind.shape).toEqual([3, 4, 3]);
    expect(draw.blind.dataSync()).toEqual(draw.plain.dataSync());
    disposeTree(draw);
  });
});

describe('known answers: two classes of three bits', () => {
  const RATES = [
    [0.9, 0.1, 0.5],
    [0.2, 0.7, 0.5],
  ] as const;
  const ROWS = 150;
  /** Every class has exactly its rates, bit by bit independent but for the order they are dealt in. */
  const batch = () => {
    const noise = randomUniform(key(11), 2 * ROWS * 3);
    const rows = Array.from({ length: 2 * ROWS }, (_, r) =>
      [0, 1, 2].map((i) => +(noise[3 * r + i]! < RATES[r % 2]![i]!)),
    );
    return {
      x: tensor2d(rows),
      context: tensor1d(
        rows.map((_, r) => r % 2),
        'int32',
      ) as Tensor,
    };
  };

  test('it learns that p(x | c) differs: rates of samples, and a bound near the entropy of each class', () => {
    using data = owned(batch());
    using params = owned(trained(conditionalElbo(classes), data, { steps: 180 }));
    using drawn = owned(
      scope(() => ({ x: classes.given(params, tensor1d([0, 1], 'int32')).sample(key(1), [2_000]) })), // (2000, 2, 3)
    );
    const values = drawn.x.dataSync();
    const bound = scope(() =>
      importanceWeightedNll(classes.at(data.context), params, data.x, { samples: 20, key: key(2) }),
    );
    const nats = bound.dataSync();
    bound.dispose();
    const x = data.x.dataSync();
    for (const c of [0, 1]) {
      const mean = (f: (row: number) => number, rows: number) =>
        Array.from({ length: rows }, (_, r) => f(2 * r + c)).reduce((a, b) => a + b, 0) / rows;
      const empirical = [0, 1, 2].map((i) => mean((row) => x[3 * row + i]!, ROWS));
      for (const [i, rate] of empirical.entries()) {
        expect(Math.abs(mean((row) => values[3 * row + i]!, 2_000) - rate)).toBeLessThan(0.06);
      }
      const entropy = empirical.reduce((sum, p) => sum - p * Math.log(p) - (1 - p) * Math.log(1 - p), 0);
      const nll = mean((row) => nats[row]!, ROWS);
      expect(Math.abs(nll - entropy)).toBeLessThan(0.05);
    }
  });
});

describe('at a context it is a Vae for all that takes one', () => {
  test('laws: repeats its context for as many rows, and draws from a prior with a batch', () => {
    using world = owned({
      params: scope(() => learnt.init(key(0))),
      x: normalNoise(key(1), [4, 3]),
      context: normalNoise(key(2), [4, 2]),
    });
    const model = learnt.at(world.context);
    const made = scope(() => ({
      again: reconstruct(model, world.params, world.x),
      walk: interpolate(model, world.params, world.x, world.x, { steps: 3 }),
      alike: variations(model, world.params, world.x, { key: key(3), count: 5, strength: 1 }),
      whole: inpaint(model, world.params, world.x, tensor([1, 0, 1]), { key: key(4), steps: 2 }),
      one: latentGrid(learnt.at(tensor2d([[1, -1]])), world.params, { rows: 2 }),
    }));
    expect(Object.values(made).map((t) => t.shape)).toEqual([
      [4, 3],
      [3, 4, 3],
      [5, 4, 3],
      [4, 3],
      [2, 2, 3],
    ]);
    // x of one example is decoded with its own context, at every step of the walk.
    const again = made.again.dataSync();
    expectClose(made.walk, [...again, ...again, ...again], { absolute: 1e-5 });
    disposeTree(made);
  });

  test('laws: many samples tighten the bound, whatever the chunk', () => {
    using world = owned({
      params: scope(() => learnt.init(key(0))),
      x: normalNoise(key(1), [4, 3]),
      context: normalNoise(key(2), [4, 2]),
    });
    const nll = (samples: number, chunk?: number): number[] => {
      const made = importanceWeightedNll(learnt.at(world.context), world.params, world.x, {
        samples,
        key: key(3),
        ...(chunk && { chunk }),
      });
      const values = Array.from(made.dataSync());
      made.dispose();
      return values;
    };
    expectClose(nll(6, 2), nll(6), { absolute: 1e-5 });
    const sum = (values: number[]): number => values.reduce((a, b) => a + b, 0);
    expect(sum(nll(200))).toBeLessThan(sum(nll(1)));
  });
});

describe('withContext', () => {
  const spy = { init: () => ({}), given: (_params: object, x: Tensor) => x };
  const joined = (input: Tensor, context: Tensor, options?: { classes: number }): Tensor =>
    scope(() => withContext(spy, options).given({}, { input, context }));

  test('known answers: classes as rows, vectors at every place of a map, maps beside it', () => {
    using world = owned({
      rows: tensor2d([[1], [2]]),
      labels: tensor1d([2, 0], 'int32'),
      maps: tensor([1, 2, 3, 4], [2, 1, 2, 1]),
      vectors: tensor2d([
        [5, 6],
        [7, 8],
      ]),
    });
    using made = owned({
      classes: joined(world.rows, world.labels, { classes: 3 }),
      places: joined(world.maps, world.vectors),
      maps: joined(world.maps, world.maps),
    });
    expect(made.classes.arraySync()).toEqual([
      [1, 0, 0, 1],
      [2, 1, 0, 0],
    ]);
    expect(made.places.arraySync()).toEqual([
      [
        [
          [1, 5, 6],
          [2, 5, 6],
        ],
      ],
      [
        [
          [3, 7, 8],
          [4, 7, 8],
        ],
      ],
    ]);
    expect(made.maps.shape).toEqual([2, 1, 2, 2]);
  });

  test('errors', () => {
    using world = owned({
      x: zeros([2, 3]),
      labels: tensor1d([0, 1], 'int32'),
      one: zeros([1, 4]),
      params: scope(() => learnt.init(key(0))),
    });
    expect(() => withContext(spy, { classes: 1 })).toThrow(/classes must be an integer of at least 2, got 1/);
    expect(() => joined(world.x, world.labels)).toThrow(/context has shape \[2\], input \[2,3\].*\{ classes \}/);
    expect(() => joined(world.x, world.one)).toThrow(/context has shape \[1,4\]/);
    expect(() => joined(world.x, world.x, { classes: 3 })).toThrow(/expected classes, int32 \[batch\]/);
    expect(() => scope(() => reconstruct(learnt.at(zeros([3, 2])), world.params, zeros([4, 3])))).toThrow(
      /got 4 rows and a context of 3/,
    );
    expect(() => conditionalElbo(learnt, { beta: -1 })).toThrow(/conditionalElbo: beta/);
  });
});
