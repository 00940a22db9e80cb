import type { LowerBound, Model } from '@genai/core';
import { batches, map } from '@genai/data';
import { bitsPerDimBound, evaluate } from '@genai/eval';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Measured, MeasureOptions } from '../trainable.js';
import type { BuiltFlowParams } from './build-flow.js';
import type { FLOW_METRICS } from './flow-presets.js';
import { integers } from './integers.js';

/** Averages over the held-out images, each taken once. */
export async function measureFlow(
  model: Model<BuiltFlowParams, LowerBound<Tensor>>,
  params: BuiltFlowParams,
  { data: { test }, names, samples, batch, key, signal }: MeasureOptions,
): Promise<Measured> {
  const known = { bitsPerDimBound: bitsPerDimBound({ samples }) };
  const wanted = names as readonly (typeof FLOW_METRICS)[number][];
  const scores = await evaluate(model, params, {
    data: map(batches(test, { size: batch, epochs: 1, last: 'keep' }), integers),
    key,
    metrics: Object.fromEntries(wanted.map((name) => [name, known[name]])),
    ...(signal && { signal }),
  });
  return {
    scores: Object.fromEntries(
      Object.entries(scores).map(([name, { mean, standardError, unit = '' }]) => [name, { mean, standardError, unit }]),
    ),
  };
}
