/** Trains a VAE on digits; the page sees only plain data. */
import { fold, type Key, key, split } from '@genai/core';
import { batches, binarize, imageGrid, type Picture } from '@genai/data';
import { binary, gaussian, standardNormal } from '@genai/distributions';
import { type DenseParams, mlp } from '@genai/nn';
import { normalNoise, owned, scope, uniformNoise } from '@genai/tensor';
import { adam, minimize } from '@genai/train';
import {
  attributeDirection,
  denoise,
  denoising,
  editAttribute,
  elbo,
  encode,
  interpolate,
  latentGrid,
  reconstruct,
  vae,
} from '@genai/vae';
import { add, clipByValue, concat, mul, reshape, type Tensor, tensor2d } from '@tensorflow/tfjs-core';
import { type Lab, serveLab } from './common/serve-lab.js';
import { choosePlane, LIMIT } from './vae/choose-plane.js';
import { fetchDigits, heldOf } from './vae/digits.js';
import { codeAt, type LatentPlane, placeOf } from './vae/latent-plane.js';
import type { PlainDense } from './vae/plain-decoder.js';
import { CLASSES, GRID, HELD, HELD_OF_CLASS, SIDE, WAY_STEPS } from './vae/sizes.js';

export interface VaeOptions {
  readonly latents: '2' | '16';
  /** Whether it sees digits as they are, or through noise. */
  readonly learns: 'reconstruct' | 'denoise';
}

/** A digit that is looked at: the `number`-th of its class among those held back, or one that was drawn. */
export type Subject =
  | { readonly kind: 'held'; readonly digit: number; readonly number: number }
  | { readonly kind: 'drawn'; readonly pixels: Float32Array };

/** What shall be done with the subject. */
export interface Ask {
  readonly subject: Subject;
  /** Deviation of the noise that is added before it is denoised. */
  readonly noise: number;
  /** The digit that it is moved toward, and how far: 1 is the whole way between the means of the two. */
  readonly toward: number;
  readonly strength: number;
}

/** What becomes of the subject. */
export interface VaeEdits {
  readonly seen: Picture;
  readonly again: Picture;
  readonly noisy: Picture;
  readonly clean: Picture;
  readonly edited: Picture;
  /** From the subject to a digit of the other class. */
  readonly way: Picture;
  /** The class of most of the digits whose codes are near. */
  readonly like: number;
  /** Where its code is on the plane, x and y from −1 to 1. */
  readonly place: readonly [number, number];
}

/** What the page is shown of the model as it is. */
export interface VaeLook {
  readonly samples: Picture;
  /** Digits held back above, their reconstructions below. */
  readonly reconstructions: Picture;
  /** The plane, and its GRID × GRID digits. */
  readonly plane: LatentPlane;
  readonly atlas: Picture;
  /** With which the page finds the digit at a place of the plane. */
  readonly decoder: readonly PlainDense[];
  /** The places on it of all digits held back, x and y in turn; the i-th is an i mod 10. */
  readonly places: Float32Array;
}

const PIXELS = SIDE * SIDE;
const SHOWN = 10;
const NEIGHBOURS = 9;

async function setup({ latents: chosen, learns }: VaeOptions, seed: number) {
  const { learnt, held } = await fetchDigits();
  const latents = Number(chosen);
  const model = vae({
    encoder: gaussian(mlp([PIXELS, 256, 128, 2 * latents])), // q(z | x)
    decoder: binary(mlp([latents, 128, 256, PIXELS])), // p(x | z)
    prior: standardNormal(latents), // p(z)
  });
  const [order, pixels] = split(key(seed));
  const data = binarize(batches(learnt, { size: 64, key: order }), { key: pixels }); // grey to 0 or 1, anew each time
  const step = minimize(learns === 'denoise' ? denoising(model, noisy) : elbo(model), adam(2e-3));
  const now = { codes: undefined as Float32Array | undefined, plane: undefined as LatentPlane | undefined };
  return { model, held, now, step, data };
}

type VaeLab = Lab<VaeOptions, Awaited<ReturnType<typeof setup>>>;

export const job = serveLab('vae', setup, {
  /** Draws of the prior, digits held back beside their reconstructions, and the plane. */
  look: async (lab: VaeLab): Promise<VaeLook> => {
    const { model, held } = lab.parts;
    const { params } = lab.state;
    using all = owned(await held.read(Uint32Array.from({ length: HELD }, (_, i) => i))); // (300, 784)
    using code = owned({ means: encode(model, params, all) }); // (300, latents)
    const codes = (await code.means.data<'float32'>()).slice();
    const plane = await choosePlane(model, params, all, codes);
    Object.assign(lab.parts.now, { codes, plane });
    using first = owned(await held.read(Uint32Array.from({ length: SHOWN }, (_, i) => i))); // (10, 784)
    using shown = owned(
      scope(() => ({
        samples: model.decode(params, model.prior(params).sample(keyOf(lab, 0), [2 * SHOWN])).mean(), // (20, 784)
        both: concat([first, reconstruct(model, params, first)]), // (20, 784)
        atlas:
          lab.head.options.latents === '2'
            ? latentGrid(model, params, { rows: GRID, axes: [1, 0], limit: LIMIT }) // (12, 12, 784)
            : model.decode(params, codesOf(plane)).mean(), // (144, 784)
      })),
    );
    const latents = codes.length / HELD;
    const places = Array.from({ length: HELD }, (_, i) =>
      placeOf(plane, codes.subarray(i * latents, (i + 1) * latents)),
    );
    return {
      samples: await picture(shown.samples, SHOWN),
      reconstructions: await picture(shown.both, SHOWN),
      plane,
      atlas: await picture(shown.atlas, GRID, 0),
      decoder: await Promise.all(params.decoder.map(plainly)),
      places: Float32Array.from(places.flat()),
    };
  },

  /** All that is done with one digit. */
  edit: async (lab: VaeLab, { subject, noise, toward, strength }: Ask): Promise<VaeEdits> => {
    const { model, held, now } = lab.parts;
    const { params } = lab.state;
    const read = (indices: Uint32Array) => held.read(indices) as Promise<Tensor>;
    using x = owned(
      subject.kind === 'drawn'
        ? tensor2d(subject.pixels, [1, PIXELS])
        : await read(heldOf(subject.digit, subject.number + 1).slice(-1)),
    ); // (1, 784)
    using code = owned({ mean: encode(model, params, x) }); // (1, latents)
    const z = (await code.mean.data<'float32'>()).slice();
    const like = now.codes ? likeliestClass(now.codes, z) : 0;
    using withAttribute = owned(await read(heldOf(toward, HELD_OF_CLASS))); // (30, 784)
    using without = owned(await read(heldOf(like, HELD_OF_CLASS)));
    using other = owned(await read(heldOf(toward, 1))); // (1, 784)
    using made = owned(
      scope(() => {
        const seen = clipByValue(add(x, mul(normalNoise(keyOf(lab, 1), [1, PIXELS]), noise)), 0, 1); // (1, 784)
        const direction = attributeDirection(model, params, { withAttribute, without }); // (latents)
        const edited = editAttribute(model, params, x, direction, strength); // (1, 784)
        const way = reshape(interpolate(model, params, x, other, { steps: WAY_STEPS }), [WAY_STEPS, PIXELS]); // (8, 784)
        const one = concat([x, reconstruct(model, params, x), seen, denoise(model, params, seen), edited]); // (5, 784)
        return { all: concat([one, way]) }; // (13, 784)
      }),
    );
    const pixels = await made.all.data<'float32'>();
    const [seen, again, before, clean, edited] = Array.from({ length: 5 }, (_, i) => single(pixels, i));
    const way = imageGrid(
      { data: pixels.slice(5 * PIXELS), shape: [WAY_STEPS, SIDE, SIDE] },
      { columns: WAY_STEPS, padding: 0 },
    );
    const place = now.plane ? placeOf(now.plane, z) : ([0, 0] as const);
    return { seen: seen!, again: again!, noisy: before!, clean: clean!, edited: edited!, way, like, place };
  },
});

/** Noise of any strength up to 1, so that the model knows them all. */
function noisy(x: Tensor, k: Key): Tensor {
  const [strength, noise] = split(k);
  return scope(() => {
    const deviation = uniformNoise(strength, [x.shape[0]!, 1]); // (batch, 1)
    return clipByValue(add(x, mul(normalNoise(noise, x.shape), deviation)), 0, 1); // (batch, 784)
  });
}

/** Keys of looks: always the same, so that what changes is the model. */
function keyOf(lab: VaeLab, use: number): Key {
  return fold(key(lab.head.seed + 1), use);
}

function codesOf(plane: LatentPlane): Tensor {
  const at = (i: number): number => (2 * i) / (GRID - 1) - 1;
  const codes = Array.from({ length: GRID ** 2 }, (_, i) => codeAt(plane, at(i % GRID), at(Math.floor(i / GRID))));
  return tensor2d(
    codes.flatMap((code) => [...code]),
    [GRID ** 2, plane.origin.length],
  );
}

/** The class of most of the digits whose codes are nearest: classes are no balls in the latent space. */
function likeliestClass(codes: Float32Array, z: Float32Array): number {
  const distance = (row: number): number => z.reduce((sum, v, i) => sum + (v - codes[row * z.length + i]!) ** 2, 0);
  const near = Array.from({ length: HELD }, (_, row) => ({ digit: row % CLASSES, far: distance(row) }))
    .sort((a, b) => a.far - b.far)
    .slice(0, NEIGHBOURS);
  const votes = Array.from({ length: CLASSES }, (_, digit) => near.filter((one) => one.digit === digit).length);
  return votes.indexOf(Math.max(...votes));
}

/** A layer off the engine, into arrays of its own. */
async function plainly({ weight, bias }: DenseParams): Promise<PlainDense> {
  const [w, b] = await Promise.all([weight.data<'float32'>(), bias!.data<'float32'>()]);
  return { weight: w.slice(), bias: b.slice() };
}

async function picture(images: Tensor, columns: number, padding = 1): Promise<Picture> {
  const data = await images.data<'float32'>();
  return imageGrid({ data, shape: [data.length / PIXELS, SIDE, SIDE] }, { columns, padding, background: 64 });
}

function single(pixels: Float32Array, index: number): Picture {
  const data = pixels.slice(index * PIXELS, (index + 1) * PIXELS);
  return imageGrid({ data, shape: [1, SIDE, SIDE] });
}
