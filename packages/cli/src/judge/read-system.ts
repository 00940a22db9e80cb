import { readdir, readFile, stat } from 'node:fs/promises';
import { extname, join, resolve } from 'node:path';
import { UsageError } from '../usage-error.js';

/** One thing that a system made. */
export type Output = {
  /** The name of its file without the ending, or the number of its line: what the same of another system is called. */
  readonly item: string;
  /** What it answers, where that is known. */
  readonly prompt?: string;
} & (
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'picture' | 'audio'; readonly path: string; readonly type: string }
);

/** What is judged: the outputs of one system, all of one kind. */
export interface JudgedSystem {
  readonly name: string;
  readonly outputs: readonly Output[];
}

/**
 * Reads `NAME=FOLDER` with a file for each output, or `NAME=FILE` with a line for each: plain text, or in a `.jsonl` strings or
 * `{ "text", "item", "prompt" }`.
 *
 * @throws UsageError if it is not of that form, or holds nothing that can be shown.
 */
export async function readSystem(spec: string, cwd: string): Promise<JudgedSystem> {
  const at = spec.indexOf('=');
  const [name, place] = [spec.slice(0, at).trim(), spec.slice(at + 1)];
  if (at < 0 || name === '' || place === '') {
    throw new UsageError(`"${spec}" names no system. Expected NAME=FOLDER or NAME=FILE, such as ours=samples/ours.`);
  }
  const path = resolve(cwd, place);
  const about = await stat(path).catch((cause: Error) => {
    throw new UsageError(`cannot read ${place} of ${name}: ${cause.message}. Check the path.`, { cause });
  });
  const outputs = about.isDirectory() ? await ofFolder(path) : await ofLines(path, place);
  if (outputs.length === 0) {
    throw new UsageError(
      `${place} of ${name} holds nothing to judge. Expected files that end with ${[...TYPES.keys()].join(', ')}, or a file of lines.`,
    );
  }
  const kinds = [...new Set(outputs.map(({ kind }) => kind))];
  if (kinds.length > 1)
    throw new UsageError(`${place} of ${name} mixes ${kinds.join(' and ')}. Judge one kind at a time.`);
  const items = new Set<string>();
  for (const { item } of outputs) {
    if (items.has(item)) throw new UsageError(`${place} of ${name} has two outputs called "${item}". Rename one.`);
    items.add(item);
  }
  return { name, outputs };
}

async function ofFolder(folder: string): Promise<Output[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => !entry.isDirectory() && TYPES.has(endingOf(entry.name))).map((e) => e.name);
  return Promise.all(
    names.sort().map(async (name): Promise<Output> => {
      const path = join(folder, name);
      const item = name.slice(0, -extname(name).length);
      const type = TYPES.get(endingOf(name))!;
      if (type.startsWith('text/')) return { item, kind: 'text', text: await readFile(path, 'utf8') };
      return { item, kind: type.startsWith('audio/') ? 'audio' : 'picture', path, type };
    }),
  );
}

/** Lines keep their numbers where some are empty. */
async function ofLines(path: string, place: string): Promise<Output[]> {
  const ending = endingOf(path);
  if (TYPES.has(ending) && ending !== '.txt') {
    throw new UsageError(`${place} is a single output. Give the folder in which a system's outputs stand.`);
  }
  const text = await readFile(path, 'utf8');
  const lines = text.split(/\r?\n/).map((line, i) => [line, i + 1] as const);
  return lines
    .filter(([line]) => line.trim() !== '')
    .map(([line, number]) =>
      ending === '.jsonl' ? fromJson(line, number, place) : { item: String(number), kind: 'text', text: line },
    );
}

function fromJson(line: string, number: number, place: string): Output {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw new UsageError(`${place}, line ${number}: ${(cause as Error).message}.`, { cause });
  }
  const fields = (typeof value === 'string' ? { text: value } : (value ?? {})) as { readonly [name: string]: unknown };
  const { text, item = number, prompt } = fields;
  if (typeof text !== 'string' || (prompt !== undefined && typeof prompt !== 'string')) {
    throw new UsageError(
      `${place}, line ${number}: expected a string, or an object with "text" and perhaps "item" and "prompt".`,
    );
  }
  return { item: String(item), kind: 'text', text, ...(prompt !== undefined && { prompt }) };
}

function endingOf(name: string): string {
  return extname(name).toLowerCase();
}

const TYPES: ReadonlyMap<string, string> = new Map([
  ['.png', 'image/png'],
  ['.jpg', 'image/jpeg'],
  ['.jpeg', 'image/jpeg'],
  ['.webp', 'image/webp'],
  ['.gif', 'image/gif'],
  ['.svg', 'image/svg+xml'],
  ['.wav', 'audio/wav'],
  ['.mp3', 'audio/mpeg'],
  ['.txt', 'text/plain'],
]);
