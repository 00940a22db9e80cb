import { disposeTree, type Key, key, split } from '@genai/core';
import { batches, map } from '@genai/data';
import { type ImageClassifier, type ImageClassifierParams, imageClassifier, labelCoverage } from '@genai/eval';
import { adversarial, dcgan, type Gan, gan, nonSaturating, packed } from '@genai/gan';
import { owned, scope } from '@genai/tensor';
import { adam, compete, ema } from '@genai/train';
import { argMax, reshape, type Tensor, transpose } from '@tensorflow/tfjs-core';
import { signed, unsigned } from '../signed.js';
import { labelledData } from './labelled-data.js';
import type { Protocol, ReproContext, Reproduction } from './protocol.js';
import { accuracy, trainClassifier } from './train-classifier.js';
import { trainKept } from './train-kept.js';

/** Three digits in three channels: a thousand modes. */
export const stackedMnist: Protocol = {
  name: 'stacked-mnist',
  about: 'modes of 1,000 that a GAN finds in triples of digits, told by an own classifier',
  run: stacks,
};

const STEPS = 10_000;
const BATCH = 64;
const RATE = 2e-4;
const WIDTH = 32;
const PACK = 2;
const CLASSIFIER_EPOCHS = 6;
const [DRAWS, ROWS] = [52, 500];

async function stacks(context: ReproContext): Promise<Reproduction> {
  const { seed, limit = STEPS, bar } = context;
  const { train, test } = await labelledData('mnist', context);
  const [runKey, orderKey, drawKey] = split(key(seed), 3);
  const net = imageClassifier();
  const epochs = Math.min(CLASSIFIER_EPOCHS, limit);
  const classifier = await trainClassifier({ net, train, epochs, mirror: false, name: 'classifier' }, context);
  try {
    if (classifier.stopped) return { findings: [], protocol: '', steps: 0, stopped: true };
    const right = await accuracy(net, classifier.params, test);
    bar.note(`the classifier tells ${right.toFixed(2)} % of ${test.length} test digits`);
    const parts = dcgan({ size: 28, channels: 3, width: WIDTH });
    const critic = dcgan({ size: 28, channels: 3 * PACK, width: WIDTH }).critic;
    const model = gan({ ...parts, critic: packed(critic, PACK) });
    const optimizer = () => adam(RATE, { b1: 0.5, b2: 0.999 });
    const contest = compete(adversarial(model, { loss: nonSaturating() }), {
      optimizers: { critic: optimizer(), generator: optimizer() },
    });
    const step = ema(contest, { decay: 0.999, of: ({ generator }) => generator });
    const steps = Math.min(STEPS, limit);
    const digits = map(train, ({ images }) => images);
    const data = map(batches(digits, { size: 3 * BATCH, key: orderKey }), (x) => signed(stacked(x)));
    await using run = await trainKept(step, { name: 'run', data, steps, key: runKey, shown: 'generator' }, context);
    if (run.step < steps) return { findings: [], protocol: '', steps: run.step, stopped: true };
    const keys = split(drawKey, Math.ceil((DRAWS * steps) / STEPS));
    const labels = await told(model, run.state.average, keys, net, classifier.params);
    const { modes, kl } = await labelCoverage(labels, 1_000);
    const common = { what: 'DCGAN, packs of 2', source: SOURCE };
    return {
      findings: [
        {
          ...common,
          metric: 'modes found of 1,000',
          unit: 'modes',
          lowerIsBetter: false,
          published: '1000.0 ± 0.00',
          ours: modes,
        },
        {
          ...common,
          metric: 'KL(samples ‖ uniform)',
          unit: 'nats',
          lowerIsBetter: true,
          published: '0.06 ± 0.003',
          ours: kl,
        },
      ],
      protocol:
        `${steps} steps of ${BATCH} stacks, 28 × 28 × 3; DCGAN of width ${WIDTH} with batch norm, critic of packs of ${PACK}, non-saturating loss, Adam ` +
        `${RATE} (0.5, 0.999), average of the generator over 0.999; ${labels.length} samples, their channels told by a classifier of our own (three convolutions, ` +
        `${epochs} epochs, ${right.toFixed(2)} % right on the test digits). Published: PacDCGAN2 of width 64, 100,000 steps of 64 stacks at the same rate, as many samples, another classifier.`,
      steps,
      stopped: false,
    };
  } finally {
    disposeTree(classifier.params);
  }
}

const SOURCE = 'Lin et al. 2018, "PacGAN", table 2: means of ten runs';

/** Digits (3 · count, size, size, 1) as the channels of stacks (count, size, size, 3). */
function stacked(x: Tensor): Tensor {
  const [all = 0, height = 0, width = 0] = x.shape;
  return transpose(reshape(x, [3, all / 3, height, width]), [1, 2, 3, 0]);
}

/** For each of {@link ROWS} samples a key the number that its three digits make. */
async function told<G, D>(
  model: Gan<G, D>,
  generator: G,
  keys: readonly Key[],
  net: ImageClassifier,
  params: ImageClassifierParams,
): Promise<number[]> {
  const labels: number[] = [];
  for (const drawKey of keys) {
    using found = owned({
      digits: scope(() => {
        const made = model.generate(generator, model.prior().sample(drawKey, [ROWS]));
        const images = unsigned(made); // (rows, size, size, 3)
        const [rows = 0, height = 0, width = 0] = images.shape;
        const single = reshape(transpose(images, [0, 3, 1, 2]), [3 * rows, height, width, 1]);
        return argMax(net.logits(params, single), 1); // (3 · rows)
      }),
    });
    const digits = await found.digits.data();
    for (let at = 0; at < digits.length; at += 3) {
      labels.push(100 * digits[at]! + 10 * digits[at + 1]! + digits[at + 2]!);
    }
  }
  return labels;
}
