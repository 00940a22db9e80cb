import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A figure beside the published one, as `docs/results/*.json` holds it. */
export interface Reproduction {
  readonly family: string;
  readonly what: string;
  readonly metric: string;
  readonly unit: string;
  readonly lowerIsBetter: boolean;
  readonly published: string | null;
  readonly source: string | null;
  readonly ours: number;
  readonly perSeed: readonly number[];
  readonly protocol: string;
  readonly command: string;
  readonly commit: string;
  readonly date: string;
  readonly machine: string;
  readonly minutes: number;
}

/** Milliseconds of a training step on one engine. */
export interface StepTime {
  readonly engine: string;
  readonly threads: number;
  readonly median: number;
  readonly least: number;
  readonly greatest: number;
  readonly megabytes: number;
}

/** What one workload takes: on our two kinds of kernels, and on each peer. */
export interface Performance {
  readonly workload: string;
  readonly native?: StepTime;
  readonly webAssembly?: StepTime;
  readonly torch?: StepTime;
  readonly tfjs?: StepTime;
}

export interface Results {
  readonly reproductions: readonly Reproduction[];
  readonly performance: readonly Performance[];
  /** How the performance was measured: a command, a date, a machine. */
  readonly measured: { readonly command: string; readonly date: string; readonly machine: string };
}

export declare const data: Results;

const folder = fileURLToPath(new URL('../../../docs/results/', import.meta.url));

// biome-ignore lint/style/noDefaultExport: what VitePress takes
export default {
  // No `watch`: of a folder outside the site VitePress walks all that is beside it, packages of others too, for half a minute.
  load: (): Results => ({
    reproductions: readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .sort()
      .flatMap((name) => rowsOf(join(folder, name)))
      .sort((a, b) => a.family.localeCompare(b.family)),
    performance: performanceOf(readFileSync(join(folder, 'performance.jsonl'), 'utf8')),
    measured: measuredOf(readFileSync(join(folder, 'performance.md'), 'utf8')),
  }),
};

function rowsOf(file: string): Reproduction[] {
  const rows: unknown = JSON.parse(readFileSync(file, 'utf8'));
  if (!Array.isArray(rows) || rows.some(({ what, ours }) => typeof what !== 'string' || typeof ours !== 'number')) {
    throw new Error(`results: ${file} is no list of { what, metric, ours, … }, as docs/results holds it.`);
  }
  return rows.map((row) => ({ ...row, family: familyOf(`${basename(file, '.json')} ${row.what}`) }));
}

/** The first that fits the file's name or what the row is about. */
const FAMILIES: readonly (readonly [RegExp, string])[] = [
  [/transformer/i, 'Transformers'],
  [/^flow|point-clouds/, 'Flows'],
  [/gan|stacked-mnist/, 'Adversarial'],
  [/^vae/, 'Autoencoders'],
  [/^(made|names|shakespeare|chorales|pixel)/, 'Autoregressive'],
];

function familyOf(about: string): string {
  return FAMILIES.find(([pattern]) => pattern.test(about))?.[1] ?? 'Others';
}

interface Line {
  readonly workload: string;
  readonly engine: string;
  readonly threads: number;
  readonly medianMs: number;
  readonly minMs: number;
  readonly maxMs: number;
  readonly rssMb: number;
  readonly peers?: { readonly [name: string]: Omit<Line, 'workload' | 'peers'> };
}

function performanceOf(text: string): Performance[] {
  const found = new Map<string, { -readonly [name in keyof Performance]: Performance[name] }>();
  for (const line of text.split('\n').filter(Boolean)) {
    const { workload, peers, ...own } = JSON.parse(line) as Line;
    const row = found.get(workload) ?? { workload };
    found.set(workload, row);
    row[/native/.test(own.engine) ? 'native' : 'webAssembly'] = timeOf(own);
    if (peers?.torch) row.torch = timeOf(peers.torch);
    if (peers?.['tfjs-wasm']) row.tfjs = timeOf(peers['tfjs-wasm']);
  }
  return [...found.values()];
}

function timeOf({ engine, threads, medianMs, minMs, maxMs, rssMb }: Omit<Line, 'workload' | 'peers'>): StepTime {
  return { engine, threads, median: medianMs, least: minMs, greatest: maxMs, megabytes: rssMb };
}

/** Out of the first two paragraphs of performance.md, which the bench writes beside the lines. */
function measuredOf(text: string): Results['measured'] {
  const [, written = '', machine = ''] = text.split(/\n\n/);
  const [, command = '', date = ''] = /`([^`]+)` on (\d{4}-\d\d-\d\d)/.exec(written) ?? [];
  return { command, date, machine };
}
