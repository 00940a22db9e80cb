/** Trains a GAN that designs clothes of the kind that it is asked for; the page sees only plain data. */
import { fold, type Key, key, split } from '@genai/core';
import { batches, imageGrid, type Picture } from '@genai/data';
import { interpolateCodes, truncated } from '@genai/gan';
import { owned, scope } from '@genai/tensor';
import { add, fill, mul, reshape, type Tensor, tensor1d, tile, unstack } from '@tensorflow/tfjs-core';
import { type Lab, serveLab } from './common/serve-lab.js';
import { clothesGan, clothesStep } from './gan/clothes-gan.js';
import { fetchFashion } from './gan/fetch-fashion.js';
import { countRecognised, fetchJudge } from './gan/judge.js';
import { ACROSS, JUDGED, KINDS, SHOWN, SIDE, WAY_STEPS } from './gan/sizes.js';

/** There is nothing to choose before it starts. */
export type FashionOptions = Record<string, never>;

/** What the page wants to see. */
export interface FashionAsk {
  /** Which of KINDS. */
  readonly kind: number;
  /** Codes are drawn within ± this. */
  readonly within: number;
  /** Which way is gone from a design to another: an integer of at least 0. */
  readonly way: number;
}

/** What the page is shown. */
export interface FashionLook {
  /** A design of each kind, of one code. */
  readonly kinds: readonly Picture[];
  /** Designs of the kind, and real pictures of it. */
  readonly designs: Picture;
  readonly real: Picture;
  /** From a design to another, through the codes between theirs. */
  readonly way: Picture;
}

const BATCH = 32;

async function setup(_: FashionOptions, seed: number) {
  const clothes = await fetchFashion();
  const model = clothesGan();
  const [order] = split(key(seed));
  const now = { judge: undefined as Uint8Array | undefined };
  return { model, clothes, now, step: clothesStep(model), data: batches(clothes, { size: BATCH, key: order }) };
}

type FashionLab = Lab<FashionOptions, Awaited<ReturnType<typeof setup>>>;

export const job = serveLab('fashion', setup, {
  designs: async (lab: FashionLab, { kind, within, way }: FashionAsk): Promise<FashionLook> => {
    const { model, clothes } = lab.parts;
    const params = paramsOf(lab);
    const typical = truncated(model, within);
    using real = owned(await clothes.read(Uint32Array.from({ length: SHOWN }, (_, i) => kind + KINDS.length * i))); // (24, 28, 28, 1)
    using made = owned(
      scope(() => {
        const same = tile(typical.prior().sample(keyOf(lab, 0), [1]), [KINDS.length, 1]); // (10, latents)
        const ends = typical.prior().sample(keyOf(lab, 2 + way), [2]); // (2, latents)
        const [from, to] = unstack(reshape(ends, [2, 1, -1])); // each (1, latents)
        const context = fill([1], kind, 'int32');
        return {
          kinds: shown(model.generate(params.generator, same, everyKind())), // (10, 28, 28, 1)
          designs: shown(typical.given(params, fill([SHOWN], kind, 'int32')).sample(keyOf(lab, 1))), // (24, 28, 28, 1)
          real: shown(real.x),
          way: shown(interpolateCodes(model, params, from!, to!, { steps: WAY_STEPS, spherical: true, context })), // (8, 1, 28, 28, 1)
        };
      }),
    );
    const kinds = await made.kinds.data<'float32'>();
    const pixels = SIDE ** 2;
    return {
      kinds: KINDS.map((_, i) => grid(kinds.slice(i * pixels, (i + 1) * pixels), 1)),
      designs: grid(await made.designs.data<'float32'>(), ACROSS),
      real: grid(await made.real.data<'float32'>(), ACROSS),
      way: grid(await made.way.data<'float32'>(), WAY_STEPS, 0),
    };
  },

  /** How many of JUDGED designs, as many of each kind, are taken for that kind by a judge whose weights are at `address`. */
  judge: async (lab: FashionLab, within: number, address: string): Promise<number> => {
    const { model, now } = lab.parts;
    now.judge ??= await fetchJudge(address);
    const asked = Int32Array.from({ length: JUDGED }, (_, i) => i % KINDS.length);
    using made = owned(
      scope(() => {
        const kinds = tensor1d(asked, 'int32');
        return { kinds, x: shown(truncated(model, within).given(paramsOf(lab), kinds).sample(keyOf(lab, 1))) }; // (100, 28, 28, 1)
      }),
    );
    return await countRecognised(now.judge, made.x, made.kinds);
  },
});

/** The average of the generator designs. */
function paramsOf({ state }: FashionLab) {
  return { ...state.params, generator: state.average };
}

/** Keys of looks: always the same, so that what changes is the model. */
function keyOf(lab: FashionLab, use: number): Key {
  return fold(key(lab.head.seed + 1), use);
}

function everyKind(): Tensor {
  return tensor1d(
    Int32Array.from(KINDS, (_, i) => i),
    'int32',
  );
}

/** From [−1, 1] to [0, 1]. */
function shown(x: Tensor): Tensor {
  return mul(add(x, 1), 0.5);
}

function grid(data: Float32Array, columns: number, padding = 1): Picture {
  return imageGrid({ data, shape: [data.length / SIDE ** 2, SIDE, SIDE] }, { columns, padding, background: 64 });
}
