import type { Distribution, LowerBound, Model, Samples } from '@genai/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { denseVae } from './dense-vae.js';
import { reconstruct } from './reconstruct.js';
import { type Vae, vae } from './vae.js';

/** As the objective of that name in every family with an exact density. */
const nll = <P>(model: Model<P, Distribution<Tensor>>): Model<P, Distribution<Tensor>> => model;
const samples = <P>(model: Model<P, Samples<Tensor>>): Model<P, Samples<Tensor>> => model;
const bounded = <P>(model: Model<P, LowerBound<Tensor>>): Model<P, LowerBound<Tensor>> => model;

test('types: a variational autoencoder samples and has a bound, but no density', () => {
  const model = vae(denseVae({ shape: [4], latents: 2 }));
  // @ts-expect-error it has no exact density, so it has no nll
  nll(model);
  expect(samples(model)).toBe(model);
  expect(bounded(model)).toBe(model);
});

test('types: reconstructing asks for a decoder that knows its mean', () => {
  const blind = undefined as unknown as Vae<object>;
  // @ts-expect-error Distribution has no mean
  expect(() => reconstruct(blind, {}, undefined as never)).toThrow();
});

test('types: encoder, decoder and prior must be models of the right kind', () => {
  const parts = denseVae({ shape: [4], latents: 2 });
  // @ts-expect-error the prior is missing
  const incomplete = () => vae({ encoder: parts.encoder, decoder: parts.decoder });
  // @ts-expect-error a prior is not conditioned on anything
  const swapped = () => vae({ ...parts, prior: parts.decoder });
  expect([incomplete, swapped]).toHaveLength(2);
});
