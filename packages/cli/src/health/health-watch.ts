import { fold, GenaiError, type Key } from '@genai/core';
import { type SampleHealth, sampleHealth } from '@genai/eval';
import { owned, scope } from '@genai/tensor';
import { type ImageData, labelledOf } from '../image-data.js';
import { type FeatureRows, featuresOfData, featuresOfImages, spread } from '../model/feature-rows.js';
import { type Features, featuresFor } from '../model/features.js';
import { labelsOf } from '../model/labels-of.js';
import type { Params, Trainable } from '../model/trainable.js';
import { number } from '../progress.js';
import { trainingLog } from '../training-log.js';

/** One look at a model that learns: losses and slopes as the step told them, and its samples beside the data. */
export type HealthReport = SampleHealth & {
  readonly step: number;
  /** What the distances are taken on. */
  readonly features: string;
  readonly metrics: { readonly [name: string]: number };
};

/** Looks at a model now and then while it trains, and writes down what it sees. */
export interface HealthWatch {
  /** Measures, adds a line to the log, and gives that line for people. It changes nothing of the run. */
  readonly look: (step: number, params: Params, metrics: { readonly [name: string]: number }) => Promise<string>;
  /** What was seen last. */
  readonly last: () => HealthReport | undefined;
}

export interface HealthOptions {
  readonly trainable: Trainable;
  readonly data: ImageData;
  /** The class of each sample is that of a real image, where the model is given one. */
  readonly conditional: boolean;
  /** A key of its own: the run draws nothing from it. */
  readonly key: Key;
  /** The log, and the step after which it is cut off. */
  readonly path: string;
  readonly from: number;
}

/** Pictures of each kind that are looked at. */
const MOST = 1_000;

/** A watch over a model whose losses do not tell how well it is. */
export async function healthWatch(options: HealthOptions): Promise<HealthWatch> {
  const { trainable, data, conditional, key } = options;
  const log = await trainingLog(options.path, options.from);
  const features = await featuresFor(data.shape);
  const indices = spread(data.train.length, MOST);
  let real: FeatureRows | undefined;
  let labels: readonly number[] | undefined;
  let last: HealthReport | undefined;

  const samples = async (step: number, params: Params): Promise<FeatureRows> => {
    if (conditional) labels ??= await labelsOf(labelledOf(data, 'the model').train, indices);
    const asked = { count: indices.length, ...(labels && { labels }) };
    using drawn = owned({ images: scope(() => trainable.draw(params, fold(key, step), asked)) });
    return await featuresOfImages(drawn.images, features); // before they are freed
  };
  return {
    look: async (step, params, metrics) => {
      try {
        real ??= await featuresOfData(data.train, indices, features);
        const seen = await sampleHealth(real, await samples(step, params));
        const told = (trainable.health ?? []).flatMap((name) =>
          metrics[name] === undefined ? [] : [[name, metrics[name]] as const],
        );
        last = { step, features: features.name, metrics: Object.fromEntries(told), ...seen };
        log.add(step, { features: features.name, ...last.metrics, ...seen });
        await log.flush();
        return lineOf(last, features);
      } catch (error) {
        // A look that fails (too few pictures) is no reason to end a run.
        if (!GenaiError.is(error)) throw error;
        return `health at step ${step} cannot be told: ${error.message}`;
      }
    },
    last: () => last,
  };
}

function lineOf(report: HealthReport, { name }: Features): string {
  const two = (value: number): string => value.toFixed(2);
  const told = Object.entries(report.metrics).map(([name, value]) => `${name} ${number(value)}`);
  return [
    `health at step ${report.step}: ${report.why}`,
    `frechet ${number(report.frechet)}, precision ${two(report.precision)}, recall ${two(report.recall)},`,
    `density ${two(report.density)}, coverage ${two(report.coverage)}, variety ${two(report.variety)},`,
    `copies ${two(report.copies)} (${name}); ${told.join(', ')}`,
  ].join(' ');
}
