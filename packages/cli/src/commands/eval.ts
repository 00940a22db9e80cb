import { resolve } from 'node:path';
import { disposeTree, key } from '@genai/core';
import { take } from '@genai/data';
import { engineLabel, startEngine } from '../engine.js';
import { expectLabels, type ImageData, imageData } from '../image-data.js';
import type { Io } from '../io.js';
import { type Loaded, loadModel } from '../model/checkpoint.js';
import { FAMILIES, type ModelConfig } from '../model/families.js';
import type { Measured } from '../model/trainable.js';
import { suggest } from '../nearest.js';
import type { Outcome } from '../outcome.js';
import { number } from '../progress.js';
import { textData } from '../text-data.js';
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

/** `genai eval`: measures a model on the held-out part of some data. */
export async function evaluation(options: EvalCommandOptions, io: Io): Promise<Outcome> {
  const { folder, samples } = options;
  const asked = askedNames(options.metrics);
  const engine = engineLabel(await startEngine(options.backend));
  const loaded = await loadModel(resolve(io.cwd, folder), folder);
  const { config, params } = loaded;
  try {
    const names = namesFor(config, asked);
    const { scores, features, count } =
      loaded.reads === 'text'
        ? await measuredText(loaded, options, names, io)
        : await measuredImages(loaded, options, names, io);
    const entries = Object.entries(scores);
    if (!options.json) {
      for (const [name, { mean, standardError, unit }] of entries) {
        const error = standardError === undefined ? '' : ` ± ${number(standardError)}`;
        io.stdout.write(`${name}  ${`${number(mean)}${error} ${unit}`.trimEnd()}\n`);
      }
      if (features !== undefined) io.stdout.write(`on ${features}, ${count} images and as many samples\n`);
    }
    return {
      metrics: Object.fromEntries(entries.map(([name, { mean }]) => [name, mean])),
      details: {
        engine,
        standardErrors: Object.fromEntries(
          entries.flatMap(([name, { standardError }]) => (standardError === undefined ? [] : [[name, standardError]])),
        ),
        examples: count,
        samples,
        ...(features !== undefined && { features }),
      },
    };
  } finally {
    disposeTree(params);
  }
}

type Counted = Measured & { readonly count: number };

async function measuredImages(
  { config, trainable, params }: Loaded & { readonly reads: 'images' },
  { folder, data: spec, download = false, count: asked, samples, batch, seed }: EvalCommandOptions,
  names: readonly string[],
  io: Io,
): Promise<Counted> {
  const data = await imageData(spec, io.cwd, { download, signal: io.signal });
  if (String(data.shape) !== String(config.data.shape)) {
    throw new UsageError(
      `${spec} has images of shape [${data.shape.join(', ')}], the model of ${folder} takes [${config.data.shape.join(', ')}].`,
    );
  }
  await expectLabels(data, config.preset, config.data.classes);
  const count = asked ?? data.test.length;
  if (count > data.test.length) {
    throw new UsageError(`--count ${count} is more than the ${data.test.length} held-out images of ${spec}.`);
  }
  const measured = await trainable.measure(params, {
    ...{ data: cut(data, count), names, samples, batch, key: key(seed), signal: io.signal },
  });
  return { ...measured, count };
}

/** Of a text, `--count` is the number of characters held out that are measured. */
async function measuredText(
  { trainable, params }: Loaded & { readonly reads: 'text' },
  { data: spec, count: asked }: EvalCommandOptions,
  names: readonly string[],
  { cwd, signal }: Io,
): Promise<Counted> {
  const data = await textData(spec, cwd);
  if (data.dialogues && asked !== undefined) throw new UsageError('--count cannot cut dialogues. Leave it out.');
  const count = asked ?? data.test.length;
  if (count > data.test.length) {
    throw new UsageError(`--count ${count} is more than the ${data.test.length} held-out characters of ${spec}.`);
  }
  const measured = await trainable.measure(params, {
    data: { ...data, test: data.test.slice(0, count) },
    ...{ names, signal },
  });
  return { ...measured, count };
}

/** The data with only the first `count` held-out images. */
function cut(data: ImageData, count: number): ImageData {
  const { labelled } = data;
  return {
    ...data,
    test: take(data.test, count),
    ...(labelled && { labelled: { ...labelled, test: take(labelled.test, count) } }),
  };
}

/** What `--metrics` lists, each known to some family. */
function askedNames(list: string | undefined): readonly string[] | undefined {
  const known = FAMILIES.flatMap(({ metrics }) => metrics);
  return list?.split(',').map((text) => {
    const name = text.trim();
    if (!known.includes(name)) throw new UsageError(`unknown metric "${name}". ${suggest(name, known)}`);
    return name;
  });
}

function namesFor({ family, preset }: ModelConfig, asked: readonly string[] | undefined): readonly string[] {
  const { metrics } = FAMILIES.find(({ name }) => name === family)!;
  const wrong = asked?.find((name) => !metrics.includes(name));
  if (wrong !== undefined) {
    throw new UsageError(`${wrong} cannot be measured of ${preset}. Known for it: ${metrics.join(', ')}.`);
  }
  return asked ?? metrics;
}
