import { join } from 'node:path';
import { save } from '@genai/checkpoint';
import { directory } from '@genai/checkpoint/node';
import { disposeTree, key, type Tree } from '@genai/core';
import { batches, type Dataset } from '@genai/data';
import { evaluate, importanceWeightedNll } from '@genai/eval';
import type { Tensor } from '@tensorflow/tfjs-core';
import { number } from '../progress.js';
import type { Finding, ReproContext, Reproduction } from './protocol.js';
import { trainVae, type VaeTraining } from './train-vae.js';

/** A published likelihood of binary images, and how ours comes about. */
export interface Likelihood<P extends Tree<Tensor>, M extends string> {
  readonly what: string;
  readonly published: string;
  readonly source: string;
  readonly training: VaeTraining<P, M>;
  /** Binary vectors to measure. */
  readonly test: Dataset<Tensor>;
  readonly protocol: string;
}

/** Draws of z for each image: a first look, and as many as the published figures take. */
const [FEW_DRAWS, DRAWS] = [500, 5000];

/** Trains, keeps the averaged parameters in the context's folder, and measures their importance-weighted NLL of the test images. */
export async function likelihood<P extends Tree<Tensor>, M extends string>(
  { what, published, source, training, test, protocol }: Likelihood<P, M>,
  context: ReproContext,
): Promise<Reproduction> {
  const { seed, folder, bar, signal } = context;
  const { params, steps, stopped } = await trainVae(training, context);
  try {
    if (stopped) return { findings: [], protocol: '', steps, stopped };
    await save(directory(join(folder, 'model')), params, { metadata: { what, seed: String(seed) } });
    bar.note(`what is measured is kept in ${join(folder, 'model')}`);
    const measured = async (samples: number): Promise<Finding> => {
      bar.note(`measuring ${test.length} test images with ${samples} draws each`);
      const { nll } = await evaluate(training.model, params, {
        data: batches(test, { size: 100, epochs: 1, last: 'keep' }),
        key: key(seed),
        metrics: { nll: importanceWeightedNll({ samples, chunk: 50 }) },
        signal,
      });
      bar.note(`${number(nll.mean)} ± ${number(nll.standardError)} nats`);
      return {
        what,
        metric: `importance-weighted NLL, ${samples.toLocaleString('en')} draws`,
        unit: 'nats an image',
        lowerIsBetter: true,
        published,
        source,
        ours: nll.mean,
        standardError: nll.standardError,
      };
    };
    return { findings: [await measured(FEW_DRAWS), await measured(DRAWS)], protocol, steps, stopped: false };
  } finally {
    disposeTree(params as Tree<Tensor>);
  }
}
