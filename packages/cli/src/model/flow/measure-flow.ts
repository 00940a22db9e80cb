import type { LowerBound, Model } from '@genai/core';
import { batches, map } from '@genai/data';
import { bitsPerDimBound } from '@genai/eval';
import type { Tensor } from '@tensorflow/tfjs-core';
import { evaluated, measurements } from '../evaluated.js';
import type { Measured, MeasureOptions } from '../trainable.js';
import type { BuiltFlowParams } from './build-flow.js';
import type { FLOW_METRICS } from './flow-presets.js';
import { integers } from './integers.js';

/** Averages over the held-out images, each taken once. */
export async function measureFlow(
  model: Model<BuiltFlowParams, LowerBound<Tensor>>,
  params: BuiltFlowParams,
  { data: { test }, names, samples, batch, bootstrap, key, signal }: MeasureOptions,
): Promise<Measured> {
  const known = { bitsPerDimBound: bitsPerDimBound({ samples }) };
  const wanted = names as readonly (typeof FLOW_METRICS)[number][];
  const scores = await evaluated(model, params, {
    data: map(batches(test, { size: batch, epochs: 1, last: 'keep' }), integers),
    key,
    bootstrap,
    metrics: Object.fromEntries(wanted.map((name) => [name, known[name]])),
    ...(signal && { signal }),
  });
  return { scores: measurements(scores) };
}
