import { key, type Layer, type Objective, sizeOf } from '@genai/core';
import type { Dataset } from '@genai/data';
import { binary, gaussian, standardNormal } from '@genai/distributions';
import { type DenseParams, glorotUniform, mlp } from '@genai/nn';
import { owned, scope } from '@genai/tensor';
import { elbo, iwae, type VaeParams, vae } from '@genai/vae';
import { clipByValue, mean, type Tensor, tanh, tensor1d } from '@tensorflow/tfjs-core';
import { imageData } from '../image-data.js';
import { likelihood } from './likelihood.js';
import { dataOptions, type Protocol, type ReproContext, type Reproduction } from './protocol.js';
import { DECAY } from './train-vae.js';
import { binarizedOnce, vectors } from './vectors.js';

/** MNIST binarised anew at every step, the ELBO. */
export const vaeMnist: Protocol = {
  name: 'vae-mnist',
  about: 'VAE trained by the ELBO: NLL of MNIST, binarised anew at every step',
  run: (context) => mnist(context, { what: 'VAE', published: '86.76', samples: 1 }),
};

/** The same nets, trained by the importance-weighted bound. */
export const iwaeMnist: Protocol = {
  name: 'iwae-mnist',
  about: 'the same trained by the importance-weighted bound of 5 draws',
  run: (context) => mnist(context, { what: 'IWAE, 5 draws', published: '85.54', samples: 5 }),
};

const RATE = 2e-3;
const BATCH = 50;
const EPOCHS = 300;

type Params = VaeParams<readonly DenseParams[], readonly DenseParams[], Record<string, never>>;

async function mnist(
  context: ReproContext,
  { what, published, samples }: { readonly what: string; readonly published: string; readonly samples: number },
): Promise<Reproduction> {
  const { train, test, shape } = await imageData(context.data ?? 'mnist', context.cwd, dataOptions(context));
  const inputs = sizeOf(shape);
  const layers = { activation: tanh, initializer: glorotUniform };
  const images = vectors(train);
  const model = vae({
    encoder: gaussian(mlp([inputs, 200, 200, 100], layers)),
    decoder: binary(beginningAt(await meanLogits(images), mlp([50, 200, 200, inputs], layers))),
    prior: standardNormal(50),
  });
  const objective: Objective<Tensor, Params> =
    samples === 1 ? elbo(model) : iwae(model, { samples, doublyReparameterised: true });
  const planned = samples === 1 ? EPOCHS : 500;
  const epochs = Math.min(planned, context.limit ?? planned);
  return likelihood(
    {
      what,
      published,
      source: 'Burda, Grosse, Salakhutdinov 2016, "Importance weighted autoencoders", table 1 (one stochastic layer)',
      training: {
        model,
        train: images,
        batch: BATCH,
        epochs,
        rate: RATE,

        objective: () => objective,
      },
      test: await binarizedOnce(vectors(test), key(778)),
      protocol:
        `${train.length} images to train on, binarised anew at every step, ${test.length} to measure, binarised once. Layers ${inputs}-200-200-50 with tanh and back, the last bias at first the logits of the mean image, ` +
        `batch ${BATCH}, Adam, ${epochs} epochs with a rate that falls from ${RATE} to a hundredth along a cosine, ` +
        `parameters averaged over ${DECAY}${samples === 1 ? '' : ', the doubly reparameterised gradient of the bound (Tucker et al. 2019)'}. Published: the same nets, batch 20, Adam with epsilon 1e-4, 3,280 epochs with a rate that falls in eight steps from 1e-3 to 1e-4, no average.`,
    },
    context,
  );
}

/** The net, its last bias at first these numbers. */
function beginningAt(
  bias: Float32Array,
  net: Layer<Tensor, readonly DenseParams[]>,
): Layer<Tensor, readonly DenseParams[]> {
  return {
    init: (key) =>
      scope(() => {
        const layers = net.init(key);
        return [...layers.slice(0, -1), { weight: layers.at(-1)!.weight, bias: tensor1d(bias) }];
      }),
    apply: net.apply,
  };
}

/** log(p / (1 − p)) of each pixel's mean p over the images, kept within 0.001 of 0 and 1; (features). */
async function meanLogits(images: Dataset<Tensor>): Promise<Float32Array> {
  using all = owned({ x: await images.read(Uint32Array.from({ length: images.length }, (_, i) => i)) });
  using means = owned({ p: scope(() => clipByValue(mean(all.x, 0), 1e-3, 1 - 1e-3)) });
  return Float32Array.from(await means.p.data(), (p) => Math.log(p / (1 - p)));
}
