import type { ContinuousBatch, ContinuousBatchOptions, DecodeOptions, Generation } from '@genai/autoregressive';
import type { Batches, Key } from '@genai/core';
import type { TextData } from '../../text-data.js';
import type { AnyStep, Batch, Measured, Params } from '../trainable.js';

export interface MeasureTextOptions {
  readonly data: TextData;
  readonly names: readonly string[];
  /** Resamples of pieces of the text, or of dialogues, for intervals; none unless given. */
  readonly bootstrap?: number | undefined;
  readonly key: Key;
  readonly signal?: AbortSignal;
}

/** A model of text as the commands see it. */
export interface TextTrainable {
  /** Fresh `params`, whose form a checkpoint must have. */
  readonly init: (key: Key) => Params;
  /** One move of training. */
  readonly step: AnyStep;
  /** The training text as `step` takes it. */
  readonly batches: (data: TextData, keys: { readonly order: Key }) => Batches<Batch>;
  /** The metric of a step that is shown, and its unit. */
  readonly headline: { readonly metric: string; readonly unit: string };
  /** Tokens after a prompt. */
  readonly generate: <A>(
    params: Params,
    options: Omit<DecodeOptions<void, A>, 'guidance'> & { readonly prompt: readonly number[] },
  ) => Generation;
  /** Tokens after many prompts that come and go. */
  readonly batch: (params: Params, options?: ContinuousBatchOptions) => ContinuousBatch;
  /** The most tokens a sequence may have, if there is a limit. */
  readonly longest: number | undefined;
  readonly measure: (params: Params, options: MeasureTextOptions) => Promise<Measured>;
}
