import { resolve } from 'node:path';
import { disposeTree, key } from '@genai/core';
import { take } from '@genai/data';
import { engineLabel, startEngine } from '../engine.js';
import { imageData } from '../image-data.js';
import type { Io } from '../io.js';
import { loadModel } from '../model/checkpoint.js';
import { METRICS, type MetricName, measure } from '../model/measure.js';
import { suggest } from '../nearest.js';
import type { Outcome } from '../outcome.js';
import { number } from '../progress.js';
import { UsageError } from '../usage-error.js';

export interface EvalCommandOptions {
  readonly folder: string;
  readonly data: string;
  readonly download?: boolean;
  readonly metrics?: string;
  readonly count?: number;
  readonly samples: number;
  readonly batch: number;
  readonly seed: number;
  readonly backend: string;
  readonly json?: boolean;
}

/** `genai eval`: measures a model on the held-out part of some data, in nats. */
export async function evaluation(options: EvalCommandOptions, io: Io): Promise<Outcome> {
  const { folder, samples, batch, seed } = options;
  const names = metricNames(options.metrics);
  const engine = engineLabel(await startEngine(options.backend));
  const { config, model, params } = await loadModel(resolve(io.cwd, folder), folder);
  try {
    const { test, shape } = await imageData(options.data, io.cwd, {
      download: options.download ?? false,
      signal: io.signal,
    });
    if (String(shape) !== String(config.data.shape)) {
      throw new UsageError(
        `${options.data} has images of shape [${shape.join(', ')}], the model of ${folder} takes [${config.data.shape.join(', ')}].`,
      );
    }
    if (options.count !== undefined && options.count > test.length) {
      throw new UsageError(
        `--count ${options.count} is more than the ${test.length} held-out images of ${options.data}.`,
      );
    }
    const data = options.count === undefined ? test : take(test, options.count);
    const scores = await measure(model, params, { data, names, samples, batch, key: key(seed), signal: io.signal });
    if (!options.json) {
      for (const [name, { mean, standardError }] of Object.entries(scores)) {
        io.stdout.write(`${name}  ${number(mean)} ± ${number(standardError)} nats\n`);
      }
    }
    const column = (field: 'mean' | 'standardError') =>
      Object.fromEntries(Object.entries(scores).map(([name, score]) => [name, score[field]]));
    return {
      metrics: column('mean'),
      details: { engine, standardErrors: column('standardError'), examples: data.length, samples },
    };
  } finally {
    disposeTree(params);
  }
}

function metricNames(list: string | undefined): readonly MetricName[] {
  if (list === undefined) return METRICS;
  return list.split(',').map((text) => {
    const name = METRICS.find((known) => known === text.trim());
    if (name === undefined) throw new UsageError(`unknown metric "${text.trim()}". ${suggest(text.trim(), METRICS)}`);
    return name;
  });
}
