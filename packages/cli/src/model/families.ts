import { GenaiError } from '@genai/core';
import { tableCodecFrom } from '@genai/data';
import { UsageError } from '../usage-error.js';
import { type ConfigReader, configReader } from './config-reader.js';
import type { Described, Family, OpenedTokenizer, Preset, TableFamily, TextFamily } from './family.js';
import type { FlowConfig } from './flow/flow-config.js';
import { FLOW_METRICS, FLOW_PRESETS } from './flow/flow-presets.js';
import type { GanConfig } from './gan/gan-config.js';
import { GAN_METRICS, GAN_PRESETS } from './gan/gan-presets.js';
import type { PixelsConfig } from './pixels/pixels-config.js';
import { PIXELS_METRICS, PIXELS_PRESETS } from './pixels/pixels-presets.js';
import { SAMPLE_METRICS } from './sample-metrics.js';
import type { TableConfig } from './table/table-config.js';
import { MORE_TABLE_METRICS, TABLE_METRICS, TABLE_PRESETS } from './table/table-presets.js';
import { keptTokenizer, type OpenTokenizer, openOwnTokenizer } from './text/kept-tokenizer.js';
import type { TextConfig } from './text/text-config.js';
import { DRAWN_TEXT_METRICS, TEXT_METRICS, TEXT_PRESETS } from './text/text-presets.js';
import type { VaeConfig } from './vae/vae-config.js';
import { VAE_METRICS, VAE_PRESETS } from './vae/vae-presets.js';
import type { VqVaeConfig } from './vq-vae/vq-vae-config.js';
import { VQ_VAE_METRICS, VQ_VAE_PRESETS } from './vq-vae/vq-vae-presets.js';

/** What `config.json` of a checkpoint holds: enough to rebuild the model and to go on training it. */
export type ModelConfig = ImageConfig | TextConfig | TableConfig;

export type ImageConfig = VaeConfig | VqVaeConfig | GanConfig | FlowConfig | PixelsConfig;

/** A family as the help knows it, and the rest of it when it is needed. */
export type FamilyEntry = ImageFamilyEntry | TextFamilyEntry | TableFamilyEntry;

interface Entry {
  readonly name: ModelConfig['family'];
  readonly about: string;
  readonly presets: { readonly [name: string]: Preset };
  /** What `genai eval` measures. */
  readonly metrics: readonly string[];
  /** What it measures of samples, which takes longer: only when asked. Empty for models that cannot be drawn from. */
  readonly more: readonly string[];
}

interface ImageFamilyEntry extends Entry {
  readonly reads: 'images';
  readonly load: () => Promise<Family>;
}

interface TextFamilyEntry extends Entry {
  readonly reads: 'text';
  readonly load: () => Promise<TextFamily>;
}

interface TableFamilyEntry extends Entry {
  readonly reads: 'table';
  readonly load: () => Promise<TableFamily>;
}

/** All families, in the order in which they are listed: a new one is added here, and its type above. */
export const FAMILIES: readonly FamilyEntry[] = [
  {
    name: 'vae',
    reads: 'images',
    about: 'variational autoencoders',
    presets: VAE_PRESETS,
    metrics: VAE_METRICS,
    more: SAMPLE_METRICS,
    load: async () => (await import('./vae/vae-family.js')).vaeFamily,
  },
  {
    name: 'vq-vae',
    reads: 'images',
    about: 'vector-quantised autoencoders',
    presets: VQ_VAE_PRESETS,
    metrics: VQ_VAE_METRICS,
    more: [],
    load: async () => (await import('./vq-vae/vq-vae-family.js')).vqVaeFamily,
  },
  {
    name: 'gan',
    reads: 'images',
    about: 'generative adversarial networks',
    presets: GAN_PRESETS,
    metrics: GAN_METRICS,
    more: SAMPLE_METRICS.filter((name) => !(GAN_METRICS as readonly string[]).includes(name)),
    load: async () => (await import('./gan/gan-family.js')).ganFamily,
  },
  {
    name: 'flow',
    reads: 'images',
    about: 'normalising flows',
    presets: FLOW_PRESETS,
    metrics: FLOW_METRICS,
    more: SAMPLE_METRICS,
    load: async () => (await import('./flow/flow-family.js')).flowFamily,
  },
  {
    name: 'pixels',
    reads: 'images',
    about: 'autoregressive models of pictures',
    presets: PIXELS_PRESETS,
    metrics: PIXELS_METRICS,
    more: SAMPLE_METRICS,
    load: async () => (await import('./pixels/pixels-family.js')).pixelsFamily,
  },
  {
    name: 'table',
    reads: 'table',
    about: 'normalising flows of tables and of densities of the plane',
    presets: TABLE_PRESETS,
    metrics: TABLE_METRICS,
    more: MORE_TABLE_METRICS,
    load: async () => (await import('./table/table-family.js')).tableFamily,
  },
  {
    name: 'text',
    reads: 'text',
    about: 'autoregressive models of text',
    presets: TEXT_PRESETS,
    metrics: TEXT_METRICS,
    more: DRAWN_TEXT_METRICS,
    load: async () => (await import('./text/text-family.js')).textFamily,
  },
];

export const FIELDS = ['family', 'preset', 'parts', 'data', 'training', 'versions'] as const;

/**
 * Checks the content of a `config.json`; `where` names it in messages, `open` finds the tokenizer that it describes.
 *
 * @throws UsageError that names the field that is wrong.
 */
export async function describeModel(
  where: string,
  value: unknown,
  open: OpenTokenizer = openOwnTokenizer,
): Promise<Described> {
  const top = configReader(where, value, FIELDS);
  const name = top.oneOf(
    'family',
    FAMILIES.map((family) => family.name),
  );
  const entry = FAMILIES.find((family) => family.name === name)!;
  const { versions = {} } = value as { versions?: unknown };
  const common = { preset: top.text('preset'), versions: texts(`${where}.versions`, versions) };
  if (entry.reads === 'text') {
    const data = top.record('data', ['spec', 'tokenizer']);
    const opened = await openedTokenizer(data, open);
    const tokenizer = keptTokenizer(data, opened);
    return (await entry.load()).describe(top, { ...common, data: { spec: data.text('spec'), tokenizer } }, opened);
  }
  if (entry.reads === 'table') {
    const data = top.record('data', ['spec', 'rows', 'table']);
    const { columns } = sound(`${data.where}.table`, () => tableCodecFrom(data.object('table')).toJSON());
    const known = { spec: data.text('spec'), rows: data.integer('rows', 1), table: { columns } };
    return (await entry.load()).describe(top, { ...common, data: known });
  }
  const data = top.record('data', ['spec', 'shape', 'classes']);
  return (await entry.load()).describe(top, {
    ...common,
    data: {
      spec: data.text('spec'),
      shape: data.integers('shape', 1, 3) as [number, number, number],
      ...(data.has('classes') && { classes: data.integer('classes', 2) }),
    },
  });
}

/** The tokenizer that a configuration describes, seen to be one. */
async function openedTokenizer(data: ConfigReader, open: OpenTokenizer): Promise<OpenedTokenizer> {
  try {
    return await open(data.object('tokenizer'));
  } catch (error) {
    throw placed(`${data.where}.tokenizer`, error);
  }
}

function sound<T>(where: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw placed(where, error);
  }
}

/** What a library says of a part of a configuration, with the place where that stands. */
function placed(where: string, error: unknown): unknown {
  if (!GenaiError.is(error) || error instanceof UsageError) return error;
  return new UsageError(`${where}: ${error.message}`, { cause: error });
}

/** Names and texts of any kind: `configReader` knows what it reads by its names. */
function texts(where: string, value: unknown): { readonly [name: string]: string } {
  const names = typeof value === 'object' && value !== null ? Object.keys(value) : [];
  const fields = configReader(where, value, names);
  return Object.fromEntries(names.map((name) => [name, fields.text(name)]));
}
