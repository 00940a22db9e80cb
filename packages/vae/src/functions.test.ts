import { key, type Tree } from '@genai/core';
import { binary, gaussian, standardNormal } from '@genai/distributions';
import { mlp } from '@genai/nn';
import { owned, scope } from '@genai/tensor';
import { reshape, slice, type Tensor, tensor } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { convolutionalVae } from './convolutional-vae.js';
import { denoise } from './denoise.js';
import { denseVae } from './dense-vae.js';
import { encode } from './encode.js';
import { interpolate } from './interpolate.js';
import { latentGrid } from './latent-grid.js';
import { reconstruct, type VaeWithMeans } from './reconstruct.js';
import { vae } from './vae.js';

const model = vae({
  encoder: gaussian(mlp([6, 8, 2 * 3])),
  decoder: binary(mlp([3, 8, 6])),
  prior: standardNormal(3),
});
const numbers = (x: Tensor): number[] => Array.from(x.dataSync());

const near = (got: number[], want: number[]): void => {
  expect(got).toHaveLength(want.length);
  for (const [i, value] of got.entries()) expect(value).toBeCloseTo(want[i]!, 5);
};

/** Parameters and two batches, freed with the block. */
const world = () =>
  owned({
    params: scope(() => model.init(key(0))),
    a: tensor([0, 1, 1, 0, 1, 0, 1, 1, 0, 0, 0, 1], [2, 6], 'float32'),
    b: tensor([1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 0, 1], [2, 6], 'float32'),
  });

/** What `make` gives, as shape and numbers, freed. */
function seen(make: () => Tensor): { shape: number[]; values: number[] } {
  using made = owned({ tensor: make() });
  return { shape: made.tensor.shape, values: numbers(made.tensor) };
}

describe('encode and reconstruct', () => {
  test('without a key the means, with one a draw', () => {
    using w = world();
    const latents = seen(() => encode(model, w.params, w.a));
    expect(latents).toEqual(seen(() => scope(() => model.encode(w.params, w.a).mean())));
    expect(latents.shape).toEqual([2, 3]);
    expect(seen(() => encode(model, w.params, w.a, { key: key(1) }))).toEqual(
      seen(() => encode(model, w.params, w.a, { key: key(1) })),
    );
    expect(seen(() => encode(model, w.params, w.a, { key: key(1) }))).not.toEqual(latents);

    const again = seen(() => reconstruct(model, w.params, w.a));
    expect(again.shape).toEqual([2, 6]);
    expect(again).toEqual(seen(() => scope(() => model.decode(w.params, encode(model, w.params, w.a)).mean())));
    expect(again.values.every((p) => p > 0 && p < 1)).toBe(true);
    expect(seen(() => reconstruct(model, w.params, w.a, { key: key(1) }))).not.toEqual(again);
  });
});

describe('denoise', () => {
  test('averages reconstructions over draws of z', () => {
    using w = world();
    expect(seen(() => denoise(model, w.params, w.a))).toEqual(seen(() => reconstruct(model, w.params, w.a)));
    const one = seen(() => denoise(model, w.params, w.a, { key: key(1) }));
    const many = seen(() => denoise(model, w.params, w.a, { key: key(1), samples: 8 }));
    expect(many.shape).toEqual([2, 6]);
    expect(many).not.toEqual(one);
    // The mean over many draws is nearer to the mean over others than a single draw is.
    const other = seen(() => denoise(model, w.params, w.a, { key: key(2), samples: 400 }));
    const distance = (a: number[]) => Math.max(...a.map((value, i) => Math.abs(value - other.values[i]!)));
    expect(distance(seen(() => denoise(model, w.params, w.a, { key: key(1), samples: 400 })).values)).toBeLessThan(
      distance(one.values),
    );
  });

  test('errors: many samples need a key', () => {
    using w = world();
    expect(() => denoise(model, w.params, w.a, { samples: 2 })).toThrow(/2 samples need a key/);
    expect(() => denoise(model, w.params, w.a, { key: key(0), samples: 0 })).toThrow(/integer of at least 1/);
  });
});

describe('interpolate', () => {
  for (const spherical of [false, true]) {
    test(`goes from a to b, ${spherical ? 'along the arc' : 'along the line'}`, () => {
      using w = world();
      const { shape, values } = seen(() => interpolate(model, w.params, w.a, w.b, { steps: 5, spherical }));
      expect(shape).toEqual([5, 2, 6]);
      near(values.slice(0, 12), seen(() => reconstruct(model, w.params, w.a)).values);
      near(values.slice(-12), seen(() => reconstruct(model, w.params, w.b)).values);
      expect(new Set(values.slice(24, 36)).size).toBeGreaterThan(1);
    });
  }

  test('known answer: the middle of the arc between orthogonal latents keeps their length, that of the line does not', () => {
    // Encoder and decoder that pass two numbers through: what comes out is the path itself.
    const through = {
      init: () => ({}),
      apply: (_params: object, x: Tensor) => x,
    };
    const passing = vae({
      encoder: gaussian({ ...through, apply: (_p, x) => reshape(tensor(pairs(numbers(x))), [-1, 4]) }),
      decoder: gaussian({ ...through, apply: (_p, z) => reshape(tensor(pairs(numbers(z))), [-1, 4]) }),
      prior: standardNormal(2),
    });
    using ends = owned({ a: tensor([[1, 0]]), b: tensor([[0, 1]]) });
    const params = { encoder: {}, decoder: {}, prior: {} };
    const middle = (spherical: boolean) =>
      seen(() => interpolate(passing, params, ends.a, ends.b, { steps: 3, spherical })).values.slice(2, 4);
    expect(middle(false)).toEqual([0.5, 0.5]);
    for (const value of middle(true)) expect(value).toBeCloseTo(Math.SQRT1_2, 5);
    // Where the ends are one point there is no arc.
    const still = seen(() => interpolate(passing, params, ends.a, ends.a, { steps: 3, spherical: true }));
    expect(still.values).toEqual([1, 0, 1, 0, 1, 0]);
  });

  test('errors', () => {
    using w = world();
    using short = owned({ x: slice(w.a, [0], [1]) });
    expect(() => interpolate(model, w.params, w.a, w.b, { steps: 1 })).toThrow(
      /steps must be an integer of at least 2/,
    );
    expect(() => interpolate(model, w.params, w.a, short.x)).toThrow(/a has shape \[2,6\], b has shape \[1,6\]/);
  });
});

/** (x, y) → (x, y, 0, 0): loc and the raw scale of `gaussian`. */
const pairs = (values: number[]): number[] =>
  Array.from({ length: values.length / 2 }, (_, i) => [values[2 * i]!, values[2 * i + 1]!, 0, 0]).flat();

describe('latentGrid', () => {
  test('spans two features of z around the origin', () => {
    using w = world();
    const { shape, values } = seen(() =>
      latentGrid(model, w.params, { rows: 3, columns: 2, axes: [2, 0], limit: 1.5 }),
    );
    expect(shape).toEqual([3, 2, 6]);
    const corner = seen(() => scope(() => model.decode(w.params, tensor([[1.5, 0, -1.5]])).mean()));
    near(values.slice(6, 12), corner.values);
    const placed = seen(() => latentGrid(model, w.params, { rows: 1, origin: [9, 0.5, 9] }));
    const centre = seen(() => scope(() => model.decode(w.params, tensor([[0, 0, 9]])).mean()));
    near(placed.values, centre.values);
  });

  test('errors', () => {
    using w = world();
    expect(() => latentGrid(model, w.params, { axes: [0, 3] })).toThrow(/two different features from 0 to 2/);
    expect(() => latentGrid(model, w.params, { axes: [1, 1] })).toThrow(/two different features/);
    expect(() => latentGrid(model, w.params, { origin: [0] })).toThrow(/origin has 1 numbers, expected 3/);
    expect(() => latentGrid(model, w.params, { rows: 0 })).toThrow(/rows must be an integer/);
  });
});

describe('ready-made parts', () => {
  const check = <P extends Tree<Tensor>>(made: VaeWithMeans<P>, event: number[]): void => {
    using fresh = owned(scope(() => ({ params: made.init(key(0)) })));
    const { params } = fresh;
    const draw = seen(() => scope(() => made.given(params).sample(key(1), [2, 3])));
    expect(draw.shape).toEqual([2, 3, ...event]);
    expect(draw.values.every((value) => value === 0 || value === 1)).toBe(true);
    using x = owned({ images: scope(() => made.given(params).sample(key(2), [3])) });
    for (const samples of [1, 5]) {
      const bound = seen(() => scope(() => made.given(params).logProbBound(x.images, key(3), samples)));
      expect(bound.shape).toEqual([3]);
      // At the start every pixel is near a coin toss.
      const nats = bound.values.map((value) => -value / event.reduce((a, b) => a * b, 1));
      for (const value of nats) expect(Math.abs(value - Math.LN2)).toBeLessThan(1);
    }
    expect(seen(() => reconstruct(made, params, x.images)).shape).toEqual([3, ...event]);
  };

  test('denseVae: shapes, for images and for vectors', () => {
    check(vae(denseVae({ shape: [8, 8, 1], hidden: [12, 10], latents: 3 })), [8, 8, 1]);
    check(vae(denseVae({ shape: [5], hidden: [4], latents: 2 })), [5]);
  });

  test('convolutionalVae: shapes, for several channels too', () => {
    check(vae(convolutionalVae({ size: 8, width: 3, hidden: [6, 5], latents: 4 })), [8, 8, 1]);
    check(vae(convolutionalVae({ size: 12, channels: 2, width: 3, hidden: [], latents: 4 })), [12, 12, 2]);
  });

  test('errors', () => {
    expect(() => convolutionalVae({ size: 30 })).toThrow(/size must be a multiple of 4, got 30/);
    expect(() => denseVae({ shape: [] })).toThrow(/shape is empty/);
    expect(() => denseVae({ latents: 0 })).toThrow(/integer of at least 1/);
  });
});
