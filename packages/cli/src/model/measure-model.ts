import { GenaiError, type Key } from '@genai/core';
import { signature } from '@genai/eval';
import type { ImageData } from '../image-data.js';
import type { TableData } from '../table-data.js';
import type { TextData } from '../text-data.js';
import type { Loaded } from './checkpoint.js';
import type { RunData } from './data-kind.js';
import { measureSamples } from './measure-samples.js';
import { SAMPLE_METRICS } from './sample-metrics.js';
import { drawTexts, measureDrawn } from './text/measure-drawn.js';
import { DRAWN_TEXT_METRICS } from './text/text-presets.js';
import type { Measured } from './trainable.js';

export interface MeasureModelOptions {
  /** Metrics of the model's family. */
  readonly names: readonly string[];
  /** Draws of z for each image of the importance-weighted bound. */
  readonly samples: number;
  readonly batch: number;
  /** Images or texts that are drawn for metrics of samples. */
  readonly drawn?: number | undefined;
  /** Texts to draw for looking at, where no metric asks for more. */
  readonly texts?: number | undefined;
  /** Resamples for intervals of means over images, rows or pieces of text. */
  readonly bootstrap?: number | undefined;
  /** Whether metrics of samples that cannot be had are left out, and why noted, instead of thrown. */
  readonly lenient?: boolean | undefined;
  readonly key: Key;
  readonly signal: AbortSignal;
}

/** What was measured of one model. */
export interface MeasuredModel extends Measured {
  /** Images or texts drawn, where any were. */
  readonly drawn?: number;
  readonly texts?: readonly string[];
  /** Why something was left out. */
  readonly notes: readonly string[];
}

/** Texts drawn unless told otherwise, and the most tokens of each. */
const TEXTS = 32;
const LENGTH = 200;

/** Measures a model on data of the kind that it reads: what its family tells of it, then what its samples tell. */
export async function measureModel(model: Loaded, data: RunData, options: MeasureModelOptions): Promise<MeasuredModel> {
  const notes: string[] = [];
  const found = await foundOf(model, data, options, notes);
  const { scores } = found;
  const names = options.names.filter((name) => scores[name]);
  return {
    ...found,
    scores: Object.fromEntries(names.map((name) => [name, scores[name]!])),
    signatures: Object.fromEntries(
      names.map((name) => [name, found.signatures?.[name] ?? ownSignature(name, data, options)]),
    ),
    notes,
  };
}

type Found = Omit<MeasuredModel, 'notes'>;

function foundOf(model: Loaded, data: RunData, options: MeasureModelOptions, notes: string[]): Promise<Found> {
  if (model.reads === 'text') return ofText(model, data as TextData, options, notes);
  if (model.reads === 'table') return ofTable(model, data as TableData, options, notes);
  return ofImages(model, data as ImageData, options, notes);
}

async function ofTable(
  { trainable, params }: Loaded & { readonly reads: 'table' },
  data: TableData,
  { names, lenient, ...options }: MeasureModelOptions,
  notes: string[],
): Promise<Found> {
  let found: Found = { scores: {} };
  for (const name of names) {
    const one = await attempted(notes, lenient, () => trainable.measure(params, { ...options, data, names: [name] }));
    if (!one) continue;
    found = {
      scores: { ...found.scores, ...one.scores },
      signatures: { ...found.signatures, ...one.signatures },
      ...(one.signatures?.[name] !== undefined && { drawn: options.drawn ?? data.test.length }),
    };
  }
  return found;
}

async function ofImages(
  { trainable, config, params }: Loaded & { readonly reads: 'images' },
  data: ImageData,
  { names, samples, batch, drawn, bootstrap, lenient, key, signal }: MeasureModelOptions,
  notes: string[],
): Promise<Found> {
  const [own, ofSamples] = parted(names, SAMPLE_METRICS);
  const told =
    own.length > 0
      ? await trainable.measure?.(params, { data, names: own, samples, batch, bootstrap, key, signal })
      : undefined;
  if (ofSamples.length === 0) return { scores: {}, ...told };
  const seen = await attempted(notes, lenient, () =>
    measureSamples(trainable.draw, config, params, { data, names: ofSamples, drawn, key, signal }),
  );
  if (!seen) return { scores: {}, ...told };
  return { ...told, ...seen, scores: { ...told?.scores, ...seen.scores }, drawn: drawn ?? data.test.length };
}

async function ofText(
  { trainable, params, tokenizer }: Loaded & { readonly reads: 'text' },
  data: TextData,
  { names, drawn, texts: shown = 0, bootstrap, lenient, key, signal }: MeasureModelOptions,
  notes: string[],
): Promise<Found> {
  const [own, ofSamples] = parted(names, DRAWN_TEXT_METRICS);
  const told =
    own.length > 0 ? await trainable.measure(params, { data, names: own, bootstrap, key, signal }) : undefined;
  const count = ofSamples.length > 0 ? (drawn ?? TEXTS) : shown;
  if (count === 0) return { scores: {}, ...told };
  const texts = await drawTexts(trainable, params, tokenizer, { count, length: LENGTH, key, signal });
  const seen = await attempted(notes, lenient, async () => measureDrawn(texts, ofSamples, { key, length: LENGTH }));
  return { ...told, ...seen, scores: { ...told?.scores, ...seen?.scores }, drawn: count, texts };
}

/** What fixes a metric that is no metric of samples; of images the draws of a batch go by its place. */
function ownSignature(name: string, data: RunData, { samples, batch, bootstrap, key }: MeasureModelOptions): string {
  if (data.kind === 'text') {
    const resampled = bootstrap !== undefined && { bootstrap, key: key.join('.') };
    return signature(name, { characters: data.test.length, ...resampled });
  }
  return signature(name, {
    examples: data.test.length,
    ...(DRAWS_LATENTS.includes(name) && { draws: samples }),
    batch,
    ...(bootstrap !== undefined && { bootstrap }),
    key: key.join('.'),
  });
}

const DRAWS_LATENTS: readonly string[] = ['importanceWeightedNll', 'bitsPerDimBound', 'nllPerRow', 'aboveEntropy'];

/** Those that are not in a list, and those that are. */
function parted(names: readonly string[], list: readonly string[]): [others: string[], listed: string[]] {
  return [names.filter((name) => !list.includes(name)), names.filter((name) => list.includes(name))];
}

async function attempted<T>(notes: string[], lenient = false, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!lenient || !GenaiError.is(error)) throw error;
    notes.push(error.message);
    return undefined;
  }
}
