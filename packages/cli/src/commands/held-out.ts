import { selectRows, take } from '@genai/data';
import { expectLabels, type ImageData, imageData } from '../image-data.js';
import type { Io } from '../io.js';
import type { Loaded } from '../model/checkpoint.js';
import type { RunData } from '../model/data-kind.js';
import { tableData } from '../table-data.js';
import { textData } from '../text-data.js';
import { UsageError } from '../usage-error.js';

export interface HeldOutOptions {
  /** The SPEC. */
  readonly data: string;
  readonly download?: boolean;
  readonly count?: number;
}

export interface HeldOut {
  readonly data: RunData;
  /** Images, rows, or characters. */
  readonly count: number;
}

/**
 * The data that models are measured on, their held-out part cut to so many examples as were asked for.
 *
 * @throws UsageError if a model reads data of another kind or form, or there are fewer examples.
 */
export async function heldOut(
  models: readonly Loaded[],
  folders: readonly string[],
  options: HeldOutOptions,
  io: Io,
): Promise<HeldOut> {
  const [{ reads }] = models as [Loaded, ...Loaded[]];
  const other = models.findIndex((model) => model.reads !== reads);
  if (other >= 0) {
    throw new UsageError(
      `${folders[0]} is a model of ${WORDS[reads]}, ${folders[other]} of ${WORDS[models[other]!.reads]}. Compare models of one kind of data.`,
    );
  }
  if (reads === 'table') return heldOutRows(options, io);
  return reads === 'text' ? heldOutText(options, io) : heldOutImages(models, folders, options, io);
}

const WORDS = { images: 'images', text: 'text', table: 'tables' } as const;

async function heldOutImages(
  models: readonly Loaded[],
  folders: readonly string[],
  { data: spec, download = false, count: asked }: HeldOutOptions,
  io: Io,
): Promise<HeldOut> {
  const data = await imageData(spec, io.cwd, { download, signal: io.signal });
  for (const [i, { reads, config }] of models.entries()) {
    if (reads !== 'images') continue;
    if (String(data.shape) !== String(config.data.shape)) {
      throw new UsageError(
        `${spec} has images of shape [${data.shape.join(', ')}], the model of ${folders[i]} takes [${config.data.shape.join(', ')}].`,
      );
    }
    await expectLabels(data, config.preset, config.data.classes);
  }
  const count = asked ?? data.test.length;
  if (count > data.test.length) {
    throw new UsageError(`--count ${count} is more than the ${data.test.length} held-out images of ${spec}.`);
  }
  return { data: cut(data, count), count };
}

async function heldOutRows({ data: spec, count: asked }: HeldOutOptions, { cwd }: Io): Promise<HeldOut> {
  const data = await tableData(spec, cwd);
  const count = asked ?? data.test.length;
  if (count > data.test.length) {
    throw new UsageError(`--count ${count} is more than the ${data.test.length} held-out rows of ${spec}.`);
  }
  const rows = Array.from({ length: count }, (_, row) => row);
  return { data: { ...data, test: selectRows(data.test, rows) }, count };
}

/** Of a text, `--count` is the number of characters held out that are measured. */
async function heldOutText({ data: spec, count: asked }: HeldOutOptions, { cwd }: Io): Promise<HeldOut> {
  const data = await textData(spec, cwd);
  if (data.dialogues && asked !== undefined) throw new UsageError('--count cannot cut dialogues. Leave it out.');
  const count = asked ?? data.test.length;
  if (count > data.test.length) {
    throw new UsageError(`--count ${count} is more than the ${data.test.length} held-out characters of ${spec}.`);
  }
  return { data: { ...data, test: data.test.slice(0, count) }, count };
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
